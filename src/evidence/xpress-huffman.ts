// LZ77 with Huffman codes as Windows 8 and later compress prefetch files ([MS-XCA] 2.1 and 2.2, "LZXPRESS Huffman").

const tableBytes = 256
const symbols = 512
const longestCode = 15
const blockBytes = 65_536
const shortestMatch = 3

export interface Decompressed {
  /** What came out, up to the first fault. */
  readonly bytes: Uint8Array
  /** One sentence; undefined: all of it came out. */
  readonly fault: string | undefined
}

class Fault extends Error {}

/** `size` bytes at most come out, whatever the input says. */
export function decompressXpressHuffman(input: Uint8Array, size: number): Decompressed {
  const decoder = new Decoder(input, size)
  try {
    while (decoder.written < size) decoder.block()
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return { bytes: decoder.output.subarray(0, decoder.written), fault: thrown.message }
  }
  return { bytes: decoder.output, fault: undefined }
}

class Decoder {
  readonly output: Uint8Array
  written = 0
  readonly #input: Uint8Array
  #at = 0
  readonly #lengths = new Uint8Array(symbols)
  /** Symbol by the next 15 bits. */
  readonly #table = new Uint16Array(1 << longestCode)

  constructor(input: Uint8Array, size: number) {
    this.#input = input
    this.output = new Uint8Array(size)
  }

  /** 64 KiB of output, the last one less; each with codes of its own. */
  block(): void {
    this.#readTable()
    const { output } = this
    const input = this.#input
    const lengths = this.#lengths
    const table = this.#table
    const end = Math.min(output.length, this.written + blockBytes)
    let at = this.#at
    let to = this.written
    // The next bits are the highest ones; `extra` of them beyond 16 are there.
    let bits = (word(input, at) << 16) | word(input, at + 2)
    at += 4
    let extra = 16
    const stop = (message: string): never => {
      this.written = to
      throw new Fault(message)
    }
    while (to < end) {
      // Up to four bytes behind the end belong to the bits that are held, and are read as zeros.
      if (at > input.length + 4) stop('the compressed data end early')
      const symbol = table[bits >>> (32 - longestCode)] ?? 0
      const used = lengths[symbol] ?? 0
      bits <<= used
      extra -= used
      if (extra < 0) {
        bits |= word(input, at) << -extra
        at += 2
        extra += 16
      }
      if (symbol < 256) {
        output[to++] = symbol
        continue
      }
      let length = symbol & 15
      if (length === 15) {
        length = input[at++] ?? 0
        if (length < 255) length += 15
        else {
          length = word(input, at)
          at += 2
          if (length === 0) {
            length = (word(input, at) | (word(input, at + 2) << 16)) >>> 0
            at += 4
          }
          if (length < 15) stop('a match has an impossible length')
        }
      }
      const offsetBits = (symbol - 256) >> 4
      let distance = 1 << offsetBits
      if (offsetBits > 0) {
        distance |= bits >>> (32 - offsetBits)
        bits <<= offsetBits
        extra -= offsetBits
        if (extra < 0) {
          bits |= word(input, at) << -extra
          at += 2
          extra += 16
        }
      }
      if (distance > to) stop('a match begins before the data')
      const last = Math.min(output.length, to + length + shortestMatch)
      for (let from = to - distance; to < last; from++, to++) output[to] = output[from] ?? 0
    }
    this.#at = at
    this.written = to
  }

  #readTable(): void {
    const input = this.#input
    if (this.#at + tableBytes > input.length) throw new Fault('the compressed data end early')
    for (let index = 0; index < tableBytes; index++) {
      const pair = input[this.#at + index] ?? 0
      this.#lengths[2 * index] = pair & 15
      this.#lengths[2 * index + 1] = pair >> 4
    }
    this.#at += tableBytes
    let next = 0
    for (let length = 1; length <= longestCode; length++) {
      const share = 1 << (longestCode - length)
      for (let symbol = 0; symbol < symbols; symbol++) {
        if (this.#lengths[symbol] !== length) continue
        if (next + share > this.#table.length) throw new Fault('the codes of a block do not fit together')
        this.#table.fill(symbol, next, next + share)
        next += share
      }
    }
    if (next !== this.#table.length) throw new Fault('the codes of a block do not fit together')
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}
