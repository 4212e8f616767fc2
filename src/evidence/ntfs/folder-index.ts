// What lies in a folder: the entries of its index $I30, of the root in the record and of every block that is in use. The blocks are read one
// after the other, not along the tree, so that a damaged tree hides nothing and has no circles.

import { u16, u32, utf16Exactly } from '../fields.ts'
import type { Notes } from '../note.ts'
import { fixUp } from '../ntfs-record.ts'
import { kindOfReparse } from '../reparse.ts'
import type { TreeKind } from '../tree.ts'
import type { VolumeEntry } from '../volume-tree.ts'
import { type AttributePiece, contentOf } from './pieces.ts'
import { plainSource, streamOf, type Volume } from './stream.ts'

const rootType = 0x90
const allocationType = 0xa0
const bitmapType = 0xb0
const indexName = '$I30'
const indx = 0x58444e49
/** 4 GiB of blocks of 4 KiB: some thirty million names. */
const maxBlocks = 2 ** 20
const nameAt = 66
const dosNamespace = 2

export interface IndexedName extends VolumeEntry {
  readonly sequence: number
}

export function* folderEntries(
  volume: Volume,
  pieces: readonly AttributePiece[],
  entry: number,
): Generator<IndexedName> {
  const root = pieces.find(
    ({ type, name, isResident }) => type === rootType && name === indexName && isResident,
  )
  if (root === undefined) {
    volume.notes.add(`folder ${entry} has no index`)
    return
  }
  const content = contentOf(root)
  yield* nodeEntries(content.subarray(16), volume.notes, entry)
  const allocation = streamOf(volume, pieces, { type: allocationType, name: indexName })
  if (allocation === undefined) return
  const blockBytes = u32(content, 8)
  if (blockBytes < 512 || blockBytes > 65_536 || blockBytes % 512 !== 0) {
    volume.notes.add(`the index of folder ${entry} has blocks of ${blockBytes} bytes: they are passed over`)
    return
  }
  yield* blockEntries(volume, pieces, { entry, blockBytes })
}

function* blockEntries(
  volume: Volume,
  pieces: readonly AttributePiece[],
  { entry, blockBytes }: { entry: number; blockBytes: number },
): Generator<IndexedName> {
  const allocation = streamOf(volume, pieces, { type: allocationType, name: indexName })
  if (allocation === undefined) return
  const source = plainSource(volume, allocation)
  const used = usedBlocks(volume, pieces)
  const claimed = Math.floor(source.size / blockBytes)
  const count = Math.min(claimed, maxBlocks)
  if (count < claimed) volume.notes.add(`folder ${entry}: only the first ${maxBlocks} blocks are read`)
  for (let block = 0; block < count; block++) {
    if (used !== undefined && ((used[block >> 3] ?? 0) & (1 << (block & 7))) === 0) continue
    const bytes = new Uint8Array(source.read(block * blockBytes, blockBytes))
    if (u32(bytes, 0) !== indx || !fixUp(bytes)) {
      volume.notes.add(`folder ${entry}: block ${block} of its index is damaged`)
      continue
    }
    yield* nodeEntries(bytes.subarray(24), volume.notes, entry)
  }
}

function usedBlocks(volume: Volume, pieces: readonly AttributePiece[]): Uint8Array | undefined {
  const bitmap = streamOf(volume, pieces, { type: bitmapType, name: indexName })
  return bitmap === undefined ? undefined : plainSource(volume, bitmap).read(0, maxBlocks / 8)
}

/** `node` begins with its header; the offsets in it count from there. */
function* nodeEntries(node: Uint8Array, notes: Notes, folder: number): Generator<IndexedName> {
  const end = Math.min(u32(node, 4), node.length)
  for (let at = u32(node, 0); at + 16 <= end;) {
    const length = u16(node, at + 8)
    if ((u16(node, at + 12) & 2) !== 0) return
    const units = node[at + 16 + 64] ?? 0
    if (length < 16 + nameAt + 2 * units || at + length > end) {
      notes.add(`folder ${folder}: an entry of its index is damaged, those behind it are lost`)
      return
    }
    const name = utf16Exactly(node, at + 16 + nameAt, units)
    const isAddressable = name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)
    if (isAddressable) {
      yield {
        name,
        inode: u32(node, at) + u16(node, at + 4) * 2 ** 32,
        sequence: u16(node, at + 6),
        kind: kindOf(node, at + 16),
        ...(node[at + 16 + 65] === dosNamespace ? { isShort: true } : {}),
      }
    } else if (name !== '.') notes.add(`folder ${folder}: a name that no path can have is left out`)
    at += length
  }
}

function kindOf(node: Uint8Array, at: number): TreeKind {
  const attributes = u32(node, at + 56)
  const special = (attributes & 0x400) === 0 ? undefined : kindOfReparse(u32(node, at + 60))
  return special ?? ((attributes & 0x10000000) === 0 ? 'file' : 'folder')
}

/** The folder in which a file says that it lies, and its name there; of several, the first that is no short one. */
export function firstNameOf(
  pieces: readonly AttributePiece[],
): { parent: number; parentSequence: number; name: string; shortName?: string } | undefined {
  let found: { parent: number; parentSequence: number; name: string } | undefined
  let shortName: string | undefined
  for (const piece of pieces) {
    if (piece.type !== 0x30 || !piece.isResident || piece.contentBytes < nameAt) continue
    const content = contentOf(piece)
    const name = utf16Exactly(content, nameAt, content[64] ?? 0)
    if (content[65] === dosNamespace) shortName ??= name
    else
      found ??= { parent: u32(content, 0) + u16(content, 4) * 2 ** 32, parentSequence: u16(content, 6), name }
  }
  return found === undefined ? undefined : { ...found, ...(shortName === undefined ? {} : { shortName }) }
}
