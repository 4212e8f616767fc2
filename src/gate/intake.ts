// Files that nobody waits for, on their way into the queue: moved or linked into a place, or found there by the
// sweep. The main thread opens them (a worker must not), through the thread pool, so that nothing stands still.

import { close, constants, open } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

import { monotonicMs } from '../base/clock.ts'
import { signal } from '../platform/linux/epoll.ts'
import type { Slots } from './shared-state.ts'

/** Files of the sweep that wait in the queue at a time: questions must find room. */
const ahead = 32
const maxDepth = 128

export class Intake {
  readonly #slots: Slots
  readonly #queued: number
  /** Directories that are not entered: file systems of the kernel. */
  readonly #passedOver: () => ReadonlySet<string>
  #stopped = false

  /** `queued`: the eventfd that wakes a worker. */
  constructor(slots: Slots, queued: number, passedOver: () => ReadonlySet<string>) {
    this.#slots = slots
    this.#queued = queued
    this.#passedOver = passedOver
  }

  stop(): void {
    this.#stopped = true
  }

  /** Queues one file (path as bytes in a latin1 string); what is no regular file, or gone, is passed over. */
  async add(path: string, kind: 'moved' | 'sweep'): Promise<void> {
    if (this.#stopped) return
    const fd = await openQuietly(path)
    if (fd < 0) return
    for (;;) {
      const slot = { fd, pid: 0, kind, started: monotonicMs(), group: -1 }
      if (!this.#stopped && this.#slots.enqueue(slot)) break
      if (this.#stopped) {
        close(fd)
        return
      }
      await delay(20)
    }
    signal(this.#queued)
  }

  /** Queues everything below a directory, on the same file system or not; links are not followed. */
  async sweep(directory: string, kind: 'moved' | 'sweep', depth = 0): Promise<number> {
    if (depth > maxDepth || this.#stopped) return 0
    let count = 0
    try {
      const entries = await opendir(Buffer.from(directory, 'latin1'), { encoding: 'latin1' })
      for await (const entry of entries) {
        if (this.#stopped) break
        const path = `${directory === '/' ? '' : directory}/${entry.name}`
        if (entry.isDirectory() && !this.#passedOver().has(path))
          count += await this.sweep(path, kind, depth + 1)
        if (!entry.isFile()) continue
        while (!this.#stopped && this.#slots.queued() >= ahead) await delay(2)
        await this.add(path, kind)
        count++
      }
    } catch {
      // Gone or unreadable meanwhile: whoever opens it is asked.
    }
    return count
  }
}

function openQuietly(path: string): Promise<number> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOATIME
  return new Promise((resolve) => {
    open(Buffer.from(path, 'latin1'), flags, (error, fd) => {
      resolve(error === null ? fd : -1)
    })
  })
}
