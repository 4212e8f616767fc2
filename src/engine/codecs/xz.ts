// One stream of the XZ file format 1.2.0: header, blocks, index, footer; every check is verified.

import type { ByteSource } from '../source/byte-source.ts'
import type { Codec } from './codec.ts'
import { u32 } from './little-endian.ts'
import { Lzma2 } from './lzma2.ts'
import { newXzCheck, type XzCheck, xzCheckBytes } from './xz-check.ts'
import { parseXzBlockHeader, type XzBlockHeader, xzCheckOf, xzHeaderBytes } from './xz-header.ts'
import { readXzIndex } from './xz-index.ts'

const cutOff = 'the xz data end early'

export class Xz implements Codec {
  readonly #source: ByteSource
  readonly #start: number
  readonly #end: number
  #at: number
  #checkId = -1
  #block: Codec | undefined
  #header: XzBlockHeader | undefined
  #check: XzCheck | undefined
  #size = 0
  #blockCount = 0
  #isDone = false
  #fault: string | undefined
  #isUnsupported = false

  /** Decodes the stream that begins at `start`, never past `end`. */
  constructor(source: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    this.#source = source
    this.#start = start
    this.#end = end
    this.#at = start
  }

  get consumed(): number {
    return this.#at - this.#start + (this.#block?.consumed ?? 0)
  }

  get fault(): string | undefined {
    return this.#fault
  }

  get isUnsupported(): boolean {
    return this.#isUnsupported
  }

  read(out: Uint8Array): number {
    while (!this.#isDone) {
      if (this.#block === undefined) {
        this.#begin()
        continue
      }
      const count = this.#block.read(out)
      if (count > 0) {
        this.#size += count
        this.#check?.update(out.subarray(0, count))
        return count
      }
      this.#endBlock(this.#block)
    }
    return 0
  }

  #stop(fault: string): void {
    this.#fault ??= fault
    this.#isDone = true
  }

  /** At most `length` bytes from where the stream stands; fewer where it ends. */
  #view(length: number): Uint8Array {
    return this.#source.read(this.#at, Math.max(0, Math.min(length, this.#end - this.#at)))
  }

  #begin(): void {
    if (this.#checkId < 0) return this.#beginStream()
    const sizeByte = this.#view(1)[0]
    if (sizeByte === undefined) return this.#stop(cutOff)
    if (sizeByte === 0) return this.#endStream()
    const length = (sizeByte + 1) * 4
    const bytes = this.#view(length)
    if (bytes.length < length) return this.#stop(cutOff)
    const header = parseXzBlockHeader(bytes)
    if ('fault' in header) {
      this.#isUnsupported = header.isUnsupported
      return this.#stop(header.fault)
    }
    this.#at += length
    this.#header = header
    this.#size = 0
    this.#blockCount++
    this.#check = newXzCheck(this.#checkId)
    // The length in the header is compared and not believed.
    let codec: Codec = new Lzma2(this.#source, this.#at, this.#end, header.dictSize)
    for (const filter of header.filters) codec = filter.wrap(codec)
    this.#block = codec
  }

  #beginStream(): void {
    const header = this.#view(xzHeaderBytes)
    if (header.length < xzHeaderBytes) return this.#stop(cutOff)
    const check = xzCheckOf(header)
    if (typeof check === 'string') return this.#stop(check)
    this.#checkId = check
    this.#at += xzHeaderBytes
  }

  #endBlock(block: Codec): void {
    const packed = block.consumed
    this.#at += packed
    this.#block = undefined
    if (block.fault !== undefined) {
      this.#isUnsupported = block.isUnsupported === true
      return this.#stop(block.fault)
    }
    const header = this.#header
    if ((header?.packed ?? packed) !== packed || (header?.size ?? this.#size) !== this.#size) {
      this.#fault ??= 'a block is not as long as it says'
    }
    const padding = (4 - (packed & 3)) & 3
    const length = padding + (xzCheckBytes[this.#checkId] ?? 0)
    const view = this.#view(length)
    if (view.length < length) return this.#stop(cutOff)
    const expected = this.#check?.digest()
    if (expected?.some((byte, i) => byte !== view[padding + i]) === true) {
      this.#fault ??= 'the checksum of a block is wrong'
    }
    this.#at += length
  }

  #endStream(): void {
    const index = readXzIndex(this.#source, this.#at, this.#end)
    if (index.count !== this.#blockCount) this.#fault ??= 'the index lists another number of blocks'
    if (!index.isIntact) return this.#stop('the index is damaged')
    this.#at = index.end
    const footer = this.#view(xzHeaderBytes)
    if (footer.length < xzHeaderBytes) return this.#stop(cutOff)
    this.#at += xzHeaderBytes
    const isFooter = footer[10] === 0x59 && footer[11] === 0x5a
    if (!isFooter || (u32(footer, 4) + 1) * 4 !== index.length || footer[9] !== this.#checkId) {
      return this.#stop('the footer is wrong')
    }
    this.#isDone = true
  }
}
