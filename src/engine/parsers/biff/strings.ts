// Strings of workbook records ([MS-XLS] 2.5.240, 2.5.293, 2.5.294) and the table that all cells share.

import { u16, u32 } from '../../codecs/little-endian.ts'

/** Characters without a length in front: a byte of flags, then one or two bytes a character. */
export function readCharacters(bytes: Uint8Array, at: number, count: number): { text: string; next: number } {
  const isWide = (bytes[at]! & 1) === 1
  const next = at + 1 + (isWide ? count * 2 : count)
  const text = Buffer.from(bytes.subarray(at + 1, next)).toString(isWide ? 'utf16le' : 'latin1')
  return { text, next }
}

/** One byte a character, as before version 8. */
export function readBytes(bytes: Uint8Array, at: number, count: number): string {
  return Buffer.from(bytes.subarray(at, at + count)).toString('latin1')
}

const maxStrings = 500_000

/** The shared string table; a string that goes on in the next record has its flags repeated there. */
export function readSharedStrings(parts: readonly Uint8Array[]): string[] {
  return new SharedStrings(parts).read()
}

class SharedStrings {
  readonly #parts: readonly Uint8Array[]
  #part = 0
  #at = 8

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts
  }

  read(): string[] {
    const strings: string[] = []
    const [first] = this.#parts
    const count = first === undefined ? 0 : Math.min(u32(first, 4), maxStrings)
    while (strings.length < count && this.#settle()) strings.push(this.#string())
    return strings
  }

  /** Goes to the next part when this one is used up; false at the end. */
  #settle(): boolean {
    while (this.#part < this.#parts.length && this.#at >= this.#parts[this.#part]!.length) {
      this.#part++
      this.#at = 0
    }
    return this.#part < this.#parts.length
  }

  #string(): string {
    const bytes = this.#parts[this.#part]!
    let left = u16(bytes, this.#at)
    let flags = bytes[this.#at + 2]!
    this.#at += 3
    const runs = (flags & 8) === 0 ? 0 : u16(bytes, this.#at)
    if ((flags & 8) !== 0) this.#at += 2
    const extra = (flags & 4) === 0 ? 0 : u32(bytes, this.#at)
    if ((flags & 4) !== 0) this.#at += 4
    let text = ''
    for (;;) {
      const here = this.#parts[this.#part]!
      const width = (flags & 1) === 1 ? 2 : 1
      const count = Math.min(left, Math.floor((here.length - this.#at) / width))
      const piece = here.subarray(this.#at, this.#at + count * width)
      text += Buffer.from(piece).toString(width === 2 ? 'utf16le' : 'latin1')
      this.#at += Math.max(0, count * width)
      left -= Math.max(0, count)
      if (left <= 0) break
      this.#at = here.length
      if (!this.#settle()) break
      flags = this.#parts[this.#part]![this.#at++]!
    }
    this.#skip(runs * 4 + extra)
    return text
  }

  #skip(bytes: number): void {
    for (let left = bytes; left > 0 && this.#settle();) {
      const step = Math.min(left, this.#parts[this.#part]!.length - this.#at)
      this.#at += step
      left -= step
    }
  }
}
