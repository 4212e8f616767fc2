// The file that a process runs, read through /proc/PID/exe: also when its name is gone, and when it never had one (memfd).

import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { parseProcessStat } from '../../platform/linux/process-stat.ts'
import type { MountTable } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { type ContentTask, notePart, type Part } from './parts.ts'
import { readText } from './proc-files.ts'
import { isExecutable, type Region } from './process-maps.ts'

const chunkBytes = 1 << 20
const maxHashes = 65_536

export interface ExecutableFacts {
  readonly executable_deleted: boolean
  readonly executable_memfd: boolean
  readonly executable_device: string | null
  readonly executable_inode: string | null
  readonly executable_size: number | null
  readonly executable_mode: number | null
  readonly executable_uid: number | null
  readonly executable_mtime: string | null
  readonly executable_sha256: string | null
  /** Why there is no digest; null when there is one, or no executable. */
  readonly executable_unread: string | null
}

interface Known {
  readonly sha256: string
  readonly stat: Stats
}

/** Digests of the files that several processes run. */
export class Executables {
  readonly #mounts: MountTable
  readonly #maxBytes: number
  readonly #known = new Map<string, Known>()

  constructor(mounts: MountTable, maxBytes: number) {
    this.#mounts = mounts
    this.#maxBytes = maxBytes
  }

  /** Hands out pulses while it reads; returns the facts. `link` is where /proc/PID/exe points. */
  *facts(folder: string, link: string, regions: readonly Region[]): Generator<Part, ExecutableFacts> {
    const region = regionOf(link, regions)
    const base: ExecutableFacts = {
      executable_deleted: link.endsWith(' (deleted)'),
      executable_memfd: link.startsWith('/memfd:'),
      executable_device: region?.device ?? null,
      executable_inode: region?.inode ?? null,
      executable_size: null,
      executable_mode: null,
      executable_uid: null,
      executable_mtime: null,
      executable_sha256: null,
      executable_unread: null,
    }
    if (region === undefined)
      return { ...base, executable_unread: 'it is not mapped, so its file system is not known' }
    const refusal = this.#mounts.refusal(region.device, link)
    if (refusal !== '') return { ...base, executable_unread: refusal }
    try {
      const key = `${region.device} ${region.inode} ${link}`
      const known = this.#known.get(key) ?? (yield* this.#hash(`${folder}/exe`))
      if (this.#known.size < maxHashes) this.#known.set(key, known)
      const { stat } = known
      return {
        ...base,
        executable_size: stat.size,
        executable_mode: stat.mode,
        executable_uid: stat.uid,
        executable_mtime: stat.mtime.toISOString(),
        executable_sha256: known.sha256,
      }
    } catch (thrown) {
      return { ...base, executable_unread: messageOf(thrown) }
    }
  }

  *#hash(path: string): Generator<Part, Known> {
    const fd = openQuietly(path)
    try {
      const stat = fstatSync(fd)
      if (!stat.isFile()) throw new Error('it is no regular file')
      if (stat.size > this.#maxBytes) throw new Error(`it is larger than ${this.#maxBytes} bytes`)
      const hash = createHash('sha256')
      const chunk = Buffer.allocUnsafe(chunkBytes)
      for (let at = 0, chunks = 0; at < stat.size; chunks++) {
        const length = readSync(fd, chunk, 0, chunk.length, at)
        if (length === 0) break
        hash.update(chunk.subarray(0, length))
        at += length
        if (chunks % 32 === 31) yield { kind: 'pulse' }
      }
      return { sha256: hash.digest('hex'), stat }
    } finally {
      closeSync(fd)
    }
  }
}

/** A mapping of the executable: it tells the device, which the link does not. */
function regionOf(link: string, regions: readonly Region[]): Region | undefined {
  const name = link.replaceAll('\n', String.raw`\012`)
  const own = regions.find(({ path, inode }) => path === name && inode !== '0')
  // Renamed or bound elsewhere between two looks: the first code of a file is that of the executable.
  return own ?? regions.find((region) => isExecutable(region) && region.inode !== '0')
}

/** Without leaving a trace in the time of the last access, where we may. */
function openQuietly(path: string): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
  try {
    return openSync(path, flags | constants.O_NOATIME)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') throw thrown
    return openSync(path, flags)
  }
}

/** The bytes of the executable of a process, whose file system has been found to answer. */
export function* readContent({ pid, startTicks }: ContentTask): Generator<Part, void> {
  const folder = `${ownProc().path}/${pid}`
  const fd = openQuietly(`${folder}/exe`)
  try {
    const stat = parseProcessStat(readText(`${folder}/stat`) ?? '')
    if (stat?.startTicks !== startTicks) {
      yield notePart(`process ${pid} ended before its executable could be taken`)
      return
    }
    const { size } = fstatSync(fd)
    for (let at = 0; at < size;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - at))
      const length = readSync(fd, chunk, 0, chunk.length, at)
      if (length === 0) return
      yield { kind: 'bytes', bytes: chunk.subarray(0, length) }
      at += length
    }
  } finally {
    closeSync(fd)
  }
}
