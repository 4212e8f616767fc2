// One element of BER or DER (ITU-T X.690, section 8.1): identifier, length, contents. Signatures in the wild are DER, but
// their containers are also written in BER with indefinite lengths, so both are read.

/** Levels of indefinite lengths inside each other. */
const maxIndefiniteDepth = 16
/** Elements inside one indefinite length. */
const maxIndefiniteItems = 4096
/** A long identifier: five groups of seven bits hold every tag of 32 bits. */
const maxTagBytes = 5

export interface DerItem {
  readonly bytes: Uint8Array
  /** 0 universal, 1 application, 2 context-specific, 3 private. */
  readonly tagClass: number
  readonly isConstructed: boolean
  readonly tag: number
  /** Where the identifier is. */
  readonly start: number
  /** The contents are `from` up to, not including, `to`. */
  readonly from: number
  readonly to: number
  /** Where the next element would be: behind the contents and their end mark, if there is one. */
  readonly end: number
}

interface Header {
  readonly tag: number
  readonly from: number
  /** Undefined: indefinite, up to the end mark. */
  readonly length: number | undefined
}

/** The element at `at`, undefined if it is malformed or does not end before `end`. */
export function readItem(bytes: Uint8Array, at: number, end: number): DerItem | undefined {
  return readNested(bytes, at, { end, depth: 0 })
}

interface Room {
  readonly end: number
  readonly depth: number
}

function readNested(bytes: Uint8Array, at: number, room: Room): DerItem | undefined {
  const header = readHeader(bytes, at, room.end)
  if (header === undefined) return undefined
  const first = bytes[at]!
  const identity = {
    bytes,
    tagClass: first >> 6,
    isConstructed: (first & 0x20) !== 0,
    tag: header.tag,
    start: at,
  }
  const { from, length } = header
  if (length !== undefined) {
    const to = from + length
    return to > room.end ? undefined : { ...identity, from, to, end: to }
  }
  if (!identity.isConstructed || room.depth >= maxIndefiniteDepth) return undefined
  const to = findEndMark(bytes, from, { end: room.end, depth: room.depth + 1 })
  return to === undefined ? undefined : { ...identity, from, to, end: to + 2 }
}

function findEndMark(bytes: Uint8Array, from: number, room: Room): number | undefined {
  let at = from
  for (let count = 0; count < maxIndefiniteItems; count++) {
    if (at + 2 > room.end) return undefined
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at
    const item = readNested(bytes, at, room)
    if (item === undefined) return undefined
    at = item.end
  }
  return undefined
}

function readHeader(bytes: Uint8Array, start: number, end: number): Header | undefined {
  let at = start
  if (at >= end) return undefined
  let tag = bytes[at++]! & 0x1f
  if (tag === 0x1f) {
    tag = 0
    for (let more = true; more;) {
      if (at >= end || at - start > maxTagBytes) return undefined
      const byte = bytes[at++]!
      tag = tag * 128 + (byte & 0x7f)
      more = byte >= 0x80
    }
    if (tag > 0xffffffff) return undefined
  }
  if (at >= end) return undefined
  const first = bytes[at++]!
  if (first < 0x80) return { tag, from: at, length: first }
  if (first === 0x80) return { tag, from: at, length: undefined }
  const count = first & 0x7f
  if (count === 0x7f || at + count > end) return undefined
  let length = 0
  for (let index = 0; index < count; index++) {
    length = length * 256 + bytes[at + index]!
    // Beyond any file: also keeps the number exact.
    if (length > 0xffffffff) return undefined
  }
  return { tag, from: at + count, length }
}

/** Goes through the elements that follow each other in a range. */
export class DerCursor {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.#bytes = bytes
    this.#at = from
    this.#end = Math.min(to, bytes.length)
  }

  /** Through the contents of an element. */
  static into(item: DerItem): DerCursor {
    return new DerCursor(item.bytes, item.from, item.to)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  /** The next element, whatever it is; undefined at the end and where it is malformed. */
  next(): DerItem | undefined {
    const item = readItem(this.#bytes, this.#at, this.#end)
    if (item !== undefined) this.#at = item.end
    return item
  }

  /** The next element if it has this tag, of whichever class. */
  expect(tag: number): DerItem | undefined {
    const item = this.next()
    return item?.tag === tag ? item : undefined
  }

  /** The next element if it is the context-specific `tag`; otherwise the cursor stays where it is. */
  optional(tag: number): DerItem | undefined {
    const before = this.#at
    const item = this.next()
    if (item !== undefined && item.tagClass === 2 && item.tag === tag) return item
    this.#at = before
    return undefined
  }
}
