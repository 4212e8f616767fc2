// Memory of a process under suspicion, through /proc/PID/mem: code that no file has, files whose names are gone, and what is anonymous.
// The process is not stopped, so what it writes meanwhile may be of two moments. Only pages that it has are read (pagemap).

import { closeSync, openSync, readSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { MountTable } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { type MemoryTask, notePart, type Part, rowsPart } from './parts.ts'
import { isAnonymous, isDeleted, isExecutable, readRegions, type Region } from './process-maps.ts'

const pageBytes = 4096
const chunkBytes = 1 << 20
const entryBytes = 8
/** Pages whose entries are read at once: 32 MiB of memory. */
const entriesAtOnce = 8192
/** Holes up to this many pages are read over: fewer and longer runs. */
const maxHolePages = 16
/** Address space of one region that is looked at: 64 GiB. */
const maxPages = 1 << 24
const maxRuns = 65_536

/** Bytes in the order of the rows, which say where each piece was in the process. */
export function* readMemory({ pid, maxBytes, item }: MemoryTask): Generator<Part, void> {
  const proc = ownProc().path
  const folder = `${proc}/${pid}`
  const found = readRegions(folder)
  if (found === undefined)
    throw new AppError('not-found', `the memory of process ${pid} may not be read, or it is gone`)
  const mounts = new MountTable(proc)
  yield rowsPart(
    'memory-maps',
    found.regions.map((region) => ({ pid, ...shown(region), taken: why(region) })),
  )
  const wanted = found.regions.filter((region) => why(region) !== null).toSorted((a, b) => rank(a) - rank(b))
  const memory = openSync(`${folder}/mem`, 'r')
  const pages = openSync(`${folder}/pagemap`, 'r')
  try {
    const taking = { memory, pages, left: maxBytes, at: 0, runs: 0 }
    for (const region of wanted) {
      const refusal = region.inode === '0' ? '' : mounts.refusal(region.device, region.path)
      if (refusal === '') yield* readRegion(region, { pid, item }, taking)
      else yield notePart(`memory of process ${pid} at ${hex(region.start)} was not read: ${refusal}`)
      if (taking.left <= 0 || taking.runs >= maxRuns) {
        yield notePart(`process ${pid} has more memory than is taken: ${taking.at} bytes were`)
        return
      }
    }
  } finally {
    closeSync(memory)
    closeSync(pages)
  }
}

interface Taking {
  readonly memory: number
  readonly pages: number
  /** Bytes that may still be taken. */
  left: number
  /** Bytes that were. */
  at: number
  runs: number
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`
}

function shown({ start, end, permissions, offset, device, inode, path }: Region): object {
  return { start: hex(start), end: hex(end), permissions, offset, device, inode, path }
}

/** Why a region is taken; null when it is not: memory of files that are still there, and what may not be read at all. */
function why(region: Region): string | null {
  const { permissions } = region
  if (permissions[0] !== 'r' && permissions[2] !== 'x') return null
  if (isExecutable(region) && permissions[1] === 'w') return 'writable and executable'
  if (isExecutable(region) && isAnonymous(region)) return 'anonymous and executable'
  if (isDeleted(region)) return 'of a deleted file'
  return isAnonymous(region) ? 'anonymous' : null
}

function rank(region: Region): number {
  if (isExecutable(region)) return 0
  if (isDeleted(region)) return 1
  return region.path === '[stack]' ? 2 : 3
}

function* readRegion(
  region: Region,
  of: { readonly pid: number; readonly item: string },
  taking: Taking,
): Generator<Part, void> {
  for (const run of runsOf(region, taking.pages)) {
    if (taking.left <= 0 || taking.runs >= maxRuns) return
    const begin = taking.at
    const end = run.start + BigInt(Math.min(run.bytes, taking.left))
    for (let address = run.start; address < end;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, Number(end - address)))
      const length = readAt(taking.memory, chunk, address)
      if (length === 0) break
      taking.at += length
      taking.left -= length
      address += BigInt(length)
      yield { kind: 'bytes', bytes: chunk.subarray(0, length) }
    }
    if (taking.at === begin) continue
    taking.runs++
    const { pid, item } = of
    const bytes = taking.at - begin
    const { permissions, path } = region
    const place = { start: hex(run.start), end: hex(run.start + BigInt(bytes)), item, offset: begin, bytes }
    yield rowsPart('process-memory', [{ pid, ...place, permissions, path, why: why(region) }])
  }
}

function readAt(fd: number, into: Buffer, address: bigint): number {
  try {
    return readSync(fd, into, 0, into.length, address)
  } catch {
    // Unmapped meanwhile, or nothing that can be read (a device).
    return 0
  }
}

interface Run {
  readonly start: bigint
  readonly bytes: number
}

/** Pages that are in memory or swapped out, in runs. */
function* runsOf(region: Region, pages: number): Generator<Run> {
  const count = Math.min(maxPages, Number((region.end - region.start) / BigInt(pageBytes)))
  const first = region.start / BigInt(pageBytes)
  const entries = Buffer.allocUnsafe(entriesAtOnce * entryBytes)
  let from = -1
  let last = -1
  const run = (): Run => ({
    start: region.start + BigInt(from * pageBytes),
    bytes: (last + 1 - from) * pageBytes,
  })
  for (let page = 0; page < count; page += entriesAtOnce) {
    const wanted = Math.min(entriesAtOnce, count - page)
    const length = readAt(
      pages,
      entries.subarray(0, wanted * entryBytes),
      (first + BigInt(page)) * BigInt(entryBytes),
    )
    for (let index = 0; index < Math.floor(length / entryBytes); index++) {
      // Bit 63: present; bit 62: swapped.
      if ((entries[index * entryBytes + 7] ?? 0) < 0x40) continue
      if (from >= 0 && page + index - last > maxHolePages) {
        yield run()
        from = -1
      }
      if (from < 0) from = page + index
      last = page + index
    }
  }
  if (from >= 0) yield run()
}
