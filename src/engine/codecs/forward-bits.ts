// Bits, least significant first, out of a piece of memory; zeros behind its end.

export class ForwardBits {
  readonly #bytes: Uint8Array
  readonly #end: number
  #bit: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#bit = start * 8
    this.#end = end
  }

  get isOverrun(): boolean {
    return this.#bit > this.#end * 8
  }

  /** The byte behind the last one of which a bit was taken. */
  get at(): number {
    return (this.#bit + 7) >> 3
  }

  /** The next `count` (at most 24) bits, which stay. */
  peek(count: number): number {
    const at = this.#bit >> 3
    let word = 0
    for (let i = 0; i < 4 && at + i < this.#end; i++) word |= this.#bytes[at + i]! << (i * 8)
    return (word >>> (this.#bit & 7)) & ((1 << count) - 1)
  }

  skip(count: number): void {
    this.#bit += count
  }

  take(count: number): number {
    const value = this.peek(count)
    this.#bit += count
    return value
  }

  alignToByte(): void {
    this.#bit = (this.#bit + 7) & ~7
  }
}
