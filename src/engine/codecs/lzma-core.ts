// The LZMA decoder proper (specification: lzma-specification.txt of the LZMA SDK 9.20 and later): range decoder,
// probability models and matches. What frames the data (lzma.ts, lzma2.ts) tells it where to stop.

import type { History } from './history.ts'
import type { InputBuffer } from './input-buffer.ts'

export interface LzmaProps {
  /** Literal context bits, 0-8. */
  readonly lc: number
  /** Literal position bits, 0-4. */
  readonly lp: number
  /** Position bits, 0-4. */
  readonly pb: number
}

/** The one byte in which headers hold the three; undefined: no such byte. */
export function lzmaPropsOf(byte: number): LzmaProps | undefined {
  if (byte >= 225) return undefined
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) }
}

/** Of the probabilities, which have 11 bits. */
const half = 1024
const atMatch = 0
const atRep = 192
const atRepG0 = 204
const atRepG1 = 216
const atRepG2 = 228
const atRep0Long = 240
const atSlot = 432
const atSpecial = 688
const atAlign = 816
const atLength = 832
const atRepLength = 1346
const lengthMid = 130
const lengthHigh = 258
const atLiteral = 1860
const literalBytes = 0x300

export class LzmaCore {
  readonly #input: InputBuffer
  readonly #history: History
  readonly #claimed: number
  #probs = new Uint16Array(0)
  #lc = 0
  #lpMask = 0
  #pbMask = 0
  #state = 0
  #rep0 = 0
  #rep1 = 0
  #rep2 = 0
  #rep3 = 0
  #range = 0
  #code = 0
  /** Where the dictionary begins, in bytes written in all. */
  #origin = 0
  /** Where the last symbol's bytes begin, in the history's buffer. */
  #lastSymbolAt = 0
  fault: string | undefined
  isUnsupported = false
  /** The end marker was read. */
  isMarked = false

  /** `claimed` is the dictionary's size: longer distances are damage. */
  constructor(input: InputBuffer, history: History, claimed: number) {
    this.#input = input
    this.#history = history
    this.#claimed = claimed
  }

