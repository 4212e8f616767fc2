// The values that a record has for a template: where they lie, decoded when asked for.

import type { Chunk } from './chunk.ts'
import { RecordFault } from './fault.ts'
import { arrayAt, scalarAt, valueType } from './scalar.ts'
import type { Element, Scalar } from './tree.ts'

export type JsonObject = Record<string, unknown>

/** Adds an element as a member to an object. Throws RecordFault. */
export type Writer = (values: Values, into: JsonObject) => void

/** Reads one text or value. Throws RecordFault. */
export type Reader = (values: Values) => Scalar | undefined

/** What Sigma, tables and filters ask of every record. */
export interface SystemReaders {
  readonly provider: Reader
  readonly eventId: Reader
  readonly level: Reader
  readonly channel: Reader
  readonly computer: Reader
  readonly systemTime: Reader
}

/** A template with its values, or an element without template. */
export interface Fragment {
  readonly root: Element
  readonly write: Writer
  readonly system: SystemReaders
  readonly values: Values
}

/** A chunk and the templates that are known. */
export interface Scope {
  readonly chunk: Chunk
  /** The fragment in `[at, end)` of the chunk; undefined where there is none. Throws RecordFault. */
  fragment(at: number, end: number, depth: number): Fragment | undefined
}

const maxDepth = 16
/** Work for a value beside its bytes: see Chunk.spend. */
const workOfValue = 8
const workOfFragment = 256

/** Owns nothing: a view into a chunk. Descriptors are u16 size, u8 type, u8 unused. */
export class Values {
  readonly scope: Scope
  readonly count: number
  private readonly descriptors: number
  private readonly starts: readonly number[]
  private readonly depth: number

  constructor(
    scope: Scope,
    { descriptors, starts, depth }: { descriptors: number; starts: readonly number[]; depth: number },
  ) {
    this.scope = scope
    this.descriptors = descriptors
    this.starts = starts
    this.depth = depth
    this.count = starts.length
  }

  /** 0, which is no value, for what the record does not have. */
  typeOf(index: number): number {
    return index < this.count ? (this.scope.chunk.bytes[this.descriptors + 4 * index + 2] ?? 0) : 0
  }

  /** Whether it is more than one value: an array, or elements. */
  isCompound(index: number): boolean {
    const type = this.typeOf(index)
    return type === valueType.binXml || type >= valueType.array
  }

  /** Undefined: no value. Items of an array as one text. Throws RecordFault. */
  scalar(index: number): Scalar | undefined {
    const type = this.typeOf(index)
    if (type === valueType.null || type === valueType.binXml) return undefined
    if (type >= valueType.array) return this.array(index).join(', ')
    const size = this.sizeOf(index)
    const { chunk } = this.scope
    chunk.spend(size + workOfValue)
    return scalarAt(type, chunk.bytes, this.starts[index] ?? 0, size)
  }

  array(index: number): (Scalar | undefined)[] {
    const size = this.sizeOf(index)
    const { chunk } = this.scope
    chunk.spend(size * workOfValue)
    return arrayAt(this.typeOf(index), chunk.bytes, this.starts[index] ?? 0, size)
  }

  /** The elements of a BinXML value; undefined where it is empty or of another type. Throws RecordFault. */
  fragment(index: number): Fragment | undefined {
    const size = this.sizeOf(index)
    if (this.typeOf(index) !== valueType.binXml || size === 0) return undefined
    const start = this.starts[index] ?? 0
    if (this.depth >= maxDepth) throw new RecordFault('fragments are nested too deeply', start)
    this.scope.chunk.spend(size + workOfFragment)
    return this.scope.fragment(start, start + size, this.depth + 1)
  }

  private sizeOf(index: number): number {
    const at = this.descriptors + 4 * index
    const { bytes } = this.scope.chunk
    return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  }
}
