// Compressed RTF ([MS-OXRTFCP]), the body of Outlook messages: LZ77 over a ring of 4,096 bytes that begins with common
// words of RTF; or stored.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { Stored } from '../../codecs/stored.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const headerBytes = 16
const compressed = 0x75465a4c
const stored = 0x414c454d
const ringBytes = 4096
const ringMask = ringBytes - 1
/** A reference gives at most 17 bytes, and a group of eight takes at most 17 of input. */
const longestMatch = 17
const groupBytes = 17

const words = Buffer.from(
  [
    String.raw`{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript `,
    String.raw`\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0`,
    '\r\n',
    String.raw`\par \pard\plain\f0\fs20\b\i\u\tab\tx`,
  ].join(''),
  'latin1',
)

/** Undefined: no such body. */
export function compressedRtfDecoder(source: ByteSource): Decoder | undefined {
  const head = source.read(0, headerBytes)
  if (head.length < headerBytes) return undefined
  const size = u16(head, 4) + u16(head, 6) * 0x10000
  const kind = u32(head, 8)
  if (kind === stored) return new Stored(source, headerBytes, headerBytes + size)
  return kind === compressed ? new CompressedDecoder(source) : undefined
}

class CompressedDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #ring = new Uint8Array(ringBytes)
  #write = words.length
  #at = headerBytes
  #controls = 0
  #controlsLeft = 0
  #matchFrom = 0
  #matchLeft = 0
  #isAtEnd = false

  constructor(source: ByteSource) {
    this.#source = source
    this.#ring.set(words)
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    let to = 0
    while (to < out.length && !this.#isAtEnd) {
      const wanted = Math.min(maxRead, out.length * 2 + groupBytes)
      const view = this.#source.read(this.#at, wanted)
      const [used, next] = this.#decode(view, out, to)
      this.#at += used
      if (used === 0 && next === to) this.#isAtEnd = true
      to = next
    }
    return to
  }

  /** Bytes used, and the new end of `out`. */
  #decode(view: Uint8Array, out: Uint8Array, from: number): [number, number] {
    let at = 0
    let to = from
    while (to < out.length) {
      if (this.#matchLeft > 0) {
        out[to++] = this.#put(this.#ring[this.#matchFrom]!)
        this.#matchFrom = (this.#matchFrom + 1) & ringMask
        this.#matchLeft--
        continue
      }
      // Never more than what one step takes is missing at the end of a view that is not the last.
      if (at + 3 > view.length && view.length >= groupBytes && at > 0) break
      if (at >= view.length) break
      if (this.#controlsLeft === 0) {
        this.#controls = view[at++]!
        this.#controlsLeft = 8
        continue
      }
      const isReference = (this.#controls & 1) !== 0
      if (!isReference) out[to++] = this.#put(view[at++]!)
      else if (at + 2 > view.length || !this.#refer((view[at]! << 8) | view[at + 1]!)) {
        this.#isAtEnd = true
        break
      } else at += 2
      this.#controls >>= 1
      this.#controlsLeft--
    }
    return [at, to]
  }

  /** False at the end mark, a reference to the place that is written next. */
  #refer(reference: number): boolean {
    const from = reference >> 4
    if (from === this.#write) return false
    this.#matchFrom = from
    this.#matchLeft = Math.min(longestMatch, (reference & 15) + 2)
    return true
  }

  #put(byte: number): number {
    this.#ring[this.#write] = byte
    this.#write = (this.#write + 1) & ringMask
    return byte
  }
}
