// Where bytes come from: files and devices in order, standard input, regions of a process's memory.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'

const chunkBytes = 1024 * 1024
/** Of a process; more is a damaged list. */
const maxRegions = 200_000
/** Addresses that a read cannot name; only the kernel's own page lies there. */
const highestAddress = 2 ** 53

export interface Chunk {
  readonly bytes: Uint8Array
  /** Of the first byte, where it does not follow the last one. */
  readonly jumpTo?: number
}

/** Each chunk is valid until the next step. Throws AppError when it cannot be opened or read. */
export function* fileChunks(path: string): Generator<Chunk> {
  const fd = path === '-' ? 0 : attempt(path, () => openSync(path, 'r'))
  const buffer = new Uint8Array(chunkBytes)
  try {
    for (;;) {
      const count = attempt(path, () => readSync(fd, buffer, 0, buffer.length, null))
      if (count === 0) return
      yield { bytes: buffer.subarray(0, count) }
    }
  } finally {
    if (fd !== 0) closeSync(fd)
  }
}

/** Regions that cannot be read, such as those of devices, are passed over: `skipped` hears of them. */
export function* processChunks(pid: number, skipped: (region: string) => void): Generator<Chunk> {
  const place = `/proc/${pid}`
  const maps = attempt(place, () => readFileSync(`${place}/maps`, 'latin1'))
  const fd = attempt(place, () => openSync(`${place}/mem`, 'r'))
  const buffer = new Uint8Array(chunkBytes)
  try {
    for (const line of maps.split('\n', maxRegions)) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \d+ *(.*)$/.exec(line)
      if (match === null || /^\[(?:vvar|vsyscall)/.test(match[3] ?? '')) continue
      const [start, end] = [Number.parseInt(match[1] ?? '', 16), Number.parseInt(match[2] ?? '', 16)]
      if (end > highestAddress) continue
      yield { bytes: buffer.subarray(0, 0), jumpTo: start }
      const isWhole = yield* regionChunks(fd, buffer, { start, end })
      if (!isWhole) skipped(`${match[1]}-${match[2]} ${match[3]}`.trim())
    }
  } finally {
    closeSync(fd)
  }
}

/** False: a part could not be read. */
function* regionChunks(
  fd: number,
  buffer: Uint8Array,
  { start, end }: { start: number; end: number },
): Generator<Chunk, boolean> {
  for (let at = start; at < end;) {
    let count = 0
    try {
      count = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at)
    } catch {
      return false
    }
    if (count === 0) return false
    yield { bytes: buffer.subarray(0, count) }
    at += count
  }
  return true
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    const kind = code === 'EACCES' || code === 'EPERM' ? 'permission' : 'not-found'
    throw new AppError(kind, `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
