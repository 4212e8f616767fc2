// Writes WMI repositories for tests: OBJECTS.DATA with class definitions and instances, a mapping, and an index.

import { createHash } from 'node:crypto'

import { time, u16, u32, wide } from './artefact-fields.ts'

const pageBytes = 8192

export interface WmiClassSpec {
  readonly name: string
  readonly superClass?: string
  /** Name, CIM type (0x2008 and the like are arrays), place. */
  readonly properties: readonly (readonly [name: string, type: number, index: number])[]
}

export type WmiValue = string | number | Buffer | undefined

export interface WmiRecordSpec {
  readonly page: number
  readonly id: number
  readonly bytes: Buffer
}

class Region {
  readonly parts: Buffer[] = []
  size = 0

  add(bytes: Buffer): number {
    this.parts.push(bytes)
    this.size += bytes.length
    return this.size - bytes.length
  }

  text(text: string): number {
    const isWide = text.split('').some((letter) => letter > 'ÿ')
    return this.add(
      Buffer.concat([
        Buffer.from([isWide ? 1 : 0]),
        isWide ? wide(`${text}\0`) : Buffer.from(`${text}\0`, 'latin1'),
      ]),
    )
  }

  bytes(): Buffer {
    return Buffer.concat([u32(0x80000000 + this.size), ...this.parts])
  }
}

export function wmiClass({ name, superClass = '', properties }: WmiClassSpec): Buffer {
  const region = new Region()
  const nameAt = region.text(name)
  const references = properties.map(([property, type, index]) => {
    const at = region.text(property)
    // Type, array or not, place, offset, level, qualifiers.
    const definition = Buffer.concat([Buffer.from([type & 0xff, type >> 8, 0, 0]), u16(index), u32(0, 0, 4)])
    return u32(at, region.add(definition))
  })
  return Buffer.concat([
    u32(superClass.length),
    wide(superClass),
    time('2026-01-01T00:00:00Z'),
    u32(0),
    Buffer.from([0]),
    u32(nameAt, 0),
    u32(4 + superClass.length),
    Buffer.from(superClass, 'latin1'),
    u32(4, properties.length),
    ...references,
    region.bytes(),
    u32(0x80000000),
  ])
}

const half = new Set([2, 11, 0x12])

/** Values in the order of the places of the class's and its ancestors' properties. */
export function wmiInstance(
  className: string,
  types: readonly number[],
  values: readonly WmiValue[],
  isOld = false,
): Buffer {
  const region = new Region()
  region.text(className)
  const states = Buffer.alloc(Math.ceil(types.length / 4))
  const table = types.map((type, index) => {
    const value = values[index]
    if (value === undefined) states[index >> 2] = (states[index >> 2] ?? 0) | (1 << (2 * (index & 3)))
    if (typeof value === 'object') return u32(region.add(Buffer.concat([u32(value.length), value])))
    if (typeof value === 'string') return u32(region.text(value))
    if (half.has(type)) return u16(value ?? 0)
    return type === 0x11 ? Buffer.from([value ?? 0]) : u32(value ?? 0)
  })
  const rest = Buffer.concat([states, ...table, u32(4), Buffer.from([1]), region.bytes()])
  const hash = createHash(isOld ? 'md5' : 'sha256')
    .update(className.toUpperCase(), 'utf16le')
    .digest('hex')
  return Buffer.concat([
    wide(hash.toUpperCase()),
    time('2026-11-22T10:00:00Z'),
    time('2026-11-21T10:00:00Z'),
    u32(9 + rest.length, 0),
    Buffer.from([0]),
    rest,
  ])
}

/** Pages by their physical number; a record that is longer than its page goes on in `rest`. */
export function wmiObjects(
  pages: number,
  records: readonly WmiRecordSpec[],
  rest: ReadonlyMap<number, number> = new Map(),
): Buffer {
  const bytes = Buffer.alloc(pages * pageBytes)
  for (let page = 0; page < pages; page++) {
    const own = records.filter((record) => record.page === page)
    let at = 16 * (own.length + 1)
    for (const [index, { id, bytes: record }] of own.entries()) {
      u32(id, at, record.length, 0).copy(bytes, page * pageBytes + 16 * index)
      const room = Math.min(record.length, pageBytes - at)
      record.copy(bytes, page * pageBytes + at, 0, room)
      const next = rest.get(page)
      if (room < record.length && next !== undefined) record.copy(bytes, next * pageBytes, room)
      at += room
    }
  }
  return bytes
}

/** Physical pages in the order of the logical ones. */
export function wmiMapping(version: number, objects: readonly number[], index: readonly number[]): Buffer {
  const part = (physical: readonly number[]): Buffer[] => [
    u32(0xabcd, version, 2, 1, physical.length, physical.length),
    ...physical.map((page) => u32(page, 0, 0, 0, 0, 0)),
    u32(0),
  ]
  return Buffer.concat([...part(objects), u32(0xdcba), ...part(index)])
}

export function wmiHash(name: string): string {
  return createHash('sha256').update(name.toUpperCase(), 'utf16le').digest('hex').toUpperCase()
}

/** One page of an index with keys in parts. */
export function wmiIndex(keys: readonly (readonly string[])[]): Buffer {
  const texts = [...new Set(keys.flat())]
  const definitions: number[] = []
  const places = keys.map((parts) => {
    definitions.push(parts.length, ...parts.map((part) => texts.indexOf(part)))
    return definitions.length - parts.length - 1
  })
  let at = 0
  const offsets = texts.map((text) => {
    at += text.length + 1
    return at - text.length - 1
  })
  const page = Buffer.alloc(pageBytes)
  Buffer.concat([
    u32(0xaccc, 0, 0, 0, keys.length),
    u32(...keys.map(() => 0)),
    u32(...keys.map(() => 0), 0),
    u16(...places, definitions.length, ...definitions, texts.length, ...offsets, at),
    Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1'),
  ]).copy(page)
  return page
}
