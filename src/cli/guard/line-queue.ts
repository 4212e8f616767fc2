// Lines on their way to a reader that may be slow. A pipe is written synchronously by process.stdout: a log reader that
// stands still would stop the thread that replaces instances and answers signals. Here nothing waits: the descriptor
// is non-blocking, what cannot be written is kept up to a bound, and what goes beyond it is counted and said.

import { write } from 'node:fs'

/** Bytes kept for a slow reader. */
const maxPendingBytes = 8 * 1024 * 1024
/** A full pipe is tried again after this time. */
const retryMs = 10

export interface LineQueue {
  readonly add: (line: string) => void
  /** Resolves when everything is written, the reader has gone, or `withinMs` are over. */
  readonly flush: (withinMs: number) => Promise<void>
}

/** `onLost`: so many lines were not kept because the reader was too slow. */
export function createLineQueue(fd: number, onLost: (lines: number) => void): LineQueue {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let lost = 0
  let isWriting = false
  let isGone = false
  let idle: (() => void)[] = []

  function done(): void {
    isWriting = false
    for (const resolve of idle) resolve()
    idle = []
  }

  function writeAll(bytes: Buffer): void {
    write(fd, bytes, 0, bytes.length, null, (error, count) => {
      // A reader that has gone does not end the guard.
      if (error !== null && error.code !== 'EAGAIN') {
        isGone = true
        pending = []
        pendingBytes = 0
        done()
      } else if (error === null && count === bytes.length) next()
      else
        setTimeout(writeAll, error === null ? 0 : retryMs, bytes.subarray(error === null ? count : 0)).unref()
    })
  }

  function next(): void {
    if (lost > 0 && pendingBytes < maxPendingBytes / 2) {
      onLost(lost)
      lost = 0
    }
    if (pending.length === 0) {
      done()
      return
    }
    const bytes = Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    isWriting = true
    writeAll(bytes)
  }

  return {
    add(line) {
      if (isGone) return
      const bytes = Buffer.from(`${line}\n`)
      if (pendingBytes + bytes.length > maxPendingBytes) {
        lost++
        return
      }
      pending.push(bytes)
      pendingBytes += bytes.length
      if (!isWriting) next()
    },
    async flush(withinMs) {
      if (!isWriting && pending.length === 0) return
      await new Promise<void>((resolve) => {
        idle.push(resolve)
        setTimeout(resolve, withinMs)
      })
    },
  }
}
