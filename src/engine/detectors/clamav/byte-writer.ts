// Bytes that are written one after the other into a buffer that grows.

export class ByteWriter {
  #bytes: Uint8Array
  length = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(64, capacity))
  }

  push(byte: number): void {
    if (this.length === this.#bytes.length) {
      const larger = new Uint8Array(this.length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.length++] = byte
  }

  pushText(text: string): void {
    for (let index = 0; index < text.length; index++) this.push(text.charCodeAt(index))
  }

  /** Takes the last byte back. */
  drop(): void {
    if (this.length > 0) this.length--
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
}
