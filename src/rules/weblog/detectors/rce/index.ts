// Command injection: the value read as a shell would read it (POSIX shells, cmd.exe, PowerShell), ShellShock and server-side
// includes. CWE-78.
import type { AttackFinding, Part, PartDetector } from '../../detector.ts'

import { commandOf } from './commands.ts'
import { judgeCommands } from './judge.ts'
import { shellCommands } from './shell-words.ts'
import { signOf } from './signs.ts'

// A separator, a substitution, a pattern or a quote inside a word.
const meta =
  /[;|&`\n\r]|\$[({@*?_!\w'"]|[<>]\(|[a-z\\^][\\'"^][a-z'"]|['"][a-z]{1,12}['"]|\{[^{}]{0,80}\}|\/[\w./-]{0,40}[?*[]/i
const literalBreak = /^["']?\\n|\\n["']?$/g

function finding(why: string, confidence: number): AttackFinding {
  return { class: 'rce', detector: 'rce', why, confidence, techniques: ['T1190', 'T1059'], cwe: 'CWE-78' }
}

// The semicolons of a browser's name are no separators: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0)'.
const product = /^[\w.-]{1,40}\/[\d.]/
const unusual = /[|`$<>&\\]|;\s?[a-z./]{2,16} [-+/~$]/

function firstWord(value: string): string {
  let start = 0
  while (start < 4 && ' \t\'"(@'.includes(value[start] ?? 'x')) start++
  let end = start
  while (end < value.length && end - start < 64 && !' \t,;|&\'"'.includes(value[end] ?? '')) end++
  return value.slice(start, end)
}

function judge(value: string, part: Part): AttackFinding | undefined {
  const judgement = judgeCommands(shellCommands(value), value, part)
  return judgement === undefined ? undefined : finding(judgement.what, judgement.confidence)
}

export const rceDetector: PartDetector = {
  id: 'rce',
  places: ['path', 'query', 'cookie', 'body', 'referer', 'user-agent', 'header'],
  detect(value, part) {
    const sign = signOf(value)
    if (sign !== undefined) return finding(sign.why, sign.confidence)
    if (!meta.test(value) && (part.place === 'path' || commandOf(firstWord(value)) === undefined)) {
      // Spaces written as plus signs twice: '+dir+c:/'.
      return value.startsWith('+') || /^[a-z]{2,5}\+[-\w:/]/.test(value)
        ? judge(value.replaceAll('+', ' '), part)
        : undefined
    }
    if (part.place === 'user-agent' && product.test(value) && !unusual.test(value)) return undefined
    const text = value.includes('\\n') ? value.replace(literalBreak, '\n') : value
    return judge(text.includes('+') && !text.includes(' ') ? text.replaceAll('+', ' ') : text, part)
  },
}
