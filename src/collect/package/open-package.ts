// A collected package to be analysed: the files of the host as trees, what was read from the running system as rows, the case
// file. Opening proves nothing; that is verify's work.

import { closeSync, fstatSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'

import { AppError, messageOf } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import type { FileSource } from '../../evidence/source.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { BrokenEncryption, decrypted, isEncrypted } from './age.ts'
import type { MemberPlace } from './manifest-entry.ts'
import { PackageBytes } from './package-bytes.ts'
import type { IndexBuilder } from './package-index.ts'
import { openEntry, packageTree } from './package-tree.ts'
import { indexByManifest, indexByMembers, ManifestLines, readTail } from './read-index.ts'

export interface OpenOptions {
  /** Secret keys of age, where the package is encrypted. */
  readonly identities?: readonly string[]
  /** Where the decrypted package lies while it is open; the system's folder for temporary files unless told. */
  readonly temporary?: string
}

export interface CollectedPackage extends Disposable {
  readonly path: string
  /** One a volume, until the package is closed. */
  readonly trees: readonly EvidenceTree[]
  /** What could not be read. */
  readonly notes: Notes
  /** False where its end is missing or damaged: it was read member by member. */
  readonly isWhole: boolean
  /** Undefined where it is missing or damaged. */
  readonly caseFile: unknown
  /** Names of what was read from the running system: `processes.jsonl`, `memory/12.bin`. */
  readonly liveNames: readonly string[]
  /** Rows of `NAME.jsonl`; none where there is no such name. A line that is no object is noted and passed over. */
  rows(name: string): Iterable<Record<string, unknown>>
  /** Parts of the bytes of a name, in order. */
  live(name: string): Iterable<FileSource>
}

/** Whether a file may be one, by its first bytes. */
export function isPackageStart(firstBytes: Uint8Array): boolean {
  const isZstd = Buffer.from(firstBytes.subarray(0, 4)).toString('hex') === '28b52ffd'
  return isZstd || isEncrypted(firstBytes)
}

/** Throws AppError where nothing of it can be read. */
export async function openPackage(path: string, options: OpenOptions = {}): Promise<CollectedPackage> {
  const notes = new Notes()
  const bytes = await openBytes(path, options, notes)
  try {
    return await openContent(bytes, notes)
  } catch (thrown) {
    bytes[Symbol.dispose]()
    throw thrown
  }
}

async function openContent(bytes: PackageBytes, notes: Notes): Promise<CollectedPackage> {
  const { path } = bytes
  const { index, lines, isWhole, casePlace } = await readIndex(bytes, notes)
  if (index.volumes.size === 0 && index.live.size === 0 && casePlace === undefined)
    throw new AppError('unsupported', `${path} is no package of a collection`)
  const trees = [...index.volumes].map(([volume, root]) =>
    packageTree({
      label: volume === '' ? path : `${path} (${volume})`,
      volume,
      root,
      notes,
      bytes,
      entry: (line) => lines.entry(line),
    }),
  )
  function* live(name: string): Generator<FileSource> {
    for (const line of index.live.get(name) ?? []) {
      const entry = lines.entry(line)
      const source = entry === undefined ? undefined : openEntry(entry, bytes)
      if (source !== undefined) yield source
    }
  }
  return {
    path,
    trees,
    notes,
    isWhole,
    caseFile: casePlace === undefined ? undefined : readCase(bytes, casePlace, notes),
    liveNames: [...index.live.keys()],
    live,
    *rows(name) {
      for (const source of live(`${name}.jsonl`)) yield* rowsOf(source, notes)
    },
    [Symbol.dispose]: () => bytes[Symbol.dispose](),
  }
}

interface Read {
  readonly index: IndexBuilder
  readonly lines: ManifestLines
  readonly isWhole: boolean
  readonly casePlace: MemberPlace | undefined
}

async function readIndex(bytes: PackageBytes, notes: Notes): Promise<Read> {
  const signature = readTail(bytes, bytes.size)
  if (signature !== undefined) {
    try {
      const lines = new ManifestLines(bytes)
      return { index: indexByManifest(signature, lines), lines, isWhole: true, casePlace: signature.case }
    } catch (thrown) {
      notes.add(`its manifest cannot be read: ${messageOf(thrown)}`)
    }
  } else
    notes.add(
      'its end is missing or damaged: the collection was ended by force, or the file was cut off or changed',
    )
  const lines = new ManifestLines(bytes)
  const { index, case: casePlace } = await indexByMembers(bytes.chunks(), lines, notes)
  return { index, lines, isWhole: false, casePlace }
}

function readCase(bytes: PackageBytes, place: MemberPlace, notes: Notes): unknown {
  try {
    const source = bytes.member(place)
    return JSON.parse(Buffer.from(source.read(0, Math.min(source.size, 67_108_864))).toString())
  } catch (thrown) {
    notes.add(`the case file cannot be read: ${messageOf(thrown)}`)
    return undefined
  }
}

function* rowsOf(source: FileSource, notes: Notes): Generator<Record<string, unknown>> {
  let text: string
  try {
    // Parts are some MiB; whatever says it is more is not ours.
    text = Buffer.from(source.read(0, Math.min(source.size, 67_108_864))).toString()
  } catch (thrown) {
    notes.add(`${source.path} cannot be read: ${messageOf(thrown)}`)
    return
  }
  for (const line of text.split('\n')) {
    if (line === '') continue
    const row = parseRow(line)
    if (row === undefined) notes.add(`${source.path}: a line is no object`)
    else yield row
  }
}

function parseRow(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The package itself, or what it decrypts to in a file that has no name any more. */
async function openBytes(path: string, options: OpenOptions, notes: Notes): Promise<PackageBytes> {
  const plain = openFd(path)
  const first = Buffer.alloc(64)
  const packed = new PackageBytes(path, plain)
  if (!isEncrypted(packed.raw(0, first.length))) return packed
  using _closed = packed
  if (options.identities === undefined || options.identities.length === 0)
    throw new AppError('usage', `${path} is encrypted`, {
      hint: 'Give the file with the secret key of a recipient.',
    })
  const temporary = join(options.temporary ?? tmpdir(), `haechi-package-${randomUUID()}`)
  const fd = openTemporary(temporary)
  // Nobody finds it, and it goes with the last descriptor, however this process ends. Windows keeps the name until it is closed.
  const remove = (): void => unlinkSync(temporary)
  const isRemoved = process.platform !== 'win32'
  if (isRemoved) remove()
  const content = new PackageBytes(path, fd, isRemoved ? undefined : remove)
  try {
    for await (const piece of decrypted(packed.chunks(), options.identities)) writeAll(fd, piece)
  } catch (thrown) {
    if (!(thrown instanceof BrokenEncryption)) {
      content[Symbol.dispose]()
      throw thrown
    }
    notes.add(`its encryption is broken: ${thrown.message}; what came before was read`)
  }
  return content
}

function openTemporary(path: string): number {
  try {
    return openSync(path, 'wx+', 0o600)
  } catch (thrown) {
    throw new AppError('permission', `${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}

function openFd(path: string): number {
  try {
    const fd = openSync(path, 'r')
    if (fstatSync(fd).isFile()) return fd
    closeSync(fd)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'not-found' : 'permission'
    throw new AppError(code, `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  throw new AppError('usage', `${path} is no file`)
}
