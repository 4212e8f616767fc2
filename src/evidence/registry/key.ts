// A key (nk cell): its name, times, lists. Everything is read when somebody asks.

import { filetime } from '../fields.ts'
import type { HiveKey } from '../hive.ts'
import { HiveImage } from './image.ts'
import { descriptorAt, type SecurityDescriptor } from './security.ts'
import { subkeyOffsets } from './subkeys.ts'
import { RegistryValue, valueHeader } from './value.ts'

export const keyHeader = 76
const latinName = 0x20

export class RegistryKey implements HiveKey {
  readonly image: HiveImage
  readonly offset: number
  /** Of the cell's data in the hive's bytes. */
  readonly position: number
  readonly parent: RegistryKey | undefined
  #name: string | undefined
  #path: string | undefined
  #hasValues = true

  constructor(image: HiveImage, offset: number, parent: RegistryKey | undefined) {
    this.image = image
    this.offset = offset
    this.position = image.dataAt(offset)
    this.parent = parent
  }

  /** Undefined, with a note, where there is no key. */
  static at(image: HiveImage, offset: number, parent: RegistryKey | undefined): RegistryKey | undefined {
    return image.cell(offset, 'nk', keyHeader) === -1 ? undefined : new RegistryKey(image, offset, parent)
  }

  get name(): string {
    this.#name ??= this.#readName()
    return this.#name
  }

  #readName(): string {
    const { bytes, notes } = this.image
    const room = this.image.roomAt(this.position) - keyHeader
    const length = this.#u16(72)
    if (length > room) notes.add('a key’s name is longer than its cell', this.position)
    const start = this.position + keyHeader
    const encoding = (this.flags & latinName) === 0 ? 'utf16le' : 'latin1'
    return bytes.toString(encoding, start, start + this.image.take(Math.min(length, room)))
  }

  get path(): string {
    const { parent } = this
    if (parent === undefined) return ''
    this.#path ??= parent.path === '' ? this.name : `${parent.path}\\${this.name}`
    return this.#path
  }

  get time(): string {
    return filetime(this.image.bytes, this.position + 4) ?? '1601-01-01T00:00:00.0000000Z'
  }

  /** KEY_VOLATILE 1, KEY_HIVE_EXIT 2, KEY_HIVE_ENTRY 4, KEY_NO_DELETE 8, KEY_SYM_LINK 16, KEY_COMP_NAME 32 … */
  get flags(): number {
    return this.#u16(2)
  }

  get parentOffset(): number {
    return this.#u32(16)
  }

  get subkeyCount(): number {
    return this.#u32(20)
  }

  get valueCount(): number {
    return this.#u32(36)
  }

  get subkeysOffset(): number {
    return this.#u32(28)
  }

  get valuesOffset(): number {
    return this.#u32(40)
  }

  get securityOffset(): number {
    return this.#u32(44)
  }

  get classOffset(): number {
    return this.#u32(48)
  }

  /** '' when it has none; some keys keep data here (the parts of the boot key do). */
  get className(): string {
    const length = this.#u16(74)
    const at = length === 0 || HiveImage.isNil(this.classOffset) ? -1 : this.image.dataAt(this.classOffset)
    if (at === -1) return ''
    return this.image.bytes.toString('utf16le', at, at + Math.min(length, this.image.roomAt(at)))
  }

  /** Owner and rights; undefined where the hive has none that can be read. */
  security(): SecurityDescriptor | undefined {
    return HiveImage.isNil(this.securityOffset) ? undefined : descriptorAt(this.image, this.securityOffset)
  }

  /** `enter` may refuse cells of lists and keys; a walk does so with what it saw already. */
  subkeys(enter?: (offset: number) => boolean): readonly RegistryKey[] {
    if (this.subkeyCount === 0 || HiveImage.isNil(this.subkeysOffset)) return []
    const keys: RegistryKey[] = []
    for (const offset of subkeyOffsets(this.image, this.subkeysOffset, enter)) {
      const key = RegistryKey.at(this.image, offset, this)
      if (key !== undefined) keys.push(key)
    }
    return keys
  }

  values(): readonly RegistryValue[] {
    const values: RegistryValue[] = []
    for (const offset of this.valueOffsets()) {
      const position = this.image.cell(offset, 'vk', valueHeader)
      if (position !== -1) values.push(new RegistryValue(this.image, position))
    }
    return values
  }

  valueOffsets(): number[] {
    const { valueCount, image } = this
    if (!this.#hasValues || valueCount === 0 || HiveImage.isNil(this.valuesOffset)) return []
    const list = image.dataAt(this.valuesOffset)
    const room = list === -1 ? 0 : Math.floor(image.roomAt(list) / 4)
    if (valueCount > room)
      image.notes.add('a list of values is longer than its cell, or not there', this.position)
    const offsets: number[] = []
    for (let index = 0; index < Math.min(valueCount, room); index += 1) {
      offsets.push(image.view.getUint32(list + 4 * index, true))
    }
    return offsets
  }

  /** A walk does so where the list belongs to a key that it saw before. */
  leaveValuesOut(): void {
    this.#hasValues = false
  }

  find(path: string): RegistryKey | undefined {
    if (path === '') return this
    const [part = '', ...rest] = path.split('\\')
    const wanted = part.toUpperCase()
    const found = this.subkeys().find(({ name }) => isSame(name, wanted))
    return rest.length === 0 ? found : found?.find(rest.join('\\'))
  }

  value(name: string): RegistryValue | undefined {
    const wanted = name.toUpperCase()
    return this.values().find((value) => isSame(value.name, wanted))
  }

  #u16(at: number): number {
    return this.image.view.getUint16(this.position + at, true)
  }

  #u32(at: number): number {
    return this.image.view.getUint32(this.position + at, true)
  }
}

function isSame(name: string, upperCase: string): boolean {
  return name.length === upperCase.length && name.toUpperCase() === upperCase
}
