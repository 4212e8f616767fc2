// Everything that statx(2) tells of a name in an open folder: all four times, attributes such as immutable, blocks. Links are not
// followed, nothing is mounted by looking, and no other host is asked.

import { errno, libc } from './libc.ts'

const statx = libc.func('int statx(int fd, const void *path, int flags, unsigned int mask, void *buf)')
const readlinkat = libc.func('long readlinkat(int fd, const void *path, void *buf, size_t size)')

/** AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC */
const lookFlags = 0x100 | 0x800 | 0x4000
const atEmptyPath = 0x1000
/** STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID */
const wanted = 0x7ff | 0x800 | 0x1000
const bornKnown = 0x800

const typeMask = 0o170000
export const FileType = {
  fifo: 0o010000,
  character: 0o020000,
  folder: 0o040000,
  block: 0o060000,
  file: 0o100000,
  link: 0o120000,
  socket: 0o140000,
} as const

/** STATX_ATTR_* */
const attributes = { immutable: 0x10, append: 0x20 } as const

export interface FileTime {
  /** Since 1970; before that below zero. */
  readonly seconds: number
  readonly nanoseconds: number
}

const empty = Buffer.from('\0')
const link = Buffer.alloc(4096)

/** The result of the last `read`. */
export class FileStatus {
  readonly #buffer = Buffer.alloc(256)
  readonly #words = new Uint32Array(this.#buffer.buffer, this.#buffer.byteOffset, 64)
  readonly #signed = new Int32Array(this.#buffer.buffer, this.#buffer.byteOffset, 64)

  /** `name`: bytes with a zero behind them, in the folder `fd`; without it the open object itself. 0, or an errno. */
  read(fd: number, name: Uint8Array = empty): number {
    const flags = name.length <= 1 ? lookFlags | atEmptyPath : lookFlags
    const result: number = statx(fd, name, flags, wanted, this.#buffer)
    return result === 0 ? 0 : errno()
  }

  get mode(): number {
    return this.#word(7) & 0xffff
  }
  /** Of `FileType`. */
  get type(): number {
    return this.#word(7) & typeMask
  }
  get links(): number {
    return this.#word(4)
  }
  get uid(): number {
    return this.#word(5)
  }
  get gid(): number {
    return this.#word(6)
  }
  get inode(): number {
    return this.#word(9) * 2 ** 32 + this.#word(8)
  }
  get size(): number {
    return this.#word(11) * 2 ** 32 + this.#word(10)
  }
  /** Bytes that it takes on the disk: less than `size` when there are holes. */
  get storedBytes(): number {
    return (this.#word(13) * 2 ** 32 + this.#word(12)) * 512
  }
  get isImmutable(): boolean {
    return (this.#word(2) & attributes.immutable) !== 0
  }
  get isAppendOnly(): boolean {
    return (this.#word(2) & attributes.append) !== 0
  }
  get accessed(): FileTime {
    return this.#time(16)
  }
  /** Undefined where the file system does not keep it; some that do have none of files made by other systems. */
  get born(): FileTime | undefined {
    return this.bornSeconds === 0 ? undefined : this.#time(20)
  }
  get changed(): FileTime {
    return this.#time(24)
  }
  get modified(): FileTime {
    return this.#time(28)
  }
  get accessedSeconds(): number {
    return this.#seconds(16)
  }
  /** 0 where it is not known. */
  get bornSeconds(): number {
    return (this.#word(0) & bornKnown) === 0 ? 0 : this.#seconds(20)
  }
  get changedSeconds(): number {
    return this.#seconds(24)
  }
  get modifiedSeconds(): number {
    return this.#seconds(28)
  }
  /** Of a device node: `major:minor` of the device that it stands for. */
  get standsFor(): string {
    return `${this.#word(32)}:${this.#word(33)}`
  }
  /** `major:minor` of the file system. */
  get device(): string {
    return `${this.#word(34)}:${this.#word(35)}`
  }

  #time(word: number): FileTime {
    return { seconds: this.#seconds(word), nanoseconds: this.#word(word + 2) }
  }

  #seconds(word: number): number {
    return (this.#signed[word + 1] ?? 0) * 2 ** 32 + this.#word(word)
  }

  #word(index: number): number {
    return this.#words[index] ?? 0
  }
}

/** Where a link points, bytes in a latin1 string; undefined when it is none. `name` as for `FileStatus.read`. */
export function linkTarget(fd: number, name: Uint8Array): string | undefined {
  const length: number = readlinkat(fd, name, link, link.length)
  return length < 0 ? undefined : link.latin1Slice(0, length)
}
