// The stream of a package: tar members in zstd frames (RFC 8878) of at most 1 MiB, compressed by several threads and written in
// order. A large member begins a frame and ends one; small ones share frames of some hundred KiB.

import { createHash } from 'node:crypto'
import { constants, zstdCompress } from 'node:zlib'

import { PackageFault, type PackageSink } from './sink.ts'

export const frameBytes = 1_048_576
/** A member as large as this has frames of its own. */
const ownFrameBytes = 131_072
/** A frame of small members is closed from here on. */
const sharedFrameBytes = 262_144

export interface FramePlace {
  frame: number
  skip: number
  frames: number[]
}

export interface FrameWriterOptions {
  readonly level: number
  /** Frames that are compressed at the same time. */
  readonly parallel: number
}

export class FrameWriter {
  readonly #sink: PackageSink
  readonly #options: FrameWriterOptions
  readonly #queue: (() => Promise<void>)[] = []
  readonly #spare: Buffer[] = []
  readonly #hash = createHash('sha256')
  #zeros: Promise<Buffer> | undefined
  #current: Buffer = Buffer.allocUnsafeSlow(frameBytes)
  #filled = 0
  /** Members in the current frame. */
  #places: FramePlace[] = []
  #open: FramePlace | undefined
  #isOwn = false
  #offset = 0

  constructor(sink: PackageSink, options: FrameWriterOptions) {
    this.#sink = sink
    this.#options = options
  }

  /** Bytes written to the sink so far. */
  get offset(): number {
    return this.#offset
  }

  /** Of all that was written so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Begins a member of this length, headers and all. What is returned is complete after `drain`. */
  async begin(bytes: number): Promise<FramePlace> {
    this.#isOwn = bytes >= ownFrameBytes
    if (this.#isOwn || this.#filled + bytes > frameBytes) await this.#close()
    const place = { frame: -1, skip: this.#filled, frames: [] }
    this.#places.push(place)
    this.#open = place
    return place
  }

  async end(): Promise<void> {
    this.#open = undefined
    if (this.#isOwn || this.#filled >= sharedFrameBytes) await this.#close()
  }

  /** Room to be filled from its beginning on; then `advance` with what was filled. Never empty. */
  room(): Buffer {
    return this.#current.subarray(this.#filled)
  }

  async advance(bytes: number): Promise<void> {
    this.#filled += bytes
    if (this.#filled === frameBytes) await this.#close()
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const room = this.room()
      const part = bytes.subarray(at, at + room.length)
      room.set(part)
      at += part.length
      await this.advance(part.length)
    }
  }

  async appendZeros(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) {
      if (this.#filled === 0 && left >= frameBytes) {
        left -= frameBytes
        this.#zeros ??= this.#compress(Buffer.alloc(frameBytes))
        await this.#enqueue(this.#zeros)
      } else {
        const room = this.room().subarray(0, left)
        room.fill(0)
        left -= room.length
        await this.advance(room.length)
      }
    }
  }

  /** Ends the frame and waits until everything is with the sink. */
  async drain(): Promise<void> {
    await this.#close()
    while (this.#queue.length > 0) await this.#writeNext()
  }

  /** Bytes that stand in the package as they are. */
  async raw(bytes: Uint8Array): Promise<void> {
    await this.drain()
    await this.#write(bytes)
  }

  async #close(): Promise<void> {
    if (this.#filled === 0) return
    const buffer = this.#current
    const frame = this.#compress(buffer.subarray(0, this.#filled)).finally(() => this.#spare.push(buffer))
    this.#filled = 0
    await this.#enqueue(frame)
    this.#current = this.#spare.pop() ?? Buffer.allocUnsafeSlow(frameBytes)
  }

  async #enqueue(frame: Promise<Buffer>): Promise<void> {
    const places = this.#places
    this.#places = this.#open === undefined ? [] : [this.#open]
    // Whoever takes it from the queue hears of its fault.
    frame.catch(() => undefined)
    this.#queue.push(async () => {
      const bytes = await frame
      for (const place of places) {
        if (place.frames.length === 0) place.frame = this.#offset
        place.frames.push(bytes.length)
      }
      await this.#write(bytes)
    })
    while (this.#queue.length >= this.#options.parallel) await this.#writeNext()
  }

  async #writeNext(): Promise<void> {
    await this.#queue.shift()?.()
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    this.#offset += bytes.length
    await this.#sink.write(bytes)
  }

  #compress(bytes: Buffer): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    zstdCompress(
      bytes,
      {
        // One piece of output instead of many that are joined.
        chunkSize: bytes.length + (bytes.length >> 7) + 512,
        params: {
          [constants.ZSTD_c_compressionLevel]: this.#options.level,
          [constants.ZSTD_c_checksumFlag]: 1,
        },
      },
      (error, frame) => {
        if (error === null) resolve(frame)
        else reject(new PackageFault(error.message, { cause: error }))
      },
    )
    return promise
  }
}
