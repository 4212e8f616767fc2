// Reads executables that were started for the first time: digest, and the verdict of the engine. One after the other, in the
// background, through one descriptor, so that what is hashed is what is judged.

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

import type { Judged } from '../../api/clamd/index.ts'
import type { ExecutableFacts, ExecutableRequest } from './messages.ts'

const chunkBytes = 256 * 1024
/** A host does not start so many new programs at once; beyond it they go without, and are asked for again. */
const maxQueued = 4096

export interface ExecutableReaderOptions {
  /** The verdict of what is open at `fd`. */
  readonly judge: (fd: number, path: string) => Promise<Judged>
  readonly answer: (facts: readonly ExecutableFacts[]) => void
}

export class ExecutableReader {
  readonly #options: ExecutableReaderOptions
  readonly #queue: ExecutableRequest[] = []
  readonly #buffer = Buffer.allocUnsafe(chunkBytes)
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: ExecutableReaderOptions) {
    this.#options = options
  }

  add(requests: readonly ExecutableRequest[]): void {
    const room = Math.max(0, maxQueued - this.#queue.length)
    this.#queue.push(...requests.slice(0, room))
    const refused = requests.slice(room).map(({ key }) => ({ key }))
    if (refused.length > 0) this.#options.answer(refused)
    if (this.#queue.length > 0) this.#running ??= this.#work()
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#queue.length = 0
    await this.#running
  }

  async #work(): Promise<void> {
    for (;;) {
      const request = this.#queue.shift()
      if (request === undefined || this.#isStopped) break
      const facts = await this.#read(request)
      if (!this.#isStopped) this.#options.answer([facts])
    }
    this.#running = undefined
  }

  async #read({ key, pid, path }: ExecutableRequest): Promise<ExecutableFacts> {
    // The link of /proc leads to what runs, also when its name is gone; the name still does when the process is gone.
    for (const name of [`/proc/${pid}/exe`, path]) {
      try {
        await using file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
        if (!(await isWhatRan(file, key))) continue
        const sha256 = await this.#digest(file)
        const judged = await this.#options.judge(file.fd, path)
        // Written to meanwhile: the digest would be of neither.
        if (!(await isWhatRan(file, key))) continue
        return { key, sha256, ...verdictOf(judged) }
      } catch {
        // Gone, or not ours to read: the next name, or none.
      }
    }
    return { key }
  }

  async #digest(file: FileHandle): Promise<string> {
    const hash = createHash('sha256')
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(this.#buffer, 0, chunkBytes, at)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(this.#buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  }
}

/** The same inode, unchanged since. The device is left out: some file systems show another one than the kernel has. */
async function isWhatRan(file: FileHandle, key: string): Promise<boolean> {
  const { ino, ctimeNs, size, mode } = await file.stat({ bigint: true })
  const isRegular = (mode & 0o170000n) === 0o100000n
  return isRegular && key.endsWith(`:${ino}:${ctimeNs}:${size}`)
}

function verdictOf(judged: Judged): Pick<ExecutableFacts, 'verdict'> {
  if (judged.kind !== 'verdict') return {}
  const { status, detections } = judged.verdict
  return { verdict: { status, names: [...new Set(detections.map(({ name }) => name))] } }
}
