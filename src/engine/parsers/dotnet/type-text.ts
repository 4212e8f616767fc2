// Types in signatures (ECMA-335, II.23.2.12) as text: `System.Collections.Generic.List<string>[]`.

import { type Heaps, readCompressed } from './metadata.ts'
import { coded, table } from './schema.ts'
import { decodeRef, type RowRef, type Tables } from './tables.ts'

/** Types inside each other. */
const maxDepth = 16
const maxParams = 1000
const maxDimensions = 50
/** Types written for one file: generic types can repeat each other, doubling at each level. */
const maxSteps = 1_000_000
const maxTextLength = 64 * 1024

const simpleNames: Readonly<Record<number, string>> = {
  0x01: 'void',
  0x02: 'bool',
  0x03: 'char',
  0x04: 'sbyte',
  0x05: 'byte',
  0x06: 'short',
  0x07: 'ushort',
  0x08: 'int',
  0x09: 'uint',
  0x0a: 'long',
  0x0b: 'ulong',
  0x0c: 'float',
  0x0d: 'double',
  0x0e: 'string',
  0x16: 'TypedReference',
  0x18: 'IntPtr',
  0x19: 'UintPtr',
  0x1c: 'object',
}

/** The names of the type parameters where a signature is. */
export interface Generics {
  readonly ofClass: readonly string[]
  readonly ofMethod: readonly string[]
}

/** Where a signature is read. */
export interface Place {
  readonly bytes: Uint8Array
  at: number
  depth: number
}

export class TypeTexts {
  readonly #heaps: Heaps
  readonly #tables: Tables
  readonly #fullName: (typeDef: number) => string | undefined
  #steps = 0

  /** `fullName` gives the name of a type of this file. */
  constructor(heaps: Heaps, tables: Tables, fullName: (typeDef: number) => string | undefined) {
    this.#heaps = heaps
    this.#tables = tables
    this.#fullName = fullName
  }

  /** The type that a row of TypeDef, TypeRef or TypeSpec describes; undefined: malformed. */
  ofRow(ref: RowRef, generics: Generics, depth = 0): string | undefined {
    if (ref.table === table.typeDef) return this.#fullName(ref.row)
    if (ref.row >= this.#tables.rows(ref.table)) return undefined
    if (ref.table === table.typeRef) return this.#typeRef(ref.row)
    const bytes = this.#heaps.blob(this.#tables.value(table.typeSpec, ref.row, 0))
    return bytes && this.read({ bytes, at: 0, depth }, generics)
  }

  #typeRef(row: number): string | undefined {
    const name = this.#heaps.string(this.#tables.value(table.typeRef, row, 1))
    const namespace = this.#heaps.string(this.#tables.value(table.typeRef, row, 2))
    const plain = name && plainName(name)
    return namespace === undefined || plain === undefined ? plain : `${namespace}.${plain}`
  }

  /** The type at `place.at`, which moves behind it; undefined: malformed, or too deep. */
  read(place: Place, generics: Generics): string | undefined {
    if (place.depth >= maxDepth || ++this.#steps > maxSteps) return undefined
    const element = place.bytes[place.at++]
    if (element === undefined) return undefined
    const simple = simpleNames[element]
    if (simple !== undefined) return simple
    place.depth++
    const text = this.#compound(element, place, generics)
    place.depth--
    if (text === undefined || text.length > maxTextLength) return undefined
    return this.#heaps.charge(text.length) ? text : undefined
  }

  #compound(element: number, place: Place, generics: Generics): string | undefined {
    switch (element) {
      case 0x0f: // PTR
        return wrapped('Ptr<', this.read(place, generics), '>')
      case 0x10: // BYREF
        return wrapped('ref ', this.read(place, generics), '')
      case 0x11: // VALUETYPE
      case 0x12: // CLASS
        return this.#named(place, generics)
      case 0x13: // VAR
        return generics.ofClass[readNumber(place) ?? -1]
      case 0x1e: // MVAR
        return generics.ofMethod[readNumber(place) ?? -1]
      case 0x14: // ARRAY
        return wrapped('', this.read(place, generics), dimensions(place))
      case 0x15: // GENERICINST
        return this.#generic(place, generics)
      case 0x1b: // FNPTR
        return this.#functionPointer(place, generics)
      case 0x1d: // SZARRAY
        return wrapped('', this.read(place, generics), '[]')
      case 0x1f: // CMOD_REQD
      case 0x20: // CMOD_OPT
        return readNumber(place) === undefined ? undefined : this.read(place, generics)
      default:
        return undefined
    }
  }

