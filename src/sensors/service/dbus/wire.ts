// Values on the D-Bus wire (D-Bus Specification 0.41, "Marshaling"): read strictly, every length checked, and written
// in little endian. Structs are arrays, dictionaries are arrays of pairs.

export type DBusValue = number | bigint | string | boolean | DBusVariant | readonly DBusValue[]

export interface DBusVariant {
  readonly signature: string
  readonly value: DBusValue
}

/** What came is not D-Bus; the connection is of no use any more. */
export class WireError extends Error {}

const maxDepth = 32
const maxSignature = 255
const alignments: Readonly<Record<string, number>> = {
  y: 1,
  b: 4,
  n: 2,
  q: 2,
  i: 4,
  u: 4,
  x: 8,
  t: 8,
  d: 8,
  s: 4,
  o: 4,
  g: 1,
  v: 1,
  h: 4,
  a: 4,
  '(': 8,
  '{': 8,
}

/** End of the complete type that begins at `at`. */
function endOfType(signature: string, at: number, depth: number): number {
  const code = signature[at]
  if (code === undefined || depth > maxDepth) throw new WireError('a signature is not complete or too deep')
  if (code === 'a') return endOfType(signature, at + 1, depth + 1)
  if (code !== '(' && code !== '{') {
    if (alignments[code] === undefined) throw new WireError(`there is no type ${JSON.stringify(code)}`)
    return at + 1
  }
  const close = code === '(' ? ')' : '}'
  let end = at + 1
  let members = 0
  while (signature[end] !== close) {
    end = endOfType(signature, end, depth + 1)
    members++
  }
  if (members === 0 || (code === '{' && members !== 2)) throw new WireError('a struct has no members')
  return end + 1
}

/** The complete types of a signature, each of its own. */
export function typesOf(signature: string): string[] {
  if (signature.length > maxSignature) throw new WireError('a signature is too long')
  const types: string[] = []
  for (let at = 0; at < signature.length;) {
    const end = endOfType(signature, at, 0)
    types.push(signature.slice(at, end))
    at = end
  }
  return types
}

export type ByteOrder = 'little' | 'big'

/** Reads values one after the other; throws WireError where they are no D-Bus. */
export class WireReader {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #little: boolean
  #at = 0

