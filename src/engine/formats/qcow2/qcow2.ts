// QEMU's copy-on-write disks, versions 2 and 3 (QEMU: docs/interop/qcow2.rst). The disk, and each of its snapshots, comes
// out as one object with random access.

import { be16, be32, be64, BlockSource, once } from '../../parsers/disk/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { ClusterMap } from './cluster-map.ts'

const magic = 0x514649fb
const headerBytes = 72
const leastClusterBits = 9
const mostClusterBits = 21
const mostSnapshots = 32
/** Incompatible features (version 3). */
const featureExternalData = 4
const featureExtendedTable = 16

export const qcow2: Format = {
  id: 'qcow2',
  kind: 'archive',
  matches: ({ head }) =>
    be32(head, 0) === magic && head.length >= headerBytes && (be32(head, 4) === 2 || be32(head, 4) === 3),

  *members({ source, head, chain }, context) {
    const outer = chain.at(-1) ?? ''
    const name = /.\.qcow2?$/i.test(outer) ? outer.replace(/\.qcow2?$/i, '.img') : 'disk.img'
    if (!isReadable(source, head, name, context)) {
      context.budget.countMember()
      return
    }
    const diskBytes = be64(head, 24)
    const tables = [{ name, at: be64(head, 40), length: be32(head, 36) }, ...snapshotsOf(source, head)]
    for (const table of tables) yield diskOf(source, head, { ...table, diskBytes }, context)
  },
}

function isReadable(source: ByteSource, head: Uint8Array, name: string, context: UnpackContext): boolean {
  const bits = be32(head, 20)
  const features = be32(head, 4) === 3 ? be32(head, 76) : 0
  const backing = Math.min(be32(head, 16), 1023)
  if (bits < leastClusterBits || bits > mostClusterBits) {
    context.fault(name, 'damaged', 'the header cannot be read')
  } else if (be32(head, 32) !== 0) context.fault(name, 'encrypted', 'the disk is encrypted')
  else if ((features & featureExternalData) !== 0) {
    context.fault(name, 'missing-volume', 'the data lie in another file')
  } else if ((features & featureExtendedTable) !== 0) {
    context.fault(name, 'unsupported-method', 'has tables with subclusters')
  } else {
    if (be64(head, 8) !== 0 && backing > 0) {
      const file = Buffer.from(source.read(be64(head, 8), backing)).toString()
      context.fault(file, 'missing-volume', 'the disk that this one changes is needed')
    }
    return true
  }
  return false
}

interface Table {
  readonly name: string
  readonly at: number
  readonly length: number
  readonly diskBytes: number
}

function diskOf(source: ByteSource, head: Uint8Array, table: Table, context: UnpackContext): Member {
  const { name, diskBytes } = table
  const report = once((message) => context.fault(name, 'damaged', message))
  const isZstd = be32(head, 4) === 3 && be32(head, 100) > 104 && head[104] === 1
  const map = new ClusterMap(source, { ...table, bits: be32(head, 20), isZstd, report }, context.budget)
  return { name, source: new BlockSource(source, map, diskBytes), isDisk: true }
}

const snapshotBytes = 40

function snapshotsOf(source: ByteSource, head: Uint8Array): { name: string; at: number; length: number }[] {
  const found = []
  let at = be64(head, 64)
  for (let index = 0; index < Math.min(be32(head, 60), mostSnapshots); index++) {
    const entry = source.read(at, snapshotBytes).slice()
    if (entry.length < snapshotBytes) break
    const [idBytes, nameBytes] = [be16(entry, 12), be16(entry, 14)]
    const nameAt = at + snapshotBytes + be32(entry, 36) + idBytes
    const name = Buffer.from(source.read(nameAt, nameBytes)).toString()
    found.push({ name: `snapshot ${name}`, at: be64(entry, 0), length: be32(entry, 8) })
    at = Math.ceil((nameAt + nameBytes) / 8) * 8
  }
  return found
}
