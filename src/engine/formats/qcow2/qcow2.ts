// QEMU's copy-on-write disks, versions 2 and 3 (QEMU: docs/interop/qcow2.rst). The disk, and each of its snapshots, comes
// out as one object with random access.

import { u16Be, u32Be, u64Be } from '../../codecs/big-endian.ts'
import { BlockSource, once } from '../../parsers/disk/index.ts'
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
    u32Be(head, 0) === magic && head.length >= headerBytes && (u32Be(head, 4) === 2 || u32Be(head, 4) === 3),

  *members({ source, head, chain }, context) {
    const outer = chain.at(-1) ?? ''
    const name = /.\.qcow2?$/i.test(outer) ? outer.replace(/\.qcow2?$/i, '.img') : 'disk.img'
    if (!isReadable(source, head, name, context)) {
      context.budget.countMember()
      return
    }
    const diskBytes = u64Be(head, 24)
    const tables = [{ name, at: u64Be(head, 40), length: u32Be(head, 36) }, ...snapshotsOf(source, head)]
    for (const table of tables) yield diskOf(source, head, { ...table, diskBytes }, context)
  },
}

function isReadable(source: ByteSource, head: Uint8Array, name: string, context: UnpackContext): boolean {
  const bits = u32Be(head, 20)
  const features = u32Be(head, 4) === 3 ? u32Be(head, 76) : 0
  const backing = Math.min(u32Be(head, 16), 1023)
  if (bits < leastClusterBits || bits > mostClusterBits) {
    context.fault(name, 'damaged', 'the header cannot be read')
  } else if (u32Be(head, 32) !== 0) context.fault(name, 'encrypted', 'the disk is encrypted')
  else if ((features & featureExternalData) !== 0) {
    context.fault(name, 'missing-volume', 'the data lie in another file')
  } else if ((features & featureExtendedTable) !== 0) {
    context.fault(name, 'unsupported-method', 'has tables with subclusters')
  } else {
    if (u64Be(head, 8) !== 0 && backing > 0) {
      const file = Buffer.from(source.read(u64Be(head, 8), backing)).toString()
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
  const isZstd = u32Be(head, 4) === 3 && u32Be(head, 100) > 104 && head[104] === 1
  const map = new ClusterMap(source, { ...table, bits: u32Be(head, 20), isZstd, report }, context.budget)
  return { name, source: new BlockSource(source, map, diskBytes), isDisk: true }
}

const snapshotBytes = 40

function snapshotsOf(source: ByteSource, head: Uint8Array): { name: string; at: number; length: number }[] {
  const found = []
  let at = u64Be(head, 64)
  for (let index = 0; index < Math.min(u32Be(head, 60), mostSnapshots); index++) {
    const entry = source.read(at, snapshotBytes).slice()
    if (entry.length < snapshotBytes) break
    const [idBytes, nameBytes] = [u16Be(entry, 12), u16Be(entry, 14)]
    const nameAt = at + snapshotBytes + u32Be(entry, 36) + idBytes
    const name = Buffer.from(source.read(nameAt, nameBytes)).toString()
    found.push({ name: `snapshot ${name}`, at: u64Be(entry, 0), length: u32Be(entry, 8) })
    at = Math.ceil((nameAt + nameBytes) / 8) * 8
  }
  return found
}
