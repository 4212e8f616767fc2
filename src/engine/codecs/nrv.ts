// NRV2B, NRV2D and NRV2E, the LZ77 codes of the UCL library by which UPX packs programs. Bits of control, literal bytes and
// low bytes of offsets lie in one stream; control bits come in units of one, two or four bytes, highest bit first.

export type NrvCode = 'nrv2b' | 'nrv2d' | 'nrv2e'

export interface NrvOptions {
  readonly code: NrvCode
  /** Bytes that one unit of control bits has; units of several bytes are little-endian. */
  readonly unitBytes: 1 | 2 | 4
  /** More is refused. */
  readonly maxBytes: number
  /** Told after each 128 KiB how much was decoded and used so far; may throw. */
  readonly progress?: (decoded: number, used: number) => void
}

export interface NrvResult {
  /** What could be decoded. */
  readonly bytes: Uint8Array
  /** Encoded bytes used. */
  readonly consumed: number
  /** What is wrong; undefined: the end mark was reached. */
  readonly fault: string | undefined
}

const stepBytes = 128 * 1024
const firstBytes = 64 * 1024
/** Offset minus one of the end mark. */
const endMark = 0xffffffff
/** A length or offset with more digits is damage. */
const mostDigits = 32
/** Offsets from here on are coded with one byte more of length. */
const farOffset = { nrv2b: 0xd00, nrv2d: 0x500, nrv2e: 0x500 } as const

/** Decodes from the beginning of `input` to the end mark. Never throws by itself. */
export function decodeNrv(input: Uint8Array, options: NrvOptions): NrvResult {
  const decoder = new NrvDecoder(input, options)
  const fault = decoder.run()
  return { bytes: decoder.written(), consumed: decoder.at, fault }
}

class NrvDecoder {
  readonly #input: Uint8Array
  readonly #code: NrvCode
  readonly #unitBytes: number
  readonly #maxBytes: number
  readonly #far: number
  readonly #progress: ((decoded: number, used: number) => void) | undefined
  #out = new Uint8Array(firstBytes)
  #to = 0
  #unit = 0
  #bitsLeft = 0
  #lastOffset = 1
  /** Length of the current match without what far offsets add, minus one. */
  #length = 0
  at = 0

  constructor(input: Uint8Array, { code, unitBytes, maxBytes, progress }: NrvOptions) {
    this.#input = input
    this.#code = code
    this.#unitBytes = unitBytes
    this.#maxBytes = maxBytes
    this.#far = farOffset[code]
    this.#progress = progress
  }

  written(): Uint8Array {
    return this.#out.subarray(0, this.#to)
  }

  run(): string | undefined {
    const input = this.#input
    let nextStep = stepBytes
    while (this.at <= input.length) {
      while (this.#bit() === 1) {
        if (this.at >= input.length) return 'the packed data end early'
        if (this.#to === this.#out.length && !this.#grow(1)) return 'there is more than the header says'
        this.#out[this.#to++] = input[this.at++]!
      }
      const offset = this.#code === 'nrv2b' ? this.#match2b() : this.#matchAlternating()
      if (offset === 0) return undefined
      if (offset < 0 || offset > this.#to) return 'an offset points before the beginning'
      const length = this.#length + 1 + (offset > this.#far ? 1 : 0)
      if (this.#to + length > this.#out.length && !this.#grow(length))
        return 'there is more than the header says'
      this.#copy(offset, length)
      if (this.#to < nextStep) continue
      this.#progress?.(this.#to, this.at)
      nextStep = this.#to + stepBytes
    }
    return 'the packed data end early'
  }

  #copy(offset: number, length: number): void {
    const out = this.#out
    let to = this.#to
    for (const end = to + length; to < end; to++) out[to] = out[to - offset]!
    this.#to = to
  }

  #grow(by: number): boolean {
    if (this.#to + by > this.#maxBytes) return false
    const grown = new Uint8Array(Math.min(this.#maxBytes, Math.max(this.#out.length * 2, this.#to + by)))
    grown.set(this.#out)
    this.#out = grown
    return true
  }

  /** Past the end of the input there are ones: they end every number, and the end is met at the next literal. */
  #bit(): number {
    if (this.#bitsLeft > 0) return (this.#unit >>> --this.#bitsLeft) & 1
    const input = this.#input
    let { at } = this
    if (at >= input.length) {
      this.at = input.length + 1
      return 1
    }
    let unit = input[at++]!
    for (let shift = 8; shift < this.#unitBytes * 8; shift += 8) unit |= (input[at++] ?? 0) << shift
    this.at = at
    this.#unit = unit
    this.#bitsLeft = this.#unitBytes * 8 - 1
    return (unit >>> this.#bitsLeft) & 1
  }

  /** The offset; 0: the end mark, negative: damage. */
  #match2b(): number {
    let high = 1
    let digits = 0
    do {
      high = high * 2 + this.#bit()
      if (++digits > mostDigits) return -1
    } while (this.#bit() === 0)
    const offset = this.#offset(high)
    if (offset <= 0) return offset
    const length = this.#bit() * 2
    this.#length = length + this.#bit()
    if (this.#length === 0) this.#length = this.#longLength() + 2
    return offset
  }

  /** NRV2D and NRV2E: the lowest bit of a new offset belongs to the length. */
  #matchAlternating(): number {
    let high = 1
    for (let digits = 0; ; digits++) {
      high = high * 2 + this.#bit()
      if (this.#bit() === 1) break
      high = (high - 1) * 2 + this.#bit()
      if (digits > mostDigits) return -1
    }
    const isLast = high === 2
    const coded = isLast ? 0 : (high - 3) * 256 + this.#byte()
    if (!isLast && coded === endMark) return 0
    const lowBit = isLast ? this.#bit() : (coded & 1) ^ 1
    if (!isLast) this.#lastOffset = Math.floor(coded / 2) + 1
    if (this.#code === 'nrv2d') {
      this.#length = lowBit * 2 + this.#bit()
      if (this.#length === 0) this.#length = this.#longLength() + 2
    } else this.#length = this.#length2e(lowBit)
    return this.#lastOffset
  }

  #length2e(lowBit: number): number {
    if (lowBit === 1) return 1 + this.#bit()
    return this.#bit() === 1 ? 3 + this.#bit() : this.#longLength() + 3
  }

  #offset(high: number): number {
    if (high === 2) return this.#lastOffset
    const coded = (high - 3) * 256 + this.#byte()
    if (coded === endMark) return 0
    this.#lastOffset = coded + 1
    return this.#lastOffset
  }

  /** At least 2. */
  #longLength(): number {
    let length = 1
    for (let digits = 0; digits < mostDigits; digits++) {
      length = length * 2 + this.#bit()
      if (this.#bit() === 1) break
    }
    return length
  }

  #byte(): number {
    return this.#input[this.at++] ?? 0
  }
}
