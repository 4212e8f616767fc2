// Digests of the files that processes, services and the registry name, and what the engine says of them: each file is read once in a
// collection, however many name it.

import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'

import { messageOf } from '../../base/app-error.ts'
import { openUnseen, sourceOf } from '../../evidence/source.ts'
import { driveLetter } from '../disks.ts'
import type { StepContext } from '../step.ts'
import type { ScanFile } from '../system/index.ts'

const pieceBytes = 1024 * 1024
/** Programs are smaller; what is larger is taken, or not, by the lists. */
const maxBytes = 512 * 1024 * 1024

export interface FileFacts {
  readonly path: string
  readonly size?: number
  readonly modified?: string
  readonly created?: string
  readonly sha256?: string
  /** Of the engine, where it was asked, and the names of what it found. */
  readonly verdict?: string
  readonly found?: readonly string[]
  /** Why there is no digest. */
  readonly unread?: string
}

export interface DigestOptions {
  /** Letters of drives that are of other hosts. */
  readonly remote?: ReadonlySet<string>
  readonly scan?: ScanFile
}

type Limits = Pick<StepContext, 'leftMs' | 'maxFileBytes'>

/** Owns what was found out; its life is one collection. */
export class FileDigests {
  readonly #options: DigestOptions
  readonly #known = new Map<string, FileFacts>()

  constructor(options: DigestOptions = {}) {
    this.#options = options
  }

  /** Nothing is kept of a file for which the time was over: a later step may have more. */
  async of(path: string, limits: Limits): Promise<FileFacts> {
    const key = path.toLowerCase()
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (limits.leftMs() <= 0) return { path, unread: 'the time was over' }
    const facts = isRemote(path, this.#options)
      ? { path, unread: 'it lies on another host' }
      : await factsOf(path, limits, this.#options.scan)
    if (facts.unread !== lateText) this.#known.set(key, facts)
    return facts
  }
}

const lateText = 'the time was over while it was read'

/** What is there may never answer. */
function isRemote(path: string, { remote }: DigestOptions): boolean {
  const isShare = /^\\\\(?:[?.]\\UNC\\|(?![?.]\\))/i.test(path)
  return isShare || remote?.has(driveLetter(path)) === true
}

async function factsOf(
  path: string,
  { leftMs, maxFileBytes }: Limits,
  scan: ScanFile | undefined,
): Promise<FileFacts> {
  try {
    const { size, mtime, birthtime } = statSync(path)
    const facts = { path, size, modified: mtime.toISOString(), created: birthtime.toISOString() }
    const most = Math.min(maxBytes, maxFileBytes)
    if (size > most) return { ...facts, unread: `it has more than ${most} bytes` }
    const fd = openUnseen(path)
    using source = sourceOf(path, fd)
    const hash = createHash('sha256')
    for (let at = 0; at < size;) {
      const piece = source.read(at, pieceBytes)
      if (piece.length === 0) break
      hash.update(piece)
      at += piece.length
      await breathe()
      if (leftMs() <= 0 && at < size) return { ...facts, unread: lateText }
    }
    const sha256 = hash.digest('hex')
    if (scan === undefined || leftMs() <= 0) return { ...facts, sha256 }
    return { ...facts, sha256, ...(await scanned(scan, fd, path)) }
  } catch (thrown) {
    return { path, unread: messageOf(thrown) }
  }
}

async function scanned(
  scan: ScanFile,
  fd: number,
  path: string,
): Promise<Pick<FileFacts, 'verdict' | 'found' | 'unread'>> {
  try {
    const { verdict, names } = await scan(fd, path)
    return { verdict, found: names }
  } catch (thrown) {
    return { unread: `it was not scanned: ${messageOf(thrown)}` }
  }
}

/** As rows have them. */
export function judged({ verdict, found, unread }: Partial<FileFacts> = {}, prefix = ''): object {
  return {
    ...(verdict === undefined ? {} : { [`${prefix}verdict`]: verdict, [`${prefix}found`]: found }),
    ...(unread === undefined ? {} : { [`${prefix}unread`]: unread }),
  }
}
