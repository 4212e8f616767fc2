// The data of one INSTREAM until it is scanned: in memory while it is small and there is memory for streams, in a file
// without a name otherwise, so that nothing is left behind whatever happens.

import { randomUUID } from 'node:crypto'
import { close, constants, open, unlinkSync, write } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { ScanTarget } from './services.ts'

const openFile = promisify(open)
const writeFile = promisify(write)

/** Memory for all streams of the process together, and for one. */
const limits = { all: 64 * 1024 ** 2, one: 1024 ** 2 } as const
/** Pieces may be single bytes: they are gathered before they are kept or written. Most streams are short. */
const blockBytes = { first: 8 * 1024, next: 64 * 1024 } as const
const held = { bytes: 0 }

/** O_TMPFILE of x86-64 and arm64: a file that never had a name. */
const nameless = { x64: 0o20200000, arm64: 0o20040000 } as const

export class StreamSpool implements Disposable {
  /** Full blocks. */
  #blocks: Buffer[] = []
  #held = 0
  #block: Buffer | undefined
  #used = 0
  #fd = -1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Throws what the file system throws. */
  async add(bytes: Buffer): Promise<void> {
    for (let offset = 0; offset < bytes.length;) {
      this.#block ??= Buffer.allocUnsafeSlow(this.#size === 0 ? blockBytes.first : blockBytes.next)
      const count = bytes.copy(this.#block, this.#used, offset)
      offset += count
      this.#used += count
      this.#size += count
      if (this.#used === this.#block.length) await this.#store(this.#block)
    }
  }

  /** What is to be scanned; a descriptor stays open until the spool is disposed. Throws what the file system throws. */
  async target(): Promise<ScanTarget> {
    const rest = this.#block?.subarray(0, this.#used) ?? Buffer.alloc(0)
    this.#block = undefined
    if (this.#fd >= 0) {
      await this.#write(rest)
      return { kind: 'descriptor', fd: this.#fd }
    }
    const bytes = new Uint8Array(this.#size)
    let offset = 0
    for (const block of [...this.#blocks, rest]) {
      bytes.set(block, offset)
      offset += block.length
    }
    this.#blocks = []
    return { kind: 'bytes', bytes }
  }

  [Symbol.dispose](): void {
    this.#release()
    if (this.#fd >= 0) close(this.#fd, () => undefined)
    this.#fd = -1
  }

  /** Keeps a full block or writes it; the next one begins. */
  async #store(block: Buffer): Promise<void> {
    const bytes = block.length
    const fits = this.#held + bytes <= limits.one && held.bytes + bytes <= limits.all
    if (this.#fd < 0 && fits) {
      this.#blocks.push(block)
      this.#held += bytes
      held.bytes += bytes
      this.#block = undefined
    } else {
      if (this.#fd < 0) this.#fd = await openNameless()
      for (const earlier of this.#blocks) await this.#write(earlier)
      this.#release()
      await this.#write(block)
    }
    this.#used = 0
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let offset = 0; offset < bytes.length;) {
      const { bytesWritten } = await writeFile(this.#fd, bytes, offset, bytes.length - offset, null)
      offset += bytesWritten
    }
  }

  #release(): void {
    this.#blocks = []
    held.bytes -= this.#held
    this.#held = 0
  }
}

async function openNameless(): Promise<number> {
  const flag = process.arch === 'arm64' ? nameless.arm64 : nameless.x64
  try {
    return await openFile(tmpdir(), constants.O_RDWR | flag, 0o600)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code !== 'EOPNOTSUPP' && code !== 'EISDIR') throw thrown
  }
  const path = join(tmpdir(), `haechi-${randomUUID()}`)
  const fd = await openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
  unlinkSync(path)
  return fd
}
