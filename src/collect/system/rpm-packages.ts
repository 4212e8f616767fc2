// Packages of rpm from its own SQLite database (rpm 4.16 and later): each row holds a header (a table of tags, then their data), without
// asking the program rpm, which may be another than its package brought.

import { messageOf } from '../../base/app-error.ts'
import { SqlitePages, sqliteRows } from '../../evidence/sqlite/index.ts'
import type { Host } from './host.ts'
import type { PackageRow } from './package-row.ts'

const places = [
  '/var/lib/rpm/rpmdb.sqlite',
  '/usr/lib/sysimage/rpm/rpmdb.sqlite',
  '/usr/share/rpm/rpmdb.sqlite',
]
const older = ['/var/lib/rpm/Packages', '/usr/lib/sysimage/rpm/Packages.db', '/var/lib/rpm/Packages.db']
const maxPackages = 100_000
const maxTags = 65_536

/** RPMTAG_* of rpm/rpmtag.h. */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  installTime: 1008,
  vendor: 1011,
  arch: 1022,
} as const
const integerType = 4
const stringTypes: ReadonlySet<number> = new Set([6, 8, 9])

export function* rpmPackages(host: Host): Generator<PackageRow> {
  for (const path of older)
    if (host.tree.stat(path)?.kind === 'file')
      host.context.note(`${path}: this older database of rpm is not read, its packages are not listed`)
  for (const path of places) {
    try {
      using main = host.tree.open(path)
      if (main === undefined) continue
      using wal = host.tree.open(`${path}-wal`)
      for (const { values } of sqliteRows(new SqlitePages(main, wal), 'Packages', {}).take(maxPackages)) {
        const row = values['blob'] instanceof Uint8Array ? packageOf(Buffer.from(values['blob'])) : undefined
        if (row !== undefined) yield row
      }
    } catch (thrown) {
      host.context.note(`${path} cannot be read: ${messageOf(thrown)}`)
    }
    return
  }
}

/** Undefined for what is no header. */
export function packageOf(header: Buffer): PackageRow | undefined {
  if (header.length < 8) return undefined
  const count = header.readUInt32BE(0)
  const dataBytes = header.readUInt32BE(4)
  const dataAt = 8 + count * 16
  if (count > maxTags || dataAt + dataBytes > header.length) return undefined
  const found = new Map<number, string | number>()
  for (let index = 0; index < count; index++) {
    const entry = 8 + index * 16
    const value = valueAt(
      header.subarray(dataAt, dataAt + dataBytes),
      header.readUInt32BE(entry + 4),
      header.readUInt32BE(entry + 8),
    )
    if (value !== undefined) found.set(header.readUInt32BE(entry), value)
  }
  const name = found.get(tags.name)
  if (typeof name !== 'string') return undefined
  const epoch = found.get(tags.epoch)
  const installed = Number(found.get(tags.installTime) ?? 0)
  return {
    manager: 'rpm',
    name,
    version: `${epoch === undefined ? '' : `${epoch}:`}${found.get(tags.version) ?? ''}-${found.get(tags.release) ?? ''}`,
    architecture: textOrNull(found.get(tags.arch)),
    state: null,
    installed: installed > 0 ? new Date(installed * 1000).toISOString() : null,
    origin: textOrNull(found.get(tags.vendor)),
  }
}

function valueAt(data: Buffer, type: number, offset: number): string | number | undefined {
  if (type === integerType) return offset + 4 <= data.length ? data.readUInt32BE(offset) : undefined
  if (!stringTypes.has(type) || offset >= data.length) return undefined
  const end = data.indexOf(0, offset)
  return end < 0 ? undefined : data.toString('utf8', offset, Math.min(end, offset + 1000))
}

function textOrNull(value: string | number | undefined): string | null {
  return typeof value === 'string' ? value : null
}
