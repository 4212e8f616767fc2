// What was deleted and is still there: keys and values in cells that are free, or in use and reached from nowhere. A deleted key
// may still name its parent, its values and their data; what was overwritten since is told as such, never guessed.

import { Notes } from '../note.ts'
import { binsStart } from './base-block.ts'
import { HiveImage, signatures } from './image.ts'
import { keyHeader, RegistryKey } from './key.ts'
import { RegistryValue, valueHeader } from './value.ts'
import { CellSet, walk } from './walk.ts'

const maxNameBytes = 512
const maxValueNameBytes = 32_768
const maxParents = 512
/** Of the known types and those that drivers invent. */
const mostLikelyType = 0x1000
/** FILETIME, upper half: the years 1980 and 2100. */
const firstTime = 0x01_a8_e7_9f
const lastTime = 0x02_3a_00_00

export interface DeletedKey {
  readonly kind: 'key'
  readonly key: RegistryKey
  /** Through parents that are alive or deleted themselves; `?` in front where they end before the root. */
  readonly path: string
  readonly values: readonly DeletedValue[]
}

export interface DeletedValue {
  readonly kind: 'value'
  readonly value: RegistryValue
  /** Its data are not there any more: in their place is what the hive has now. */
  readonly isOverwritten: boolean
}

/** Keys with their values in the order of the file, then values whose key is not known. */
export function* deletedIn(
  hive: HiveImage,
  root: RegistryKey | undefined,
): Generator<DeletedKey | DeletedValue> {
  // What deleted cells lead to is often overwritten: that is no damage of the hive.
  const image = new HiveImage(hive.bytes, hive.minorVersion, new Notes(0))
  const live = root === undefined ? new CellSet(image) : liveCells(root)
  const values = new Map<number, RegistryValue>()
  const keys: RegistryKey[] = []
  for (const position of candidates(image, live)) {
    const signature = image.view.getUint16(position, true)
    if (signature === signatures.nk && isKey(image, position)) {
      keys.push(new RegistryKey(image, position - image.headerBytes - binsStart, undefined))
    } else if (signature === signatures.vk && isValue(image, position)) {
      values.set(position, new RegistryValue(image, position))
    }
  }
  const told = (value: RegistryValue): DeletedValue => ({
    kind: 'value',
    value,
    isOverwritten: isOverwritten(value, image, live),
  })
  for (const key of keys) {
    const own = valuesOf(key, values)
    yield { kind: 'key', key, path: pathOf(key, root), values: own.map((value) => told(value)) }
    for (const { position } of own) values.delete(position)
  }
  for (const value of values.values()) {
    yield told(value)
  }
}

/** The cell of its data is in use by something else, or is too small. */
function isOverwritten({ dataOffset, size }: RegistryValue, image: HiveImage, live: CellSet): boolean {
  if (dataOffset === undefined) return false
  const position = image.dataAt(dataOffset)
  if (position === -1 || live.has(dataOffset)) return true
  return image.roomAt(position) < size && image.view.getUint16(position, true) !== signatures.db
}

/** Every cell that a key of the hive leads to. */
function liveCells(root: RegistryKey): CellSet {
  const { image } = root
  const live = new CellSet(image)
  for (const key of walk(root)) {
    live.add(key.offset)
    live.add(key.valuesOffset)
    live.add(key.classOffset)
    live.add(key.securityOffset)
    for (const offset of key.valueOffsets()) {
      live.add(offset)
      const position = image.dataAt(offset)
      if (position === -1 || image.roomAt(position) < valueHeader) continue
      const { dataOffset } = new RegistryValue(image, position)
      if (dataOffset !== undefined) live.add(dataOffset)
    }
  }
  return live
}

/** Positions where a cell's data may begin: free cells may hold several older ones, each on a multiple of eight. */
function* candidates(image: HiveImage, live: CellSet): Generator<number> {
  const { bytes, view, headerBytes } = image
  for (let bin = binsStart; bin + 32 <= bytes.length;) {
    const size = view.getUint32(bin + 8, true)
    const isBin = bytes.toString('latin1', bin, bin + 4) === 'hbin' && size >= 4096 && size % 4096 === 0
    const end = Math.min(bin + (isBin ? size : 4096), bytes.length)
    for (let cell = isBin ? bin + 32 : end; cell + headerBytes < end;) {
      const length = view.getInt32(cell, true)
      const next = cell + Math.abs(length)
      if (length === 0 || length % 8 !== 0 || next > end) break
      const isLive = length < 0 && live.has(cell - binsStart)
      // A cell in use that is no key and no value may be anything, so only its beginning counts.
      const inUse = isLive ? cell : cell + 8
      const last = length < 0 ? inUse : next
      for (let at = cell; at < last && at + headerBytes + valueHeader <= bytes.length; at += 8)
        yield at + headerBytes
      cell = next
    }
    bin = end
  }
}

function isKey({ view, bytes }: HiveImage, position: number): boolean {
  if (position + keyHeader > bytes.length) return false
  const length = view.getUint16(position + 72, true)
  const time = view.getUint32(position + 8, true)
  return (
    length > 0 &&
    length <= maxNameBytes &&
    position + keyHeader + length <= bytes.length &&
    time >= firstTime &&
    time <= lastTime &&
    view.getUint32(position + 20, true) < bytes.length / 8 &&
    view.getUint32(position + 36, true) < bytes.length / 8
  )
}

function isValue({ view, bytes }: HiveImage, position: number): boolean {
  const length = view.getUint16(position + 2, true)
  const size = view.getUint32(position + 4, true)
  return (
    length <= maxValueNameBytes &&
    position + valueHeader + length <= bytes.length &&
    (size >= 0x80_00_00_00 ? size <= 0x80_00_00_04 : size < bytes.length) &&
    view.getUint32(position + 12, true) < mostLikelyType &&
    view.getUint16(position + 16, true) <= 1
  )
}

/** Of the deleted values those that the key's list names. */
function valuesOf(key: RegistryKey, values: ReadonlyMap<number, RegistryValue>): RegistryValue[] {
  const { image, valuesOffset, valueCount } = key
  const list = valueCount === 0 ? -1 : image.dataAt(valuesOffset)
  const found: RegistryValue[] = []
  if (list === -1) return found
  const end = Math.min(list + 4 * valueCount, image.bytes.length - 3)
  for (let at = list; at < end; at += 4) {
    const value = values.get(image.dataAt(image.view.getUint32(at, true)))
    // The list itself may be overwritten: then it names no deleted values.
    if (value === undefined) break
    found.push(value)
  }
  return found
}

function pathOf(key: RegistryKey, root: RegistryKey | undefined): string {
  const { image } = key
  const names = [key.name]
  let offset = key.parentOffset
  for (let level = 0; level < maxParents && offset !== root?.offset; level += 1) {
    const position = image.dataAt(offset)
    const isThere = position !== -1 && position + keyHeader <= image.bytes.length
    if (!isThere || image.view.getUint16(position, true) !== signatures.nk || !isKey(image, position)) {
      return ['?', ...names].join('\\')
    }
    const parent = new RegistryKey(image, offset, undefined)
    names.unshift(parent.name)
    offset = parent.parentOffset
  }
  return names.join('\\')
}
