// Writes small .NET assemblies for tests: rows of tables with texts and blobs, in a PE file (ECMA-335, II.24 and II.25).
// All indexes have two bytes.

import { PeWriter, words } from '../pe/pe-writer.ts'
import { columns } from './schema.ts'

export class AssemblyWriter {
  #strings: Buffer = Buffer.alloc(1)
  #blobs: Buffer = Buffer.alloc(1)
  #userStrings: Buffer = Buffer.alloc(1)
  readonly #guids: Buffer[] = []
  readonly #rows = new Map<number, (readonly number[])[]>()
  resources: Buffer = Buffer.alloc(0)
  version = 'v4.0.30319'

  /** The index of a text. */
  string(text: string): number {
    const at = this.#strings.length
    this.#strings = Buffer.concat([this.#strings, Buffer.from(`${text}\0`, 'latin1')])
    return at
  }

  /** The index of a blob. */
  blob(...bytes: readonly (number | Buffer)[]): number {
    const at = this.#blobs.length
    const contents = Buffer.concat(bytes.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)))
    this.#blobs = Buffer.concat([this.#blobs, compressed(contents.length), contents])
    return at
  }

  userString(text: string): this {
    const contents = Buffer.concat([Buffer.from(text, 'utf16le'), Buffer.of(0)])
    this.#userStrings = Buffer.concat([this.#userStrings, compressed(contents.length), contents])
    return this
  }

  guid(bytes: Buffer): this {
    this.#guids.push(bytes)
    return this
  }

  /** Adds a row; its number, from 1 on. */
  row(table: number, ...values: readonly number[]): number {
    const rows = this.#rows.get(table) ?? []
    rows.push(values)
    this.#rows.set(table, rows)
    return rows.length
  }

  build(): Buffer {
    const pe = new PeWriter()
    const header = pe.add(Buffer.alloc(72))
    const resources = pe.add(this.resources)
    const metadata = this.#metadata()
    const root = pe.add(metadata)
    const file = pe.directory(14, header, 72).build()
    words(72, 0x0005_0002, root, metadata.length, 1, 0, resources, this.resources.length).copy(
      file,
      pe.offset(header),
    )
    return file
  }

  #metadata(): Buffer {
    const streams: readonly (readonly [name: string, bytes: Buffer])[] = [
      ['#~', this.#tables()],
      ['#Strings', this.#strings],
      ['#US', this.#userStrings],
      ['#GUID', Buffer.concat(this.#guids)],
      ['#Blob', this.#blobs],
    ]
    const version = padded(`${this.version}\0`)
    const root = Buffer.concat([words(0x424a5342, 1, 0, version.length), version, half(0, streams.length)])
    let at = root.length + streams.reduce((sum, [name]) => sum + 8 + padded(`${name}\0`).length, 0)
    const headers: Buffer[] = []
    const bodies: Buffer[] = []
    for (const [name, bytes] of streams) {
      const body = padded(bytes)
      headers.push(words(at, body.length), padded(`${name}\0`))
      bodies.push(body)
      at += body.length
    }
    return Buffer.concat([root, ...headers, ...bodies])
  }

  #tables(): Buffer {
    const numbers = [...this.#rows.keys()].toSorted((a, b) => a - b)
    let valid = 0n
    for (const number of numbers) valid |= 1n << BigInt(number)
    const mask = Buffer.alloc(16)
    mask.writeBigUInt64LE(valid)
    const counts = words(...numbers.map((number) => this.#rows.get(number)!.length))
    const rows = numbers.flatMap((number) =>
      this.#rows.get(number)!.map((values) => rowBytes(number, values)),
    )
    return Buffer.concat([words(0, 0x0100_0002), mask, counts, ...rows])
  }
}

function rowBytes(table: number, values: readonly number[]): Buffer {
  return Buffer.concat(
    columns[table]!.map((column, index) => {
      const value = values[index] ?? 0
      if (column === 'u32') return words(value)
      return column === 'u8' ? Buffer.of(value) : half(value)
    }),
  )
}

function compressed(value: number): Buffer {
  return value < 0x80 ? Buffer.of(value) : Buffer.of(0x80 | (value >> 8), value & 0xff)
}

function half(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value & 0xff, value >> 8]))
}

function padded(contents: Buffer | string): Buffer {
  const bytes = Buffer.from(contents as string, 'latin1')
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}
