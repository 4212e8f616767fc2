// Table `history-files`: the histories that there are, with what is strange about them.

import { createHash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'

import { pathText } from '../../base/text.ts'
import type { Snapshotter, SnapshotTable } from '../sensor.ts'
import { openHistory, readAt } from './history-file.ts'
import { historySettings } from './history-settings.ts'
import { type Home, listHomes } from './homes.ts'
import { type HistoryPlace, historyPlaces } from '../../evidence/shell-history/index.ts'

type Row = SnapshotTable['rows'][number]

const chunkBytes = 256 * 1024
const maxBytes = 256 * 1024 * 1024

export const snapshotHistory: Snapshotter = async (root) => {
  const rows: Row[] = []
  const problems: string[] = []
  for (const home of listHomes(root)) {
    for (const place of historyPlaces) {
      const row = await rowOf(home, place, root)
      if (typeof row === 'string') problems.push(row)
      else if (row !== undefined) rows.push(row)
    }
    await breathe()
  }
  problems.push(...historySettings(root))
  return [{ name: 'history-files', key: ['path'], rows, problems }]
}

async function rowOf(home: Home, place: HistoryPlace, root: string): Promise<Row | string | undefined> {
  const path = `${home.path}/${place.path}`
  const shown = pathText(path).slice(root.length)
  const opened = openHistory(path, home.uid)
  const common = { path: shown, user: home.user, uid: home.uid, shell: place.shell }
  switch (opened.kind) {
    case 'absent':
      return undefined
    case 'refused':
      return `${shown} is not read: ${opened.why}`
    case 'null':
      return { ...common, lines: 0, size: 0, mtime: null, sha256: null, anomalies: 'leads to /dev/null' }
    case 'file': {
      const { fd, stat, anomalies } = opened
      try {
        const { lines, sha256 } = await digest(fd, Math.min(stat.size, maxBytes))
        const strange = stat.size === 0 ? [...anomalies, 'empty'] : anomalies
        const mtime = stat.mtime.toISOString()
        return { ...common, lines, size: stat.size, mtime, sha256, anomalies: strange.join(', ') }
      } finally {
        closeSync(fd)
      }
    }
  }
}

/** In pieces: nobody waits for a long file. */
async function digest(
  fd: number,
  size: number,
): Promise<{ readonly lines: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let lines = 0
  for (let at = 0; at < size; at += chunkBytes) {
    const text = readAt(fd, at, Math.min(chunkBytes, size - at))
    hash.update(text, 'latin1')
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines++
    await breathe()
  }
  return { lines, sha256: hash.digest('hex') }
}
