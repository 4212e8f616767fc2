// Databases of the Extensible Storage Engine: what programs sent and used (SRUM), what Internet Explorer, old Edge and everything that
// asks the web through them looked at (WebCache). And the caches of small pictures, which keep what is deleted.

import { openEse } from '../../evidence/ese/index.ts'
import { readSrum, type SrumRecord } from '../../evidence/srum/index.ts'
import { readThumbcache, readThumbsDb } from '../../evidence/thumbcache/index.ts'
import { readWebCache, type WebCacheRecord } from '../../evidence/web-cache/index.ts'
import type { ArtefactRecord } from '../record.ts'
import { timesOf } from '../record.ts'
import { type ArtefactFile, type ArtefactKind, headText } from './artefact.ts'

/** Behind the checksum of the first page. */
const eseMark = 'efcdab89'
const maxTitle = 500
const pictureCache = /^thumbcache_(?!idx)[a-z0-9_]{1,32}\.db$/

export const eseDatabase: ArtefactKind = {
  id: 'ese',
  title: 'databases of SRUM and WebCache',
  lies: (path, name) =>
    (name === 'srudb.dat' && path.includes('/sru/')) || /^webcachev\d{2}\.dat$/.test(name),
  begins: (head) => Buffer.from(head.subarray(4, 8)).toString('hex') === eseMark,
  *read(file) {
    const database = openEse(file.source, file.notes)
    if (database === undefined) return
    if (database.table('SruDbIdMapTable') !== undefined) {
      for (const data of readSrum(database)) yield srumRecord(file, data)
    } else if (database.table('Containers') !== undefined) {
      for (const data of readWebCache(database)) yield webRecord(file, data)
    } else file.notes.add('what this database is of is not known here')
  },
}

function srumRecord({ label }: ArtefactFile, data: SrumRecord): ArtefactRecord {
  const { app, appId = 0, provider, time, user, values } = data
  const sent = values['BytesSent']
  const received = values['BytesRecvd']
  const traffic =
    sent === undefined && received === undefined
      ? ''
      : `, ${String(sent ?? 0)} bytes sent, ${String(received ?? 0)} received`
  return {
    kind: 'srum',
    source: label,
    times: timesOf(['recorded', time]),
    title: `${provider}: ${app ?? `program ${appId}`}${user === undefined ? '' : ` (${user})`}${traffic}`,
    data,
  }
}

function webRecord({ label }: ArtefactFile, data: WebCacheRecord): ArtefactRecord {
  const { kind, url, fileName, user, cookie, accessed, modified, created, container } = data
  const what = url ?? fileName ?? cookie?.domain ?? '-'
  // Containers of days and weeks keep local time there.
  const isLocal = container?.name.startsWith('MSHist') === true
  const changed = isLocal ? modified?.replace(/Z$/, '') : modified
  return {
    kind: 'web-cache',
    source: label,
    times: timesOf(['accessed', accessed], ['modified', changed], ['created', created]),
    title: `${kind}: ${what}${user === undefined ? '' : ` (${user})`}`.slice(0, maxTitle),
    data,
  }
}

export const thumbnails: ArtefactKind = {
  id: 'thumbnail',
  title: 'small pictures',
  lies: (_path, name) => pictureCache.test(name) || name === 'thumbs.db',
  begins: (head, name) => name === 'thumbs.db' || headText(head, 4) === 'CMMM',
  *read({ source, notes, label }) {
    const isCache = headText(source.read(0, 4), 4) === 'CMMM'
    for (const data of isCache ? readThumbcache(source, notes) : readThumbsDb(source, notes)) {
      yield {
        kind: 'thumbnail',
        source: label,
        times: timesOf(['file modified', data.modified]),
        title: `${data.name ?? data.hash ?? '-'}: ${data.kind}, ${data.bytes} bytes`,
        data,
      }
    }
  },
}
