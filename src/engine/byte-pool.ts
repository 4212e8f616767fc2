// Bytes that are collected one after the other, in one block that grows.

export class BytePool {
  #bytes = Buffer.allocUnsafe(1 << 16)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Where they begin. */
  add(bytes: Uint8Array): number {
    const offset = this.#take(bytes.length)
    this.#bytes.set(bytes, offset)
    return offset
  }

  /** The text as UTF-8. */
  addText(text: string): { offset: number; length: number } {
    const length = Buffer.byteLength(text)
    const offset = this.#take(length)
    this.#bytes.write(text, offset)
    return { offset, length }
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #take(length: number): number {
    const offset = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, offset)
      this.#bytes = larger
    }
    return offset
  }
}
