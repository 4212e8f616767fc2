// statx(2) into a buffer of one's own: exact nanoseconds as integers, no BigInt and no object per call.

import { libc } from './libc.ts'

const statx = libc.func('int statx(int fd, const char *path, int flags, unsigned int mask, void *buf)')

const atEmptyPath = 0x1000
// STATX_BASIC_STATS | STATX_MNT_ID
const wanted = 0x7ff | 0x1000
const typeMask = 0o170000
const regular = 0o100000

/** The result of the last `read`; fields are 32-bit words of struct statx. */
export class Stat {
  readonly #buffer = Buffer.alloc(256)
  readonly #words = new Uint32Array(this.#buffer.buffer, this.#buffer.byteOffset, 64)

  /** Looks at an open descriptor; false when the call failed. */
  read(fd: number): boolean {
    const result: number = statx(fd, '', atEmptyPath, wanted, this.#buffer)
    return result === 0
  }

  get isFile(): boolean {
    return (this.#buffer.readUInt16LE(28) & typeMask) === regular
  }
  get links(): number {
    return this.#word(4)
  }
  get inodeLow(): number {
    return this.#word(8)
  }
  get inodeHigh(): number {
    return this.#word(9)
  }
  get sizeLow(): number {
    return this.#word(10)
  }
  get sizeHigh(): number {
    return this.#word(11)
  }
  get size(): number {
    return this.sizeHigh * 2 ** 32 + this.sizeLow
  }
  get ctimeSeconds(): number {
    return this.#word(24)
  }
  get ctimeNs(): number {
    return this.#word(26)
  }
  get mtimeSeconds(): number {
    return this.#word(28)
  }
  get mtimeNs(): number {
    return this.#word(30)
  }
  get deviceMajor(): number {
    return this.#word(34)
  }
  get deviceMinor(): number {
    return this.#word(35)
  }
  /** Major and minor in one word, as far as 20 bits of minor go. */
  get device(): number {
    return ((this.deviceMajor << 20) | this.deviceMinor) >>> 0
  }
  /** As in the first column of /proc/self/mountinfo. */
  get mountId(): number {
    return this.#word(36)
  }

  /** Whether two looks saw the same unchanged content. */
  sameContent(other: Stat): boolean {
    return (
      this.inodeLow === other.inodeLow &&
      this.inodeHigh === other.inodeHigh &&
      this.sizeLow === other.sizeLow &&
      this.sizeHigh === other.sizeHigh &&
      this.mtimeSeconds === other.mtimeSeconds &&
      this.mtimeNs === other.mtimeNs &&
      this.ctimeSeconds === other.ctimeSeconds &&
      this.ctimeNs === other.ctimeNs
    )
  }

  #word(index: number): number {
    return this.#words[index] ?? 0
  }
}
