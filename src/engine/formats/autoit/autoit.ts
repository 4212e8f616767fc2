// Compiled AutoIt scripts (EA05 and EA06): the script as text and the files that it brings. The archive lies in the overlay or
// in a resource of a program, both of which are objects of their own.

import { isAutoIt, readAutoIt } from '../../parsers/autoit/index.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format } from '../format.ts'

export const autoit: Format = {
  id: 'autoit',
  kind: 'archive',
  matches: ({ head }) => isAutoIt(head),

  *members({ source }, context) {
    const { budget } = context
    let count = 0
    for (const entry of readAutoIt(source, budget)) {
      const { name, isScript } = entry
      count++
      const { bytes, fault: found } = entry.open()
      if (found !== undefined) context.fault(name, 'damaged', found)
      const member = { name, source: new ProducedSource(() => bytes, budget) }
      yield isScript ? { ...member, language: 'autoit' } : member
    }
    if (count > 0) return
    budget.countMember()
    context.fault('script.au3', 'damaged', 'there is no script in the archive')
  },
}
