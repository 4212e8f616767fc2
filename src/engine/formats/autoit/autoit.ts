// Compiled AutoIt scripts (EA05 and EA06): the script as text and the files that it brings. The archive lies in the overlay or
// in a resource of a program, both of which are objects of their own.

import { isAutoIt, readAutoIt } from '../../parsers/autoit/index.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format } from '../format.ts'

export const autoit: Format = {
  id: 'autoit',
  kind: 'archive',
  matches: ({ head }) => isAutoIt(head),

  *members({ source }, { budget, fault }) {
    let count = 0
    for (const { name, isScript, open } of readAutoIt(source, budget)) {
      count++
      const { bytes, fault: found } = open()
      if (found !== undefined) fault(name, 'damaged', found)
      const member = { name, source: new ProducedSource(() => bytes, budget) }
      yield isScript ? { ...member, language: 'autoit' } : member
    }
    if (count > 0) return
    budget.countMember()
    fault('script.au3', 'damaged', 'there is no script in the archive')
  },
}
