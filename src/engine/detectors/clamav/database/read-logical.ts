// .ldb: `name;target description;logical expression;subsignature;…`. Manual, "Logical signatures".

import { maxLogicalLineBytes, readLines } from './lines.ts'
import { greatestIndex, parseLogic } from './logic.ts'
import { badName, nameFrom } from './names.ts'
import type { Reading, Verdict } from './reading.ts'
import type { Subsignature } from './records.ts'
import { parseSubsignature } from './subsignature.ts'
import { parseTargetDescription } from './target-description.ts'
import { splitOutsideRegex } from './tokens.ts'

const maxSubsignatures = 64
const rules = { maxBytes: maxLogicalLineBytes, blankLines: 'malformed' } as const

export function readLdb(reading: Reading): void {
  readLines(reading, rules, readLine)
}

function readLine(text: string, line: number, reading: Reading): Verdict {
  const fields = splitOutsideRegex(text, ';', { plain: 2, most: 3 + maxSubsignatures + 1 })
  const [latin1 = '', description = '', expression = '', ...texts] = fields
  if (texts.length === 0) return { malformed: 'the line has less than 4 fields' }
  if (reading.ignores.ignores(latin1, text)) return 'ignored'
  const logic = parseLogic(expression)
  if (typeof logic === 'string') return { malformed: logic }
  if (texts.length > maxSubsignatures || greatestIndex(logic) !== texts.length - 1) {
    return { malformed: 'the logical expression does not ask for as many subsignatures as there are' }
  }
  const target = parseTargetDescription(description)
  if (typeof target === 'string' || 'malformed' in target) return target
  const name = nameFrom(latin1)
  if (name === undefined) return { malformed: badName }
  const subsignatures: Subsignature[] = []
  for (const [index, subsignatureText] of texts.entries()) {
    const subsignature = parseSubsignature(subsignatureText, index, target.target)
    if (typeof subsignature === 'string') return { malformed: `subsignature ${index}: ${subsignature}` }
    subsignatures.push(subsignature)
  }
  reading.sink.logical?.({ name, line, target, logic, subsignatures }, reading.file)
  return 'loaded'
}
