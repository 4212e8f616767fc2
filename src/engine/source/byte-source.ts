// Random access to the bytes of one object, whatever holds them: memory, a file descriptor, a part of another
// source, or a decoder that is run again when somebody looks back. Formats and detectors see nothing else.

export interface ByteSource {
  /** Bytes in all. For a decoded stream the first look decodes to its end (charged to the budget). */
  readonly size: number
  /** The same where it is known without decoding anything; only a hint, a file may change. */
  readonly knownSize?: number
  /** Reads into memory of the caller's, as `read`; where the source can do so without a copy in between. */
  readInto?(into: Uint8Array, offset: number): number
  /** All bytes in one piece, where they lie in memory already; valid as long as the source is. */
  readonly whole?: Uint8Array
  /**
   * A view of at most `length` bytes from `offset`; shorter only where the source ends, empty past its end.
   * `length` is at most `maxRead`. The view is valid until the next read of any source of this scan.
   */
  read(offset: number, length: number): Uint8Array
  /** Gives back what the source holds (memory charged to the budget, never descriptors). */
  release?(): void
}

/** The most that one `read` may ask for. */
export const maxRead = 256 * 1024

const empty = new Uint8Array(0)

/** A source over bytes in memory. Views are plain arrays, whose `slice` copies; that of a Buffer does not. */
export function bytesSource(given: Uint8Array): ByteSource {
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length)
  return {
    size: bytes.length,
    whole: bytes,
    read: (offset, length) =>
      offset >= bytes.length ? empty : bytes.subarray(offset, Math.min(offset + length, bytes.length)),
  }
}

/** The part `[start, start + length)` of another source, clamped when read, not when made. */
export function sliceSource(parent: ByteSource, start: number, length: number): ByteSource {
  return {
    size: length,
    read(offset, count) {
      if (offset >= length) return empty
      return parent.read(start + offset, Math.min(count, length - offset))
    },
  }
}

/** The whole source in order, in views of at most `maxRead` bytes; each is valid until the next step. */
export function* chunksOf(source: ByteSource): Generator<Uint8Array> {
  for (let offset = 0; ;) {
    const chunk = source.read(offset, maxRead)
    if (chunk.length === 0) return
    yield chunk
    offset += chunk.length
  }
}