  #named(place: Place, generics: Generics): string | undefined {
    const value = readNumber(place)
    const ref = value === undefined ? undefined : decodeRef(coded.typeDefOrRef, value)
    return ref && this.ofRow(ref, generics, place.depth)
  }

  #generic(place: Place, generics: Generics): string | undefined {
    const type = this.read(place, generics)
    const count = type === undefined ? undefined : readNumber(place)
    if (count === undefined || count >= maxParams) return undefined
    return wrapped(`${type}<`, this.#list(count, ',', place, generics), '>')
  }

  #functionPointer(place: Place, generics: Generics): string | undefined {
    // Flags.
    place.at++
    const count = readNumber(place)
    if (count === undefined || count >= maxParams) return undefined
    const result = this.read(place, generics)
    return result === undefined
      ? undefined
      : wrapped(`FnPtr<${result}(`, this.#list(count, ', ', place, generics), ')>')
  }

  #list(count: number, separator: string, place: Place, generics: Generics): string | undefined {
    const types: string[] = []
    while (types.length < count) {
      const type = this.read(place, generics)
      if (type === undefined) return undefined
      types.push(type)
    }
    return types.join(separator)
  }
}

/** A name without the number of type parameters: "List`1". */
export function plainName(name: string): string {
  const tick = name.lastIndexOf('`')
  return tick < 0 ? name : name.slice(0, tick)
}

function wrapped(before: string, text: string | undefined, after: string | undefined): string | undefined {
  return text === undefined || after === undefined ? undefined : before + text + after
}

/** A compressed number. */
export function readNumber(place: Place): number | undefined {
  const found = readCompressed(place.bytes, place.at)
  if (found !== undefined) place.at = found.end
  return found?.value
}

/** A compressed signed number: rotated, the sign in the lowest bit (II.23.2). */
function signedNumber(place: Place): number | undefined {
  const start = place.at
  const value = readNumber(place)
  if (value === undefined) return undefined
  const bits = { 1: 6, 2: 13, 4: 28 }[place.at - start]!
  return (value & 1) === 0 ? value >> 1 : (value >> 1) - 2 ** bits
}

/** The shape of an array (II.23.2.13): `[2,0...3]`. */
function dimensions(place: Place): string | undefined {
  const rank = readNumber(place)
  if (rank === undefined || rank > maxDimensions) return undefined
  const sizes = numbers(place, readNumber)
  const lowerBounds = sizes && numbers(place, signedNumber)
  if (sizes === undefined || lowerBounds === undefined) return undefined
  const parts = Array.from({ length: rank }, (_, index) => dimension(lowerBounds[index], sizes[index]))
  return `[${parts.join(',')}]`
}

function dimension(lowerBound: number | undefined, size: number | undefined): string {
  if (lowerBound === undefined || lowerBound === 0) {
    if (size !== undefined) return String(size)
    return lowerBound === undefined ? '' : '0...'
  }
  if (size === undefined) return `${lowerBound}...`
  return size >= 1 ? `${lowerBound}...${lowerBound + size - 1}` : ''
}

function numbers(place: Place, read: (place: Place) => number | undefined): number[] | undefined {
  const count = readNumber(place)
  if (count === undefined || count > maxDimensions) return undefined
  const list: number[] = []
  while (list.length < count) {
    const value = read(place)
    if (value === undefined) return undefined
    list.push(value)
  }
  return list
}
