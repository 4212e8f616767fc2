// DDE links: a document names a program to talk to, and Office starts it. Ordinary ones talk to other documents or to
// sources of prices; those that name a program with a command line do not.

import type { Budget } from '../../limits.ts'
import { ddeFields, fieldMarks } from '../../parsers/word-fields/index.ts'
import { commandTraits } from './vba/commands.ts'
import type { Judgement } from './vba/judge.ts'
import { plainText } from './xlm.ts'

/** `text`: a link or field code a line. Undefined: none starts a program. */
export function judgeDde(text: string): Judgement | undefined {
  if (text === '') return undefined
  for (const line of text.split('\n')) {
    const { programs, programAddress } = commandTraits([
      line,
      line.replaceAll('\\\\', '\\'),
      bareProgram(line),
    ])
    if (programs.size === 0 && programAddress === undefined) continue
    const isAuto = /\bddeauto\b/i.test(line)
    return {
      name: 'Heuristic.Macro.DDE',
      score: isAuto ? 96 : 92,
      reasons: [
        `a DDE link starts ${[...programs].join(', ') || 'a program'}: ${line.trim().slice(0, 120)}`,
        ...(isAuto ? ['it is followed when the document is opened'] : []),
        ...(programAddress === undefined ? [] : [`address of a program: ${programAddress}`]),
      ],
      techniques: ['T1559.002', 'T1204.002'],
    }
  }
  return undefined
}

/** `=cmd|'/c calc'!A1` is `cmd /c calc`. */
function bareProgram(line: string): string {
  return line.replace(/^["\s]*[=+\-@]+/, '').replace(/\s*\|\s*'/, ' ')
}

/** A cell that begins as a formula does, with a program, a line and a topic in quotes. */
const cell = /(?:^|[,;\t"])[ ]*([=+\-@][^\r\n,;\t|]{1,200}\|[ ]*'[^'\r\n]{1,2000}'[ ]*![^\r\n,;\t"]{0,40})/gm
const maxCells = 1000

/** DDE formulas in the cells of a text table, one a line. */
export function cellLinks(text: string): string {
  const links: string[] = []
  for (const [, link = ''] of text.matchAll(cell)) {
    links.push(link)
    if (links.length === maxCells) break
  }
  return links.join('\n')
}

const part =
  /<w:fldChar\b[^<>]*\bw:fldCharType\s*=\s*["'](begin|separate|end)["'][^<>]*>|<w:fldSimple\b[^<>]*\bw:instr\s*=\s*(?:"([^"<]*)"|'([^'<]*)')[^<>]*>|<w:(?:instrText|delInstrText|t)(?:\s[^<>]*)?>([^<]*)</g

/** The DDE fields of an OOXML text, one a line. */
export function markupFields(text: string, budget: Budget): string {
  if (!/w:(?:fldChar|fldSimple)/.test(text)) return ''
  const parts: string[] = []
  for (const [, mark, simple, simpleToo, written] of text.matchAll(part)) {
    const instruction = simple ?? simpleToo
    if (mark === 'begin' || mark === 'separate' || mark === 'end') parts.push(fieldMarks[mark])
    else if (instruction !== undefined) parts.push(fieldMarks.begin + plainText(instruction) + fieldMarks.end)
    else parts.push(plainText(written ?? ''))
  }
  return ddeFields([parts.join('')], budget)
}
