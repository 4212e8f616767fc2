// Looking at single bytes of a text that is too large to hold: one view at a time.

import type { ByteSource } from '../../source/byte-source.ts'

const viewBytes = 64 * 1024

export class Cursor {
  readonly source: ByteSource
  #view: Uint8Array = new Uint8Array(0)
  #base = 0

  constructor(source: ByteSource) {
    this.source = source
  }

  /** -1 behind the end. */
  byteAt(at: number): number {
    const index = at - this.#base
    if (index >= 0 && index < this.#view.length) return this.#view[index]!
    this.#view = this.source.read(at, viewBytes)
    this.#base = at
    return this.#view.length === 0 ? -1 : this.#view[0]!
  }

  /** The first place of `byte` in `[from, to)`, or `to`. */
  find(byte: number, from: number, to: number): number {
    for (let at = from; at < to;) {
      if (this.byteAt(at) < 0) return to
      const found = this.#view.indexOf(byte, at - this.#base)
      if (found >= 0) return Math.min(to, this.#base + found)
      at = this.#base + this.#view.length
    }
    return to
  }

  /** The text of `[from, to)`, one character a byte. */
  text(from: number, to: number): string {
    if (from >= this.#base && to <= this.#base + this.#view.length) {
      const { buffer, byteOffset } = this.#view
      return Buffer.from(buffer, byteOffset + from - this.#base, Math.max(0, to - from)).toString('latin1')
    }
    let text = ''
    for (let at = from; at < to;) {
      const view = this.source.read(at, Math.min(viewBytes, to - at))
      if (view.length === 0) break
      text += Buffer.from(view.buffer, view.byteOffset, view.length).toString('latin1')
      at += view.length
    }
    this.forget()
    return text
  }

  /** Whether the lower-case `word` stands at `at`, in any case. */
  startsWith(word: string, at: number): boolean {
    for (let index = 0; index < word.length; index++) {
      const byte = this.byteAt(at + index)
      const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
      if (lower !== word.charCodeAt(index)) return false
    }
    return true
  }

  /** To be called after somebody else may have read. */
  forget(): void {
    this.#view = this.#view.subarray(0, 0)
  }
}
