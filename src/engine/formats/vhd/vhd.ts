// Virtual hard disks of Virtual PC and Hyper-V (Microsoft's "Virtual Hard Disk Image Format Specification", 1.0): dynamic
// and differencing. The disk comes out as one object with random access. A fixed one is the disk itself with a footer
// behind it, so that whoever reads disks reads it as it is.

import { u32Be, u64Be } from '../../codecs/big-endian.ts'
import { type BlockMap, BlockSource, NumberTable, once, zeros } from '../../parsers/disk/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Format, UnpackContext } from '../format.ts'

const sectorBytes = 512
const cookie = 'conectix'
const sparseCookie = 'cxsparse'
const typeDynamic = 3
const typeDifferencing = 4
const unusedEntry = 0xffffffff
const mostBlockBytes = 256 * 1024 * 1024

export const vhd: Format = {
  id: 'vhd',
  kind: 'stream',
  // Dynamic disks begin with a copy of their last sector.
  matches: ({ head }) => parseFooter(head) !== undefined,

  *members({ source, chain, head }, context) {
    const footer = parseFooter(head)
    if (footer === undefined) return
    const name = nameInside(chain.at(-1) ?? '')
    const disk = diskOf(source, footer, name, context)
    if (disk !== undefined) yield { name, source: disk, isDisk: true }
    else {
      context.budget.countMember()
      context.fault(name, 'damaged', 'the block table cannot be read')
    }
  },
}

function nameInside(outer: string): string {
  return /.\.a?vhd$/i.test(outer) ? outer.replace(/\.a?vhd$/i, '.img') : 'disk.img'
}

interface Footer {
  readonly type: number
  readonly diskBytes: number
  readonly headerAt: number
}

function parseFooter(bytes: Uint8Array): Footer | undefined {
  if (bytes[0] !== 0x63 || bytes.length < sectorBytes) return undefined
  if (Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== cookie || !hasChecksum(bytes)) return undefined
  const type = u32Be(bytes, 60)
  if (type < typeDynamic || type > typeDifferencing) return undefined
  return { type, diskBytes: u64Be(bytes, 48), headerAt: u64Be(bytes, 16) }
}

/** The complement of the sum of all bytes with the checksum as zeros. */
function hasChecksum(footer: Uint8Array): boolean {
  let sum = 0
  for (let at = 0; at < sectorBytes; at++) if (at < 64 || at >= 68) sum += footer[at] ?? 0
  return ~sum >>> 0 === u32Be(footer, 64)
}

function diskOf(
  source: ByteSource,
  footer: Footer,
  name: string,
  context: UnpackContext,
): ByteSource | undefined {
  const header = source.read(footer.headerAt, 1024).slice()
  const blockBytes = u32Be(header, 32)
  if (Buffer.from(header.subarray(0, 8)).toString('latin1') !== sparseCookie) return undefined
  if (blockBytes < sectorBytes || blockBytes > mostBlockBytes || blockBytes % sectorBytes !== 0)
    return undefined
  if (footer.type === typeDifferencing) {
    const parent = parentName(header)
    context.fault(parent === '' ? name : parent, 'missing-volume', 'the disk that this one changes is needed')
  }
  const bitmapBytes = Math.ceil(blockBytes / sectorBytes / 8 / sectorBytes) * sectorBytes
  const table = new NumberTable(source, u64Be(header, 16), u32Be(header, 28), 'be32')
  const missing = once(() => context.fault(name, 'damaged', 'blocks lie behind the end of the file'))
  if (table.isCut) missing()
  const map: BlockMap = {
    blockBytes,
    locate(block) {
      const sector = table.get(block) ?? unusedEntry
      return sector === unusedEntry ? zeros : sector * sectorBytes + bitmapBytes
    },
    missing,
  }
  return new BlockSource(source, map, footer.diskBytes)
}

/** The parent's Unicode name, UTF-16BE. */
function parentName(header: Uint8Array): string {
  const bytes = Buffer.from(header.subarray(64, 64 + 512)).swap16()
  return bytes.toString('utf16le').replace(/\0[^]*$/, '')
}
