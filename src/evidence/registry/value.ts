// A value (vk cell) and its data: four bytes in the cell itself, a cell of their own, or, beyond 16,344 bytes since version 1.4,
// segments (db cell). Read when somebody asks.

import { u16, u32, utf16 } from '../fields.ts'
import type { HiveValue } from '../hive.ts'
import { registryTypes } from '../registry-types.ts'
import { type HiveImage, signatures } from './image.ts'

export const valueHeader = 20
const inline = 0x80_00_00_00
const latinName = 1
const segmentBytes = 16_344

const [, sz, expandSz, , dword, dwordBigEndian, link, multiSz] = registryTypes.keys()
const qword = 11
const empty = Buffer.alloc(0)

export class RegistryValue implements HiveValue {
  readonly #image: HiveImage
  /** Of the cell's data in the hive's bytes. */
  readonly position: number
  #name: string | undefined

  constructor(image: HiveImage, position: number) {
    this.#image = image
    this.position = position
  }

  get name(): string {
    this.#name ??= this.#readName()
    return this.#name
  }

  #readName(): string {
    const { view, bytes } = this.#image
    const { position } = this
    const wanted = Math.min(view.getUint16(position + 2, true), this.#image.roomAt(position) - valueHeader)
    const length = this.#image.take(wanted)
    const isLatin = (view.getUint16(position + 16, true) & latinName) !== 0
    return bytes.toString(
      isLatin ? 'latin1' : 'utf16le',
      position + valueHeader,
      position + valueHeader + length,
    )
  }

  get type(): number {
    return this.#image.view.getUint32(this.position + 12, true)
  }

  get typeName(): string {
    return registryTypes[this.type] ?? `0x${this.type.toString(16)}`
  }

  /** What the cell says; there may be less. */
  get size(): number {
    const size = this.#image.view.getUint32(this.position + 4, true)
    return size >= inline ? size - inline : size
  }

  /** Of the cell with the data or their list of segments; undefined where the data are in the cell of the value. */
  get dataOffset(): number | undefined {
    const { view } = this.#image
    const size = view.getUint32(this.position + 4, true)
    return size === 0 || size >= inline ? undefined : view.getUint32(this.position + 8, true)
  }

  get data(): Buffer {
    const { bytes, notes } = this.#image
    const { size, dataOffset: offset } = this
    if (size === 0) return empty
    if (offset === undefined) {
      if (size > 4) notes.add('a value has more bytes than fit into its cell', this.position)
      return bytes.subarray(this.position + 8, this.position + 8 + Math.min(4, size))
    }
    const at = this.#image.dataAt(offset)
    const whole = at === -1 ? empty : this.#dataOf(at, size)
    if (this.#image.take(whole.length) < whole.length) return empty
    if (whole.length < size)
      notes.add(`${size - whole.length} of a value’s ${size} bytes are not there`, this.position)
    return whole
  }

  #dataOf(at: number, size: number): Buffer {
    const { bytes, view, minorVersion } = this.#image
    const room = this.#image.roomAt(at)
    const isBig =
      size > segmentBytes && minorVersion >= 4 && room >= 8 && view.getUint16(at, true) === signatures.db
    return isBig ? bigData(this.#image, at, size) : bytes.subarray(at, at + Math.min(size, room))
  }

  text(): string {
    const { type } = this
    if (type === multiSz) return this.strings().join('\n')
    return type === sz || type === expandSz || type === link ? utf16(this.data, 0) : ''
  }

  strings(): readonly string[] {
    const { type } = this
    if (type !== multiSz) return type === sz || type === expandSz || type === link ? [this.text()] : []
    const text = this.data.toString('utf16le')
    const end = text.indexOf('\0\0')
    return (end === -1 ? text : text.slice(0, end)).split('\0').filter((one) => one !== '')
  }

  number(): number | undefined {
    const { type, data } = this
    if (type === dword && data.length >= 4) return data.readUInt32LE(0)
    if (type === dwordBigEndian && data.length >= 4) return data.readUInt32BE(0)
    return type === qword && data.length >= 8 ? Number(data.readBigUInt64LE(0)) : undefined
  }
}

/** Segments of 16,344 bytes; never more than the hive has. */
function bigData(image: HiveImage, at: number, size: number): Buffer {
  const { bytes } = image
  const list = image.dataAt(u32(bytes, at + 4))
  if (list === -1) return empty
  const segments = Math.min(u16(bytes, at + 2), Math.floor(image.roomAt(list) / 4))
  const most = Math.min(size, bytes.length)
  const parts: Buffer[] = []
  let length = 0
  for (let index = 0; index < segments && length < most; index += 1) {
    const part = image.dataAt(u32(bytes, list + 4 * index))
    if (part === -1) break
    const take = Math.min(segmentBytes, most - length, image.roomAt(part))
    parts.push(bytes.subarray(part, part + take))
    length += take
  }
  return Buffer.concat(parts)
}
