// .ign2, `name[:md5]`, and the old .ign, `database:line:name`: signatures that are not to be loaded. Manual, "Allow list
// databases". Fills the list that all readers ask.

import { readLines, usualLines } from './lines.ts'
import type { Reading, Verdict } from './reading.ts'

export function readIgn(reading: Reading): void {
  readLines(reading, usualLines, readLine)
}

function readLine(text: string, _line: number, { ignores }: Reading): Verdict {
  const fields = text.split(':')
  const [first = '', second, third, fourth] = fields
  const name = third ?? first
  const md5 = third === undefined ? second : undefined
  if (fourth !== undefined) return { malformed: 'the line has more than 3 fields' }
  if (name === '') return { malformed: 'the name is empty' }
  if (md5 !== undefined && !/^[0-9a-f]{32}$/i.test(md5))
    return { malformed: 'the MD5 does not have 32 digits' }
  ignores.add(name, md5)
  return 'loaded'
}
