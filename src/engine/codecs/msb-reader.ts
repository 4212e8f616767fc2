// Bits, most significant first, out of a ByteSource. Fields are public because inner loops work on copies of them.

import type { ByteSource } from '../source/byte-source.ts'
import { InputBuffer } from './input-buffer.ts'

export class MsbReader {
  readonly input: InputBuffer
  /** The low `bits` bits are those not taken yet; what is above them has been. */
  hold = 0
  bits = 0

  constructor(source: ByteSource, start: number, end: number) {
    this.input = new InputBuffer(source, start, end)
  }

  get thrown(): Error | undefined {
    return this.input.thrown
  }

  /** More bits were taken than there are. */
  get isOverrun(): boolean {
    return this.input.at - (this.bits >> 3) > this.input.end
  }

  /** The offset behind the last byte of which a bit was taken. */
  get offset(): number {
    const { input } = this
    return input.isOverrun ? input.offset : input.offset - (this.bits >> 3)
  }

  /** The next `count` (at most 24) bits; zeros behind the end. */
  take(count: number): number {
    const { input } = this
    if (input.at > input.limit) input.fill()
    while (this.bits < count) {
      // Far behind the end `at` would leave the buffer: it stays where it is plainly too far.
      const byte = input.bytes[input.at] ?? 0
      if (input.at < input.bytes.length) input.at++
      this.hold = (this.hold << 8) | byte
      this.bits += 8
    }
    this.bits -= count
    return (this.hold >>> this.bits) & ((1 << count) - 1)
  }

  alignToByte(): void {
    this.bits &= ~7
  }
}