  /** `bytes` begin at a multiple of 8 of the message. */
  constructor(bytes: Uint8Array, order: ByteOrder) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = order === 'little'
  }

  get offset(): number {
    return this.#at
  }

  align(size: number): void {
    this.#take(-this.#at & (size - 1))
  }

  /** All values of a signature. */
  readAll(signature: string): DBusValue[] {
    return typesOf(signature).map((type) => this.read(type, 0))
  }

  /** One value of a complete type. */
  read(type: string, depth: number): DBusValue {
    if (depth > maxDepth) throw new WireError('values are nested too deep')
    const code = type[0] ?? ''
    this.align(alignments[code] ?? 1)
    switch (code) {
      case 'a':
        return this.#array(type.slice(1), depth)
      case '(':
      case '{':
        return typesOf(type.slice(1, -1)).map((member) => this.read(member, depth + 1))
      case 'v': {
        const signature = this.#string(this.#take(1), 'u8')
        const [inner, more] = typesOf(signature)
        if (inner === undefined || more !== undefined) throw new WireError('a variant is not one value')
        return { signature, value: this.read(inner, depth + 1) }
      }
      case 's':
      case 'o':
        return this.#string(this.#take(4), 'u32')
      case 'g':
        return this.#string(this.#take(1), 'u8')
      default:
        return this.#number(code)
    }
  }

  #number(code: string): DBusValue {
    const at = this.#take(alignments[code] ?? 1)
    switch (code) {
      case 'y':
        return this.#view.getUint8(at)
      case 'b':
        return this.#view.getUint32(at, this.#little) !== 0
      case 'n':
        return this.#view.getInt16(at, this.#little)
      case 'q':
        return this.#view.getUint16(at, this.#little)
      case 'i':
        return this.#view.getInt32(at, this.#little)
      case 'u':
      case 'h':
        return this.#view.getUint32(at, this.#little)
      case 'x':
        return this.#view.getBigInt64(at, this.#little)
      case 't':
        return this.#view.getBigUint64(at, this.#little)
      case 'd':
        return this.#view.getFloat64(at, this.#little)
      default:
        throw new WireError(`there is no type ${JSON.stringify(code)}`)
    }
  }

  #string(at: number, width: 'u8' | 'u32'): string {
    const length = width === 'u8' ? this.#view.getUint8(at) : this.#view.getUint32(at, this.#little)
    const start = this.#take(length)
    const end = this.#take(1)
    if (this.#bytes[end] !== 0) throw new WireError('a string does not end')
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8')
  }

  #array(element: string, depth: number): DBusValue[] {
    const length = this.#view.getUint32(this.#take(4), this.#little)
    this.align(alignments[element[0] ?? ''] ?? 1)
    const end = this.#at + length
    if (end > this.#bytes.length) throw new WireError('an array is longer than its message')
    const values: DBusValue[] = []
    // Every element takes at least one byte, so the message bounds their number.
    while (this.#at < end) values.push(this.read(element, depth + 1))
    if (this.#at !== end) throw new WireError('an array ends within an element')
    return values
  }

  /** Passes over bytes and gives where they began. */
  #take(count: number): number {
    const start = this.#at
    if (count > this.#bytes.length - start) throw new WireError('a message is too short')
    this.#at = start + count
    return start
  }
}

/** Writes values of a signature; what does not fit its type throws. */
export class WireWriter {
  readonly #parts: Buffer[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts)
  }

  align(size: number): void {
    this.#push(Buffer.alloc(-this.#length & (size - 1)))
  }

  write(signature: string, values: readonly DBusValue[]): void {
    for (const [at, type] of typesOf(signature).entries()) {
      const value = values[at]
      if (value === undefined) throw new TypeError(`no value for ${type}`)
      this.#one(type, value)
    }
  }

  #one(type: string, value: DBusValue): void {
    const code = type[0] ?? ''
    this.align(alignments[code] ?? 1)
    if (code === 'a') return this.#array(type.slice(1), value as readonly DBusValue[])
    if (code === '(' || code === '{') return this.write(type.slice(1, -1), value as readonly DBusValue[])
    if (code === 'v') {
      const variant = value as DBusVariant
      this.#text(variant.signature, 'u8')
      return this.#one(variant.signature, variant.value)
    }
    if (code === 's' || code === 'o') return this.#text(value as string, 'u32')
    if (code === 'g') return this.#text(value as string, 'u8')
    return this.#push(numberBytes(code, value))
  }

  #array(element: string, values: readonly DBusValue[]): void {
    const inner = new WireWriter()
    // Padding counts from the start of the message, not of the array.
    const start = this.#length + 4
    const before = start + (-start & ((alignments[element[0] ?? ''] ?? 1) - 1))
    inner.#length = before
    for (const value of values) inner.#one(element, value)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(inner.#length - before)
    this.#push(length)
    this.align(alignments[element[0] ?? ''] ?? 1)
    for (const part of inner.#parts) this.#push(part)
  }

  #text(text: string, width: 'u8' | 'u32'): void {
    const bytes = Buffer.from(text)
    const length = Buffer.alloc(width === 'u8' ? 1 : 4)
    if (width === 'u8') length.writeUInt8(bytes.length)
    else length.writeUInt32LE(bytes.length)
    this.#push(Buffer.concat([length, bytes, Buffer.alloc(1)]))
  }

  #push(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#parts.push(bytes)
    this.#length += bytes.length
  }
}

function numberBytes(code: string, value: DBusValue): Buffer {
  const bytes = Buffer.alloc(alignments[code] ?? 1)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (code) {
    case 'y':
      view.setUint8(0, Number(value))
      return bytes
    case 'n':
    case 'q':
      view.setUint16(0, Number(value), true)
      return bytes
    case 'b':
    case 'i':
    case 'u':
    case 'h':
      view.setUint32(0, Number(value), true)
      return bytes
    case 'x':
    case 't':
      view.setBigUint64(0, BigInt.asUintN(64, BigInt(value as number)), true)
      return bytes
    case 'd':
      view.setFloat64(0, Number(value), true)
      return bytes
    default:
      throw new TypeError(`there is no type ${code}`)
  }
}
