// BPF iterators: a program is run for every object of a kind (every task, every socket …) and writes what it wants to
// know; the whole is read like a file. Sees what the kernel has, not what /proc shows.

import { errno, errnoName, libc } from '../libc.ts'
import { AppError } from '../../../base/app-error.ts'
import { AttachType } from './instructions.ts'
import type { Program } from './programs.ts'
import { BpfObject, Command, bpf, bpfFault } from './system-call.ts'

const read = libc.func('long read(int fd, void *buf, size_t count)')
const chunkBytes = 1 << 16
const again = 11

export class BpfIterator {
  readonly #link: BpfObject

  /** The program is of type `tracing` for `AttachType.traceIter`; it stays the caller's. Throws AppError. */
  constructor(program: Program) {
    this.#link = program.link(AttachType.traceIter)
  }

  /** Everything that the program writes, at most `maxBytes`. Throws AppError. */
  readAll(maxBytes: number): Buffer {
    const attributes = Buffer.alloc(8)
    attributes.writeUInt32LE(this.#link.fd, 0)
    const fd = bpf(Command.iteratorCreate, attributes)
    if (fd < 0) throw bpfFault('the iterator cannot be opened')
    using reader = new BpfObject(fd)
    const chunks: Buffer[] = []
    for (let total = 0; total < maxBytes;) {
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const count: number = read(reader.fd, chunk, chunkBytes)
      if (count === 0) break
      if (count < 0 && errno() === again) continue
      if (count < 0) throw new AppError('kernel', `the iterator cannot be read: ${errnoName(errno())}`)
      chunks.push(chunk.subarray(0, count))
      total += count
    }
    return Buffer.concat(chunks)
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]()
  }
}
