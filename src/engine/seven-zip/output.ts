// What 7-Zip writes when it makes a file: in pieces, of which the first may come again when the rest is known.

import { kinds } from './protocol.ts'
import type { Message } from './run.ts'

const firstBytes = 64 * 1024
/** The file is held in memory. */
const mostBytes = 256 * 1024 ** 2

export class Output {
  #bytes = new Uint8Array(firstBytes)
  #size = 0
  readonly #said: string[] = []
  isTooLarge = false

  /** Bytes that were written so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** What 7-Zip said from its first error on. */
  get said(): readonly string[] {
    return this.#said
  }

  take({ kind, value, payload }: Message): void {
    if (kind === kinds.data) this.#write(payload, value)
    else if (kind === kinds.line) {
      const line = Buffer.from(payload).toString()
      if (this.#said.length > 0 || /error/i.test(line)) this.#said.push(line)
    }
  }

  #write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length
    if (end > mostBytes) this.isTooLarge = true
    if (this.isTooLarge) return
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.bytes)
      this.#bytes = larger
    }
    this.#bytes.set(bytes, position)
    this.#size = Math.max(this.#size, end)
  }
}
