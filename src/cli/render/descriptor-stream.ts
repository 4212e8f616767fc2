// Standard output where it is no terminal: a line is gone when `write` returns. process.stdout keeps what a synchronous loop has
// written to a pipe until the loop ends, and a report of a million lines with it.

import { writeSync } from 'node:fs'

/** A full pipe that somebody made non-blocking is tried again after this time. */
const retryMs = 1

export interface DescriptorStream {
  write(text: string): void
  /** What a write throws; without a listener it is lost. */
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): void
}

export function descriptorStream(fd: number): DescriptorStream {
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = []
  const never = new Int32Array(new SharedArrayBuffer(4))
  return {
    write(text) {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length;) {
        try {
          at += writeSync(fd, bytes, at)
        } catch (thrown) {
          const error = thrown as NodeJS.ErrnoException
          if (error.code !== 'EAGAIN') {
            for (const listener of listeners) listener(error)
            return
          }
          Atomics.wait(never, 0, 0, retryMs)
        }
      }
    },
    on(_event, listener) {
      listeners.push(listener)
    },
  }
}
