// A bodyfile (The Sleuth Kit's, version 3): the times of every file of a host, as a collection brings them along.

import { timesOf } from '../record.ts'
import { type ArtefactKind, headText } from './artefact.ts'
import { linesOf } from './lines.ts'

/** Year 10000: a number of seconds beyond it is none. */
const endOfTime = 253_402_300_800

export const bodyfile: ArtefactKind = {
  id: 'file-times',
  title: 'times of files',
  lies: (_path, name) => name === 'bodyfile' || name.endsWith('.body') || name.endsWith('.bodyfile'),
  begins: (head, name) =>
    /body(?:file)?(?:\.txt)?$/.test(name) && /^[0-9a-f]{0,64}\|[^|\n]{1,4096}\|/i.test(headText(head, 4096)),
  *read({ source, notes, label }) {
    let wrong = 0
    for (const { text } of linesOf(source, notes)) {
      // A name may hold the separator: what is fixed counts from the end.
      const parts = text.split('|')
      if (parts.length < 11) {
        wrong += text === '' || text.startsWith('#') ? 0 : 1
        continue
      }
      const name = parts.slice(1, -9).join('|')
      const [inode, mode, uid, gid, size, accessed, modified, changed, born] = parts.slice(-9)
      yield {
        kind: 'file-times',
        source: label,
        times: timesOf(
          ['modified', timeOf(modified)],
          ['changed', timeOf(changed)],
          ['created', timeOf(born)],
          ['accessed', timeOf(accessed)],
        ),
        title: name,
        data: { path: name, inode, mode, uid, gid, size: Number(size) },
      }
    }
    if (wrong > 0) notes.add(`${wrong} lines are none of a bodyfile`)
  },
}

function timeOf(text: string | undefined): string | undefined {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds < endOfTime)) return undefined
  return new Date(seconds * 1000).toISOString()
}
