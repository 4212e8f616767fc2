// Lists of subkeys: lf and lh (eight bytes a key), li (four bytes a key), and ri, a list of those.

import { u16, u32 } from '../fields.ts'
import { type HiveImage, signatures } from './image.ts'

/** The smallest cell of a key: there cannot be more keys than fit into the hive. */
const leastKeyBytes = 80

/** Offsets of the keys in the list at `offset`; `enter` may refuse a list's cell (one that was read already). */
export function subkeyOffsets(
  image: HiveImage,
  offset: number,
  enter: (offset: number) => boolean = () => true,
): number[] {
  const offsets: number[] = []
  const most = Math.ceil(image.bytes.length / leastKeyBytes)
  const list = image.dataAt(offset)
  if (list !== -1 && u16(image.bytes, list) === signatures.ri) {
    const count = entries(image, list, 4)
    for (let index = 0; index < count && offsets.length < most; index += 1) {
      addLeaf(image, u32(image.bytes, list + 4 + 4 * index), { enter, offsets })
    }
    if (!enter(offset)) return []
  } else addLeaf(image, offset, { enter, offsets })
  if (offsets.length <= most) return offsets
  image.notes.add('a list has more subkeys than fit into the hive', offset)
  return offsets.slice(0, most)
}

interface Leaf {
  readonly enter: (offset: number) => boolean
  readonly offsets: number[]
}

function addLeaf(image: HiveImage, offset: number, { enter, offsets }: Leaf): void {
  const { bytes } = image
  const list = image.dataAt(offset)
  const signature = list === -1 ? 0 : u16(bytes, list)
  const isLong = signature === signatures.lf || signature === signatures.lh
  if (!isLong && signature !== signatures.li) {
    image.notes.add('a list of subkeys is none', offset)
    return
  }
  if (!enter(offset)) return
  const step = isLong ? 8 : 4
  const count = entries(image, list, step)
  for (let index = 0; index < count; index += 1) offsets.push(u32(bytes, list + 4 + step * index))
}

/** As many as the list says and its cell has room for. */
function entries(image: HiveImage, list: number, step: number): number {
  const count = u16(image.bytes, list + 2)
  const room = Math.floor((image.roomAt(list) - 4) / step)
  if (count > room) image.notes.add('a list of subkeys is longer than its cell', list)
  return Math.max(0, Math.min(count, room))
}
