// Shell scripts as the shell reads them: quotes between letters out, variables put in, text decoded that is piped through
// base64, xxd, rev or gzip.

import type { Budget } from '../../../limits.ts'
import { fromBase64, fromHex, isReadable } from '../decode.ts'
import type { Folded, Layer } from '../fold/folder.ts'
import { reversed } from '../fold/folder.ts'

const maxMade = 1024 * 1024
const maxValue = 256 * 1024
const maxLines = 50_000
const setting =
  /^\s*(?:export\s+|local\s+|readonly\s+|declare\s+)?([A-Za-z_]\w{0,60})=(?:"([^"]*)"|'([^']*)'|([^\s;&|"'`$()]*))\s*(?:;|&&|$)/
const variable = /\$(?:\{([A-Za-z_]\w{0,60})\}|([A-Za-z_]\w{0,60}))/g
const ansiString = /\$'((?:[^'\\]|\\.)*)'/g
const ansiEscape = /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|([0-7]{1,3})|(.))/gi
/** `echo text | base64 -d`, `base64 -d <<< text`. */
const decoded: readonly (readonly [RegExp, (text: string) => string | undefined])[] = [
  [
    /(?:echo|printf)\s+(?:-\w+\s+)?["']?([A-Za-z0-9+/=]{8,})["']?\s*\|\s*(?:base64\s+(?:-d|-D|--decode)|openssl\s+(?:enc\s+)?-?base64\s+-d(?:\s+-A)?)/g,
    fromBase64,
  ],
  [/base64\s+(?:-d|-D|--decode)\s*<<<\s*["']?([A-Za-z0-9+/=]{8,})["']?/g, fromBase64],
  [
    /(?:echo|printf)\s+(?:-\w+\s+)?["']?([0-9a-fA-F\s]{8,})["']?\s*\|\s*xxd\s+(?:-\w+\s+)*-r(?:\s+-p)?/g,
    fromHex,
  ],
  [/(?:echo|printf)\s+(?:-\w+\s+)?(?:-e\s+)?["']?((?:\\x[0-9a-fA-F]{2}){4,})["']?/g, fromHex],
  [/(?:echo|printf)\s+["']([^"'\n]{8,2000})["']\s*\|\s*rev\b/g, reversed],
]

export function foldShell(text: string, budget: Budget): Folded {
  const layers: Layer[] = []
  const variables = new Map<string, string>()
  const views: string[] = []
  let made = 0
  let steps = 0
  for (const [index, raw] of text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n', maxLines)
    .entries()) {
    if (index % 256 === 0) budget.checkTime()
    if (made > maxMade) break
    if (/^\s*#(?!!)/.test(raw)) {
      views.push('')
      continue
    }
    const line = withVariables(raw, variables)
    const plain = decodedPipes(withoutQuotes(line.text), layers)
    steps += line.steps + plain.steps
    made += plain.text.length
    views.push(plain.text)
    const [, name = '', double, single, bare] = setting.exec(raw) ?? []
    if (name !== '')
      variables.set(name, withVariables(double ?? single ?? bare ?? '', variables).text.slice(0, maxValue))
  }
  return { view: views.join('\n'), layers, steps }
}

function withVariables(
  line: string,
  variables: ReadonlyMap<string, string>,
): { text: string; steps: number } {
  if (!line.includes('$')) return { text: line, steps: 0 }
  let steps = 0
  let room = maxValue
  const text = line
    .replaceAll(ansiString, (_all, inner: string) => {
      steps++
      return ansi(inner)
    })
    .replaceAll(/\$(?:\{IFS\}|IFS)/g, ' ')
    .replaceAll(variable, (all, braced: string | undefined, plain: string) => {
      const value = variables.get(braced ?? plain)
      if (value === undefined || value.length > room) return all
      room -= value.length
      return value
    })
  return { text, steps }
}

function ansi(text: string): string {
  return text.replaceAll(ansiEscape, (_all: string, ...groups: (string | undefined)[]) => {
    const [hex, wide, octal, other = ''] = groups
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    const digits = hex ?? wide
    return digits === undefined ? other : String.fromCharCode(Number.parseInt(digits, 16))
  })
}

/** `w'g'e"t"` is `wget`. */
function withoutQuotes(line: string): string {
  return line
    .replaceAll(/(?<=\w)(?:''|""|\\(?=[a-z]))(?=\w)/g, '')
    .replaceAll(/(?<=[a-z])(["'])([a-z]{1,3})\1(?=[a-z])/g, '$2')
}

function decodedPipes(line: string, layers: Layer[]): { text: string; steps: number } {
  if (!/base64|xxd|\\x[0-9a-fA-F]{2}|\brev\b/.test(line)) return { text: line, steps: 0 }
  const made = { text: line, steps: 0 }
  const decodedOr = (decode: (text: string) => string | undefined, all: string, given: string): string => {
    const plain = decode(given)
    if (plain === undefined || !isReadable(plain)) return all
    made.steps++
    layers.push({ text: plain, language: undefined })
    return plain.replaceAll('\n', '; ')
  }
  for (const [pattern, decode] of decoded) {
    made.text = made.text.replaceAll(pattern, (all: string, given: string) => decodedOr(decode, all, given))
  }
  return made
}
