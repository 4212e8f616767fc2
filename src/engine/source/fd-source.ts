// A ByteSource over an open file descriptor, with one window that its owner lends to every scan.

import { readSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { type ByteSource, maxRead } from './byte-source.ts'

/** The operating system did not give the bytes (EIO, EISDIR, a vanished network file …). */
export class SourceUnreadable extends Error {}

// One read brings in a whole small file, and a run of archive headers costs few system calls.
const readAhead = 64 * 1024

/** Reads by position, never moves the descriptor's own offset, never closes it. */
export function fdSource(fd: number, size: number, window: Uint8Array): ByteSource {
  if (window.length < maxRead) throw new RangeError(`window must hold ${maxRead} bytes`)
  let start = 0
  let end = 0
  return {
    size,
    knownSize: size,
    readInto: (into, offset) => fill(fd, into, offset, Math.min(into.length, Math.max(0, size - offset))),
    read(offset, length) {
      if (offset < start || offset + length > end) {
        // A read at the end of a known range past the file's size needs no system call.
        if (offset >= size) return window.subarray(0, 0)
        start = offset
        // Never past the known size: a second read that only says "end" would cost as much as the first.
        const wanted = Math.min(maxRead, Math.max(length, readAhead), size - offset)
        end = offset + fill(fd, window, offset, wanted)
      }
      return window.subarray(offset - start, Math.min(offset - start + length, end - start))
    },
  }
}

function fill(fd: number, window: Uint8Array, offset: number, wanted: number): number {
  let got = 0
  try {
    while (got < wanted) {
      const count = readSync(fd, window, got, wanted - got, offset + got)
      if (count === 0) break
      got += count
    }
  } catch (thrown) {
    throw new SourceUnreadable(messageOf(thrown))
  }
  return got
}
