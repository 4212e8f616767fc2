// What the shell of Windows keeps of programs and files: prefetch, shortcuts, jump lists, the recycle bin, where a file came from.

import { readJumpList } from '../../evidence/jump-lists/index.ts'
import { type Lnk, readLnk } from '../../evidence/lnk/index.ts'
import { readPrefetch } from '../../evidence/prefetch/index.ts'
import { readDeletedFile, readInfo2 } from '../../evidence/recycle-bin/index.ts'
import { readZoneIdentifier } from '../../evidence/zone-identifier/index.ts'
import { timesOf } from '../record.ts'
import { type ArtefactKind, headText, wholeOf } from './artefact.ts'

const maxLnkBytes = 1024 * 1024
const maxZoneBytes = 64 * 1024
const lnkHead = '4c0000000114020000000000c000000000000046'

export const prefetch: ArtefactKind = {
  id: 'prefetch',
  title: 'prefetch files',
  lies: (_path, name) => name.endsWith('.pf'),
  begins(head) {
    const text = headText(head, 8)
    return text.startsWith('MAM\u0004') || text.slice(4) === 'SCCA'
  },
  *read({ source, notes, label }) {
    const data = readPrefetch(source, notes)
    if (data === undefined) return
    const { executable, path, runCount, lastRunTimes, volumes } = data
    yield {
      kind: 'prefetch',
      source: label,
      times: [
        ...lastRunTimes.map((time, index) => ({ time, is: index === 0 ? 'last run' : 'run' })),
        ...timesOf(['volume created', volumes[0]?.created]),
      ],
      title: `${path ?? executable} ran ${runCount} times`,
      data,
    }
  },
}

export const shortcut: ArtefactKind = {
  id: 'lnk',
  title: 'shortcuts',
  lies: (_path, name) => name.endsWith('.lnk'),
  begins: (head) => Buffer.from(head.subarray(0, 20)).toString('hex') === lnkHead,
  *read(file) {
    const data = readLnk(wholeOf(file, maxLnkBytes), file.notes)?.lnk
    if (data === undefined) return
    yield {
      kind: 'lnk',
      source: file.label,
      times: [...timesOf(['shortcut modified', file.modified]), ...targetTimes(data)],
      title: lnkTitle(data),
      data,
    }
  },
}

function lnkTitle({ path, arguments: args }: Lnk): string {
  return `${path ?? '?'}${args === undefined || args === '' ? '' : ` ${args}`}`
}

function targetTimes({ created, modified, accessed }: Lnk): ReturnType<typeof timesOf> {
  return timesOf(['target created', created], ['target modified', modified], ['target accessed', accessed])
}

export const jumpList: ArtefactKind = {
  id: 'jump-list',
  title: 'jump lists',
  lies: (_path, name) => /\.(?:automatic|custom)destinations-ms$/.test(name),
  begins: (_head, name) => name.endsWith('destinations-ms'),
  *read({ source, notes, label }) {
    const list = readJumpList<Lnk>(
      source,
      (bytes) => {
        const found = readLnk(bytes, notes)
        return found === undefined ? undefined : { link: found.lnk, end: found.end }
      },
      notes,
    )
    for (const entry of list?.entries ?? []) {
      const { link } = entry
      yield {
        kind: 'jump-list',
        source: label,
        times: [...timesOf(['opened', entry.lastAccessed]), ...(link === undefined ? [] : targetTimes(link))],
        title: entry.path ?? (link === undefined ? '?' : lnkTitle(link)),
        data: { list: list?.kind, ...entry },
      }
    }
  },
}

export const recycleBin: ArtefactKind = {
  id: 'recycle-bin',
  title: 'deleted files in the recycle bin',
  lies: (path, name) =>
    (/^\$i[^/]{6}/.test(name) && path.includes('/$recycle.bin/')) ||
    (/^info2?$/.test(name) && /\/recycle[dr]\//.test(path)),
  begins(head, name) {
    const [version] = head
    return (
      (name.startsWith('$i') &&
        (version === 1 || version === 2) &&
        headText(head, 8).endsWith('\0'.repeat(7))) ||
      /^info2?$/.test(name)
    )
  },
  *read({ source, notes, label, path }) {
    const isInfo2 = /\/?info2?$/i.test(path)
    const one = isInfo2 ? undefined : readDeletedFile(source, notes)
    for (const data of isInfo2 ? readInfo2(source, notes) : [one]) {
      if (data === undefined) continue
      yield {
        kind: 'recycle-bin',
        source: label,
        times: timesOf(['deleted', data.deleted]),
        title: `${data.originalPath} (${data.fileSize} bytes)`,
        data,
      }
    }
  },
}

export const zoneIdentifier: ArtefactKind = {
  id: 'download',
  title: 'files that were downloaded',
  lies: (_path, name) => name.endsWith(':zone.identifier') || name.endsWith('.identifier'),
  begins: (head) => /^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe)?\[\0?Z\0?o\0?n\0?e\0?T/.test(headText(head, 64)),
  *read(file) {
    const data = readZoneIdentifier(wholeOf(file, maxZoneBytes))
    if (data === undefined) return
    const of = file.label.replace(/:zone\.identifier(?::\$data)?$/i, '')
    const from = data.hostUrl ?? data.referrerUrl ?? data.hostIpAddress
    yield {
      kind: 'download',
      source: file.label,
      times: timesOf(['file modified', file.modified]),
      title: `${of} is of the zone ${data.zone ?? data.zoneId}${from === undefined ? '' : `, from ${from}`}`,
      data: { file: of, ...data },
    }
  },
}
