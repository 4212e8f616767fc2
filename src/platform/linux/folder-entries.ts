// The names in a folder as the kernel gives them (getdents64(2)): bytes, a buffer at a time, however many there are.

import { errno, libc } from './libc.ts'

const getdents64 = libc.func('long syscall(long number, long fd, void *buffer, long size)')
const numbers: Readonly<Record<string, number>> = { x64: 217, arm64: 61, riscv64: 61, loong64: 61 }
const number = numbers[process.arch] ?? 61

/** `d_type` of dirent. */
export const EntryType = { unknown: 0, fifo: 1, folder: 4, file: 8, link: 10, socket: 12 } as const

const nameAt = 19
const recordBytesAt = 16
const typeAt = 18

/** Reads open folders, one after the other; their descriptors belong to whoever opened them. */
export class FolderEntries {
  #fd = -1
  readonly #buffer: Buffer
  #filled = 0
  #next = 0
  #nameStart = 0
  #nameEnd = 0
  #type = 0
  #fault = 0

  constructor(bufferBytes = 32 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(bufferBytes)
  }

  /** From the start of the folder that `fd` was opened for. */
  begin(fd: number): void {
    this.#fd = fd
    this.#filled = 0
    this.#next = 0
    this.#fault = 0
  }

  /** Steps to the next name; false at the end and where the folder cannot be read further. */
  next(): boolean {
    for (;;) {
      if (this.#next >= this.#filled && !this.#fill()) return false
      const start = this.#next
      const length = this.#buffer.readUInt16LE(start + recordBytesAt)
      // What the kernel writes is whole; a file system in user space cannot change that.
      if (length <= nameAt || start + length > this.#filled) return false
      this.#next = start + length
      this.#nameStart = start + nameAt
      this.#nameEnd = this.#buffer.indexOf(0, this.#nameStart)
      this.#type = this.#buffer[start + typeAt] ?? 0
      if (!this.#isSelfOrParent()) return true
    }
  }

  /** The name's bytes with the zero behind them; valid until the next call of `next`. */
  get nameBytes(): Buffer {
    return this.#buffer.subarray(this.#nameStart, this.#nameEnd + 1)
  }
  /** Bytes in a latin1 string. */
  get name(): string {
    return this.#buffer.latin1Slice(this.#nameStart, this.#nameEnd)
  }
  /** Of `EntryType`; `unknown` where the file system does not say. */
  get type(): number {
    return this.#type
  }
  /** The errno that ended the reading; 0 for none. */
  get fault(): number {
    return this.#fault
  }

  #fill(): boolean {
    const count: number = getdents64(number, this.#fd, this.#buffer, this.#buffer.length)
    this.#next = 0
    this.#filled = Math.max(0, count)
    if (count < 0) this.#fault = errno()
    return count > 0
  }

  #isSelfOrParent(): boolean {
    const length = this.#nameEnd - this.#nameStart
    if (length > 2 || this.#buffer[this.#nameStart] !== 0x2e) return false
    return length === 1 || this.#buffer[this.#nameStart + 1] === 0x2e
  }
}
