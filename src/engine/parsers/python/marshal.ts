// Python's marshal format (Python/marshal.c of CPython; described in its own comments only), as far as compiled modules and
// PyInstaller's tables need it: all types of Python 2.3 to 3.14. Code objects differ by version.

/** Values nest no deeper in CPython. */
const maxDepth = 1000
const maxValues = 2_000_000
const flagRef = 0x80

export interface PythonText {
  readonly kind: 'text' | 'bytes'
  /** UTF-8 for texts, a view into what was read. */
  readonly bytes: Uint8Array
}

export interface PythonCode {
  readonly kind: 'code'
  /** All objects that belong to it, in the order of the file: bytecode, constants, names, file name … */
  readonly parts: readonly PythonValue[]
}

export type PythonValue = PythonText | PythonCode | readonly PythonValue[] | number | undefined

export class MarshalError extends Error {}

/** The numbers of integers before, and of the objects in, a code object. */
interface CodeShape {
  readonly integers: number
  readonly objects: number
  readonly lineAfter: number
  readonly objectsAfter: number
}

/** By the version as major * 100 + minor. */
function codeShape(version: number): CodeShape {
  if (version >= 311) return { integers: 5, objects: 8, lineAfter: 1, objectsAfter: 2 }
  if (version >= 308) return { integers: 6, objects: 8, lineAfter: 1, objectsAfter: 1 }
  if (version >= 300) return { integers: 5, objects: 8, lineAfter: 1, objectsAfter: 1 }
  return { integers: 4, objects: 8, lineAfter: 1, objectsAfter: 1 }
}

/** Reads one value from `start`; throws MarshalError where the bytes are none. `version`: 207, 311, … */
export function readMarshal(bytes: Uint8Array, start: number, version: number): PythonValue {
  return new MarshalReader(bytes, start, version).value(0)
}

class MarshalReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #shape: CodeShape
  readonly #refs: PythonValue[] = []
  readonly #interned: PythonValue[] = []
  #at: number
  #left = maxValues

  constructor(bytes: Uint8Array, start: number, version: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#at = start
    this.#shape = codeShape(version)
  }

  value(depth: number): PythonValue {
    if (depth > maxDepth || this.#left-- <= 0) throw new MarshalError('values nest too deep or are too many')
    const code = this.#u8()
    const type = String.fromCharCode(code & ~flagRef)
    const isRef = (code & flagRef) !== 0
    // A place is taken before what is inside takes its own.
    const place = isRef ? this.#refs.push(undefined) - 1 : -1
    const value = this.#simple(type) ?? this.#compound(type, depth)
    if (place >= 0) this.#refs[place] = value
    return value
  }

  /** Undefined: not one of them, or nothing. */
  #simple(type: string): PythonValue {
    switch (type) {
      case 'i':
        return this.#i32()
      case 'I':
        this.#skip(8)
        return 0
      case 'f':
        this.#skip(this.#u8())
        return 0
      case 'g':
        this.#skip(8)
        return 0
      case 'x':
        this.#skip(this.#u8())
        this.#skip(this.#u8())
        return 0
      case 'y':
        this.#skip(16)
        return 0
      case 'l':
        this.#skip(Math.abs(this.#i32()) * 2)
        return 0
      case 's':
        return this.#text('bytes', this.#length())
      case 'a':
      case 'A':
      case 'u':
        return this.#text('text', this.#length())
      case 'z':
      case 'Z':
        return this.#text('text', this.#u8())
      case 't': {
        const text = this.#text('text', this.#length())
        this.#interned.push(text)
        return text
      }
      case 'R':
        return this.#interned[this.#i32()]
      case 'r':
        return this.#refs[this.#i32()]
      default:
        return undefined
    }
  }

  #compound(type: string, depth: number): PythonValue {
    switch (type) {
      case '(':
      case '[':
      case '<':
      case '>':
        return this.#values(this.#length(), depth)
      case ')':
        return this.#values(this.#u8(), depth)
      case ':':
        return this.#values(3, depth)
      case '{':
        return this.#pairs(depth)
      case 'c':
        return this.#code(depth)
      case '0':
      case 'N':
      case 'F':
      case 'T':
      case 'S':
      case '.':
      case 'R':
      case 'r':
        // References are simple values, to nothing perhaps.
        return undefined
      default:
        throw new MarshalError('there is a value of an unknown type')
    }
  }

  #values(count: number, depth: number): PythonValue[] {
    const values: PythonValue[] = []
    for (let index = 0; index < count; index++) values.push(this.value(depth + 1))
    return values
  }

  /** Keys and values in turn, up to a null. */
  #pairs(depth: number): PythonValue[] {
    const values: PythonValue[] = []
    while (this.#bytes[this.#at] !== 0x30) values.push(this.value(depth + 1), this.value(depth + 1))
    this.#at++
    return values
  }

  #code(depth: number): PythonCode {
    const { integers, objects, lineAfter, objectsAfter } = this.#shape
    this.#skip(integers * 4)
    const parts = this.#values(objects, depth)
    this.#skip(lineAfter * 4)
    parts.push(...this.#values(objectsAfter, depth))
    return { kind: 'code', parts }
  }

  #text(kind: PythonText['kind'], length: number): PythonText {
    const start = this.#at
    this.#skip(length)
    return { kind, bytes: this.#bytes.subarray(start, start + length) }
  }

  #length(): number {
    const length = this.#i32()
    if (length < 0 || length > this.#bytes.length) throw new MarshalError('a length is larger than the file')
    return length
  }

  #u8(): number {
    this.#skip(1)
    return this.#bytes[this.#at - 1]!
  }

  #i32(): number {
    this.#skip(4)
    return this.#view.getInt32(this.#at - 4, true)
  }

  #skip(count: number): void {
    if (this.#at + count > this.#bytes.length) throw new MarshalError('the data end early')
    this.#at += count
  }
}
