// What people typed into shells, clients of databases and interpreters, on Linux.

import { historyPlaces } from '../../evidence/shell-history/index.ts'
import { type ArtefactKind, wholeOf } from './artefact.ts'

const maxBytes = 64 * 1024 * 1024
const maxCommandChars = 8192
const places = historyPlaces.flatMap(({ path, shell, parse }) =>
  parse === undefined ? [] : [{ end: `/${path}`, shell, parse }],
)

export const shellHistory: ArtefactKind = {
  id: 'shell-history',
  title: 'histories of shells',
  lies: (path) => places.some(({ end }) => path.endsWith(end)),
  begins: (_head, name) => places.some(({ end }) => end.endsWith(`/${name}`)),
  *read(file) {
    const { path, label, modified } = file
    const place = places.find(({ end }) => `/${path}`.toLowerCase().endsWith(end))
    if (place === undefined) return
    const bytes = wholeOf(file, maxBytes)
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    // The last line may lack its end: nobody writes to this file any more.
    const whole = text.endsWith('\n') || text.endsWith('\0') ? text : `${text}\n`
    const user = userOf(path)
    let number = 0
    for (const { command: raw, seconds } of place.parse(whole, whole.slice(0, 512)).entries) {
      number += 1
      const command = Buffer.from(raw, 'latin1').toString('utf8').slice(0, maxCommandChars)
      const own =
        seconds === undefined || seconds > 253_402_300_799
          ? undefined
          : new Date(seconds * 1000).toISOString()
      const time = own ?? modified
      const { shell } = place
      yield {
        kind: 'shell-history',
        source: label,
        times: time === undefined ? [] : [{ time, is: own === undefined ? 'typed at the latest' : 'typed' }],
        title: `${user}: ${command}`,
        data: { user, shell, number, command, ...(own === undefined ? {} : { time: own }) },
        event: {
          '@timestamp': time ?? new Date(0).toISOString(),
          event: {
            kind: 'event',
            category: ['process'],
            type: ['info'],
            action: 'command',
            dataset: 'hx.history',
            provider: 'file',
          },
          message: command,
          user: { name: user },
          file: { path },
          hx: { history: { command, shell, sources: ['file'], time_recorded: own !== undefined } },
        },
      }
    }
  },
}

function userOf(path: string): string {
  return (
    /\/home\/([^/]+)\//.exec(path)?.[1] ??
    (path.startsWith('/root/') ? 'root' : (path.split('/').at(-2) ?? ''))
  )
}