  setProps({ lc, lp, pb }: LzmaProps): void {
    this.#lc = lc
    this.#lpMask = (1 << lp) - 1
    this.#pbMask = (1 << pb) - 1
    const count = atLiteral + (literalBytes << (lc + lp))
    if (this.#probs.length !== count) this.#probs = new Uint16Array(count)
  }

  resetState(): void {
    this.#probs.fill(half)
    this.#state = 0
    this.#rep0 = 0
    this.#rep1 = 0
    this.#rep2 = 0
    this.#rep3 = 0
  }

  resetDictionary(): void {
    this.#origin = this.#history.base + this.#history.at
  }

  /** Reads the five bytes with which every run of the range coder begins. */
  beginRange(): void {
    const input = this.#input
    if (!input.has(5)) return this.#stop('the LZMA data end early')
    const { bytes, at } = input
    if (bytes[at] !== 0) return this.#stop('the LZMA data do not begin with a zero byte')
    this.#range = -1
    this.#code = (bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!
    input.at = at + 5
  }

  /** Takes the byte that belongs to the last symbol. True: the range coder ended as encoders end it. */
  endRange(): boolean {
    if (this.#range >>> 24 === 0) {
      if (!this.#input.has(1)) return false
      this.#range <<= 8
      this.#code = (this.#code << 8) | this.#input.bytes[this.#input.at++]!
    }
    return this.#code === 0
  }

  #stop(fault: string): void {
    if (this.#input.thrown === undefined) this.fault ??= fault
  }

  /**
   * Decodes until at least `count` bytes more are written (at most 272 beyond), but never more than `most`. The
   * history has room for `count + 288`. Ends early at an end marker or a fault.
   */
  decode(count: number, most: number): void {
    const history = this.#history
    const input = this.#input
    const end = history.at + count
    const hardEnd = history.at + most
    while (history.at < end && !this.isMarked && this.fault === undefined && input.thrown === undefined) {
      if (input.at > input.limit) input.fill()
      const before = history.at
      this.#decodeSome(end, hardEnd)
      // The last symbol may have been made of the zeros behind the input.
      if (input.isOverrun) {
        history.at = Math.max(before, this.#lastSymbolAt)
        this.isMarked = false
        this.fault = undefined
        this.#stop('the LZMA data end early')
      }
    }
  }

  /** Looks whether the next symbol is the end marker; anything else is as if it had not been read. */
  readMarker(): void {
    const history = this.#history
    const { at } = history
    const { fault, isUnsupported } = this
    if (this.#input.at > this.#input.limit) this.#input.fill()
    this.#decodeSome(at + 1, at)
    if (this.#input.isOverrun) this.isMarked = false
    if (this.isMarked) this.endRange()
    history.at = at
    this.fault = fault
    this.isUnsupported = isUnsupported
  }

  // All kinds of symbols share the range coder's state, which has to live in local variables to be fast: so it is one
  // long function, in which one step of the range coder stands in full wherever a bit is decoded.
  /* oxlint-disable complexity, max-depth */
  #decodeSome(end: number, hardEnd: number): void {
    const history = this.#history
    const out = history.buffer
    const bytes = this.#input.bytes
    const probs = this.#probs
    const lastInput = this.#input.limit
    const lc = this.#lc
    const lpMask = this.#lpMask
    const pbMask = this.#pbMask
    const reach = Math.min(this.#claimed, history.reach)
    const first = Math.max(0, this.#origin - history.base)
    // Only the low bits matter: it is masked with at most four of them.
    const shift = (history.base - this.#origin) & 15
    let to = history.at
    let at = this.#input.at
    let state = this.#state
    let rep0 = this.#rep0
    let rep1 = this.#rep1
    let rep2 = this.#rep2
    let rep3 = this.#rep3
    let range = this.#range
    let code = this.#code
    let prob = 0
    let bound = 0
    let p = 0
    let symbolAt = to

    while (to < end && at <= lastInput) {
      symbolAt = to
      const posState = (to + shift) & pbMask
      if (range >>> 24 === 0) {
        range <<= 8
        code = (code << 8) | bytes[at++]!
      }
      p = atMatch + (state << 4) + posState
      prob = probs[p]!
      bound = Math.imul(range >>> 11, prob)
      if (code >>> 0 < bound >>> 0) {
        range = bound
        probs[p] = prob + ((2048 - prob) >> 5)
        const previous = to > first ? out[to - 1]! : 0
        const tree =
          atLiteral + Math.imul(literalBytes, (((to + shift) & lpMask) << lc) + (previous >>> (8 - lc)))
        let symbol = 1
        if (state >= 7) {
          let matched = out[to - rep0 - 1]!
          let offset = 0x100
          do {
            if (range >>> 24 === 0) {
              range <<= 8
              code = (code << 8) | bytes[at++]!
            }
            matched <<= 1
            const bit = matched & offset
            p = tree + offset + bit + symbol
            prob = probs[p]!
            bound = Math.imul(range >>> 11, prob)
            if (code >>> 0 < bound >>> 0) {
              range = bound
              probs[p] = prob + ((2048 - prob) >> 5)
              symbol <<= 1
              offset &= ~bit
            } else {
              range = (range - bound) | 0
              code = (code - bound) | 0
              probs[p] = prob - (prob >> 5)
              symbol = (symbol << 1) | 1
              offset &= bit
            }
          } while (symbol < 0x100)
          state = state < 10 ? state - 3 : state - 6
        } else {
          do {
            if (range >>> 24 === 0) {
              range <<= 8
              code = (code << 8) | bytes[at++]!
            }
            p = tree + symbol
            prob = probs[p]!
            bound = Math.imul(range >>> 11, prob)
            if (code >>> 0 < bound >>> 0) {
              range = bound
              probs[p] = prob + ((2048 - prob) >> 5)
              symbol <<= 1
            } else {
              range = (range - bound) | 0
              code = (code - bound) | 0
              probs[p] = prob - (prob >> 5)
              symbol = (symbol << 1) | 1
            }
          } while (symbol < 0x100)
          state = state < 4 ? 0 : state - 3
        }
        out[to++] = symbol
        continue
      }
      range = (range - bound) | 0
      code = (code - bound) | 0
      probs[p] = prob - (prob >> 5)

      let lengths = atRepLength
      let isShort = false
      if (range >>> 24 === 0) {
        range <<= 8
        code = (code << 8) | bytes[at++]!
      }
      p = atRep + state
      prob = probs[p]!
      bound = Math.imul(range >>> 11, prob)
      if (code >>> 0 < bound >>> 0) {
        range = bound
        probs[p] = prob + ((2048 - prob) >> 5)
        lengths = atLength
        rep3 = rep2
        rep2 = rep1
        rep1 = rep0
      } else {
        range = (range - bound) | 0
        code = (code - bound) | 0
        probs[p] = prob - (prob >> 5)
        if (range >>> 24 === 0) {
          range <<= 8
          code = (code << 8) | bytes[at++]!
        }
        p = atRepG0 + state
        prob = probs[p]!
        bound = Math.imul(range >>> 11, prob)
        if (code >>> 0 < bound >>> 0) {
          range = bound
          probs[p] = prob + ((2048 - prob) >> 5)
          if (range >>> 24 === 0) {
            range <<= 8
            code = (code << 8) | bytes[at++]!
          }
          p = atRep0Long + (state << 4) + posState
          prob = probs[p]!
          bound = Math.imul(range >>> 11, prob)
          if (code >>> 0 < bound >>> 0) {
            range = bound
            probs[p] = prob + ((2048 - prob) >> 5)
            isShort = true
          } else {
            range = (range - bound) | 0
            code = (code - bound) | 0
            probs[p] = prob - (prob >> 5)
          }
        } else {
          range = (range - bound) | 0
          code = (code - bound) | 0
          probs[p] = prob - (prob >> 5)
          if (range >>> 24 === 0) {
            range <<= 8
            code = (code << 8) | bytes[at++]!
          }
          p = atRepG1 + state
          prob = probs[p]!
          bound = Math.imul(range >>> 11, prob)
          const distance = rep0
          if (code >>> 0 < bound >>> 0) {
            range = bound
            probs[p] = prob + ((2048 - prob) >> 5)
            rep0 = rep1
            rep1 = distance
          } else {
            range = (range - bound) | 0
            code = (code - bound) | 0
            probs[p] = prob - (prob >> 5)
            if (range >>> 24 === 0) {
              range <<= 8
              code = (code << 8) | bytes[at++]!
            }
            p = atRepG2 + state
            prob = probs[p]!
            bound = Math.imul(range >>> 11, prob)
            if (code >>> 0 < bound >>> 0) {
              range = bound
              probs[p] = prob + ((2048 - prob) >> 5)
              rep0 = rep2
            } else {
              range = (range - bound) | 0
              code = (code - bound) | 0
              probs[p] = prob - (prob >> 5)
              rep0 = rep3
              rep3 = rep2
            }
            rep2 = rep1
            rep1 = distance
          }
        }
      }

      let length = 1
      if (isShort) state = state < 7 ? 9 : 11
      else {
        let tree = lengths + 2 + (posState << 3)
        let width = 8
        let base = 2 - 8
        if (range >>> 24 === 0) {
          range <<= 8
          code = (code << 8) | bytes[at++]!
        }
        prob = probs[lengths]!
        bound = Math.imul(range >>> 11, prob)
        if (code >>> 0 < bound >>> 0) {
          range = bound
          probs[lengths] = prob + ((2048 - prob) >> 5)
        } else {
          range = (range - bound) | 0
          code = (code - bound) | 0
          probs[lengths] = prob - (prob >> 5)
          if (range >>> 24 === 0) {
            range <<= 8
            code = (code << 8) | bytes[at++]!
          }
          p = lengths + 1
          prob = probs[p]!
          bound = Math.imul(range >>> 11, prob)
          if (code >>> 0 < bound >>> 0) {
            range = bound
            probs[p] = prob + ((2048 - prob) >> 5)
            tree += lengthMid - 2
            base = 2
          } else {
            range = (range - bound) | 0
            code = (code - bound) | 0
            probs[p] = prob - (prob >> 5)
            tree = lengths + lengthHigh
            width = 256
            base = 18 - 256
          }
        }
        length = 1
        do {
          if (range >>> 24 === 0) {
            range <<= 8
            code = (code << 8) | bytes[at++]!
          }
          p = tree + length
          prob = probs[p]!
          bound = Math.imul(range >>> 11, prob)
          if (code >>> 0 < bound >>> 0) {
            range = bound
            probs[p] = prob + ((2048 - prob) >> 5)
            length <<= 1
          } else {
            range = (range - bound) | 0
            code = (code - bound) | 0
            probs[p] = prob - (prob >> 5)
            length = (length << 1) | 1
          }
        } while (length < width)
        length += base

        if (lengths === atRepLength) state = state < 7 ? 8 : 11
        else {
          state = state < 7 ? 7 : 10
          tree = atSlot + ((length > 5 ? 3 : length - 2) << 6)
          let slot = 1
          do {
            if (range >>> 24 === 0) {
              range <<= 8
              code = (code << 8) | bytes[at++]!
            }
            p = tree + slot
            prob = probs[p]!
            bound = Math.imul(range >>> 11, prob)
            if (code >>> 0 < bound >>> 0) {
              range = bound
              probs[p] = prob + ((2048 - prob) >> 5)
              slot <<= 1
            } else {
              range = (range - bound) | 0
              code = (code - bound) | 0
              probs[p] = prob - (prob >> 5)
              slot = (slot << 1) | 1
            }
          } while (slot < 64)
          slot -= 64
          if (slot < 4) rep0 = slot
          else {
            let bits = (slot >> 1) - 1
            rep0 = (2 | (slot & 1)) << bits
            if (slot < 14) tree = atSpecial + rep0 - slot
            else {
              let direct = 0
              for (; bits > 4; bits--) {
                if (range >>> 24 === 0) {
                  range <<= 8
                  code = (code << 8) | bytes[at++]!
                }
                range >>>= 1
                code = (code - range) | 0
                const mask = code >> 31
                code = (code + (range & mask)) | 0
                direct = (direct << 1) + 1 + mask
              }
              rep0 = (rep0 + (direct << 4)) | 0
              tree = atAlign
            }
            let symbol = 1
            for (let weight = 1; bits > 0; bits--, weight <<= 1) {
              if (range >>> 24 === 0) {
                range <<= 8
                code = (code << 8) | bytes[at++]!
              }
              p = tree + symbol
              prob = probs[p]!
              bound = Math.imul(range >>> 11, prob)
              if (code >>> 0 < bound >>> 0) {
                range = bound
                probs[p] = prob + ((2048 - prob) >> 5)
                symbol <<= 1
              } else {
                range = (range - bound) | 0
                code = (code - bound) | 0
                probs[p] = prob - (prob >> 5)
                symbol = (symbol << 1) | 1
                rep0 = (rep0 + weight) | 0
              }
            }
            if (rep0 === -1) {
              this.isMarked = true
              break
            }
          }
        }
      }
      if (rep0 >>> 0 >= to - first || rep0 >>> 0 >= reach) {
        this.#refuseDistance(rep0 >>> 0, to - first)
        break
      }
      if (length > hardEnd - to) {
        this.#stop('a match goes on behind the end of the LZMA data')
        length = hardEnd - to
      }
      const distance = rep0 + 1
      if (length > 48 && distance >= length) {
        out.copyWithin(to, to - distance, to - distance + length)
        to += length
      } else for (const stop = to + length; to < stop; to++) out[to] = out[to - distance]!
      if (length < 1) break
    }
    this.#lastSymbolAt = symbolAt
    history.at = to
    this.#input.at = at
    this.#state = state
    this.#rep0 = rep0
    this.#rep1 = rep1
    this.#rep2 = rep2
    this.#rep3 = rep3
    this.#range = range
    this.#code = code
  }
  /* oxlint-enable complexity, max-depth */

  #refuseDistance(distance: number, available: number): void {
    const { reach, base } = this.#history
    const isForgotten =
      distance >= Math.min(reach, available) && distance < Math.min(base + available, this.#claimed)
    if (isForgotten) this.isUnsupported = true
    this.#stop(
      isForgotten ? 'the dictionary is larger than supported' : 'a distance points before the beginning',
    )
  }
}
