// Frames of a package: where one ends (RFC 8878, 3.1.1), which needs no unpacking, and what it unpacks to. Frames are ours or
// hostile: none may be larger than ours are.

import { constants, zstdDecompressSync } from 'node:zlib'

export const zstdMagic = 0xfd2fb528
export const skippableMagic = 0x184d2a50
/** Only the last frame, which holds the places of all parts of the manifest, is ever larger than 1 MiB. */
const mostFrameBytes = 16_777_216
const blockMost = 131_072

/** Length of the frame at the beginning of `bytes`; undefined: more bytes are needed to tell; 0: there is none. */
export function frameLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 5) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const magic = view.getUint32(0, true)
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
    if (bytes.length < 8) return undefined
    const length = view.getUint32(4, true)
    return length > mostFrameBytes ? 0 : 8 + length
  }
  return magic === zstdMagic ? dataFrameLength(view) : 0
}

function dataFrameLength(view: DataView): number | undefined {
  const descriptor = view.getUint8(4)
  const isSingle = (descriptor & 0x20) !== 0
  // The reserved bit, and a dictionary, which ours never have.
  if ((descriptor & 0x0b) !== 0) return 0
  const sizeFlag = descriptor >> 6
  const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 1 << sizeFlag
  let at = 5 + (isSingle ? 0 : 1) + sizeBytes
  for (;;) {
    if (at + 3 > view.byteLength) return undefined
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type === 3 || size > blockMost) return 0
    at += 3 + (type === 1 ? 1 : size)
    if (at > mostFrameBytes) return 0
    if ((header & 1) !== 0) return at + ((descriptor & 4) === 0 ? 0 : 4)
  }
}

/** Undefined where it is damaged, or larger than ours are. */
export function unpackFrame(frame: Uint8Array): Buffer | undefined {
  try {
    return zstdDecompressSync(frame, {
      // One piece of output instead of many that are joined.
      chunkSize: Math.max(64, Math.min(contentBytes(frame), 2_097_152)),
      maxOutputLength: mostFrameBytes,
      params: { [constants.ZSTD_d_windowLogMax]: 27 },
    })
  } catch {
    return undefined
  }
}

/** What its header says; 16 KiB where it says nothing. */
function contentBytes(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  const descriptor = view.byteLength < 14 ? 0 : view.getUint8(4)
  const at = (descriptor & 0x20) === 0 ? 6 : 5
  switch (descriptor >> 6) {
    case 1:
      return view.getUint16(at, true) + 256
    case 2:
      return view.getUint32(at, true)
    default:
      return 16_384
  }
}

export interface Frame {
  readonly offset: number
  /** As they stand in the package; what is no frame too. */
  readonly bytes: Uint8Array
  readonly kind: 'data' | 'skippable' | 'damaged' | 'cut-off'
  /** Of a data frame. */
  readonly content?: Buffer
}

/** All bytes of a package, in order: frames, and what stands between them. */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const held = new Held(chunks)
  for (;;) {
    const length = await lengthOfNext(held)
    if (length === 'end') return
    const { offset } = held
    const whole = typeof length === 'number' ? wholeFrame(offset, held.bytes.subarray(0, length)) : undefined
    if (whole !== undefined) held.take(whole.bytes.length)
    // A length that is wrong may reach over the frames that follow: those are looked for by what they begin with.
    const next = whole === undefined ? await untilNextFrame(held) : 0
    if (whole !== undefined) yield whole
    else if (length === 'cut-off' && next >= held.bytes.length - 3) {
      yield { offset, bytes: held.take(held.bytes.length), kind: 'cut-off' }
      return
    } else yield { offset, bytes: held.take(next), kind: 'damaged' }
  }
}

function wholeFrame(offset: number, bytes: Uint8Array): Frame | undefined {
  if (bytes.length === 0) return undefined
  if (bytes[0] !== (zstdMagic & 0xff)) return { offset, bytes, kind: 'skippable' }
  const content = unpackFrame(bytes)
  return content === undefined ? undefined : { offset, bytes, kind: 'data', content }
}

async function lengthOfNext(held: Held): Promise<number | 'end' | 'cut-off'> {
  for (let wanted = 65_536; ; wanted *= 2) {
    const isMore = await held.fill(wanted)
    if (held.bytes.length === 0) return 'end'
    const length = frameLength(held.bytes)
    if (length !== undefined && length <= held.bytes.length) return length
    if (!isMore) return 'cut-off'
  }
}

/** Where the next frame may begin; everything before is lost. */
async function untilNextFrame(held: Held): Promise<number> {
  await held.fill(mostHeld)
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
  const found = held.bytes.indexOf(magic, 1)
  return found === -1 ? Math.max(1, held.bytes.length - 3) : found
}

const mostHeld = 1_048_576

/** The bytes that were read and not yet taken. */
class Held {
  readonly #chunks: AsyncIterator<Uint8Array>
  #bytes: Buffer = Buffer.alloc(0)
  #offset = 0
  #isEnd = false

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  /** Of the first of them. */
  get offset(): number {
    return this.#offset
  }

  /** False when fewer are left. */
  async fill(wanted: number): Promise<boolean> {
    const parts: Uint8Array[] = [this.#bytes]
    let length = this.#bytes.length
    while (!this.#isEnd && length < wanted) {
      const next = await this.#chunks.next()
      if (next.done === true) this.#isEnd = true
      else {
        parts.push(next.value)
        length += next.value.length
      }
    }
    if (parts.length > 1) this.#bytes = Buffer.concat(parts)
    return length >= wanted
  }

  take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    this.#offset += length
    return taken
  }
}
