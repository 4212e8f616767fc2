// OneNote sections and tables of contents ([MS-ONESTORE]): every embedded file, under its name where that is found.

import { type EmbeddedFile, embeddedFiles, isOneNote, isPackaged } from '../../parsers/onenote/index.ts'
import { sliceSource } from '../../source/byte-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format } from '../format.ts'

export const onenote: Format = {
  id: 'onenote',
  kind: 'archive',

  matches: ({ head }) => isOneNote(head),

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    if (isPackaged(object.head)) {
      context.fault(
        '(packages)',
        'unsupported-method',
        'stored in packages (MS-ONESTORE 2.8), which are not read',
      )
    }
    let number = 0
    for (const file of embeddedFiles(source, context.budget)) {
      const name = memberName(file, ++number)
      if (file.claimedSize > file.size) {
        context.fault(name, 'damaged', `its data end after ${file.size} of ${file.claimedSize} bytes`)
      }
      yield { name, source: sliceSource(source, file.start, file.size) }
    }
  },
}

function memberName({ name }: EmbeddedFile, number: number): string {
  if (name === '') return `file ${number}`
  return name.startsWith('.') ? `file ${number}${name}` : name
}
