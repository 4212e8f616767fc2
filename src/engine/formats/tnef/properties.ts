// The MAPI properties in a TNEF attribute ([MS-OXTNEF] 2.1.3.4): those whose values are content or names.

import type { ByteSource } from '../../source/byte-source.ts'

const typeMultiple = 0x1000
const typeObject = 0x0d
const typeString8 = 0x1e
const typeUnicode = 0x1f
const typeBinary = 0x102
/** From here on a property has a name of its own in front of its value. */
const firstNamed = 0x8000
const guidBytes = 16
const namedByNumber = 0
const maxProperties = 65_536
const maxValues = 65_536

/** Bytes of the values of fixed length, padded to four. */
const fixedBytes: ReadonlyMap<number, number> = new Map([
  [0x01, 4],
  [0x02, 4],
  [0x03, 4],
  [0x04, 4],
  [0x05, 8],
  [0x06, 8],
  [0x07, 8],
  [0x0a, 4],
  [0x0b, 4],
  [0x14, 8],
  [0x40, 8],
  [0x48, 16],
])

export interface Property {
  readonly id: number
  readonly type: 'text' | 'utf-16' | 'binary' | 'object'
  readonly start: number
  readonly length: number
}

/** The properties of variable length in `[start, end)`, as far as they can be followed. */
export function* propertiesOf(source: ByteSource, start: number, end: number): Generator<Property> {
  const cursor = new Cursor(source, start, end)
  const count = Math.min(cursor.u32(), maxProperties)
  for (let index = 0; index < count && !cursor.isAtEnd; index++) {
    const type = cursor.u16()
    const id = cursor.u16()
    if (id >= firstNamed) cursor.skipName()
    const single = type & ~typeMultiple
    const kind = kindOf(single)
    const fixed = fixedBytes.get(single)
    const isMultiple = (type & typeMultiple) !== 0
    const values = isMultiple || kind !== undefined ? Math.min(cursor.u32(), maxValues) : 1
    if (kind === undefined && fixed === undefined) return
    for (let value = 0; value < values && !cursor.isAtEnd; value++) {
      if (kind === undefined) cursor.skip(fixed ?? 0)
      else {
        const length = cursor.u32()
        yield { id, type: kind, start: cursor.at, length: Math.min(length, end - cursor.at) }
        cursor.skip(length)
      }
    }
  }
}

function kindOf(type: number): Property['type'] | undefined {
  switch (type) {
    case typeString8:
      return 'text'
    case typeUnicode:
      return 'utf-16'
    case typeBinary:
      return 'binary'
    case typeObject:
      return 'object'
    default:
      return undefined
  }
}

class Cursor {
  readonly #source: ByteSource
  readonly #end: number
  at: number

  constructor(source: ByteSource, start: number, end: number) {
    this.#source = source
    this.#end = end
    this.at = start
  }

  get isAtEnd(): boolean {
    return this.at >= this.#end
  }

  u16(): number {
    const [low = 0, high = 0] = this.#source.read(this.at, 2)
    this.at += 2
    return low | (high << 8)
  }

  u32(): number {
    return this.u16() + this.u16() * 0x10000
  }

  /** Values begin at multiples of four. */
  skip(length: number): void {
    this.at += Math.ceil(length / 4) * 4
  }

  skipName(): void {
    this.at += guidBytes
    if (this.u32() === namedByNumber) this.at += 4
    else this.skip(this.u32())
  }
}
