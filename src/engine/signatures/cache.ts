// Compiled databases on disk, so that a start need not compile. A file is one read into shared memory; its name is the
// key of what it was made from, and a checksum tells a damaged one, which is then made anew.

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

import { Image } from '../image.ts'

/** Changes with every change of a table's layout or meaning. */
export const cacheFormat = 3

const magic = 0x49434548 // HECI
const headerBytes = 16
const maxDescriptionBytes = 64 * 1024 * 1024
const namePattern = /^[0-9a-f]{32}\.signatures$/
const newPattern = /^[0-9a-f]{32}\.[0-9a-f]{16}\.new$/
/** Databases kept: the present one and those that a few other configurations use. */
const keptFiles = 8

interface Description {
  readonly key: string
  readonly lengths: Readonly<Record<string, number>>
  /** What the caller wants to know of the database. */
  readonly about: unknown
}

/** Undefined when there is none, or none that can be used. */
export function readCache(folder: string, key: string): { image: Image; about: unknown } | undefined {
  let fd: number
  try {
    // A pipe in the file's place must not hang the start.
    fd = openSync(fileOf(folder, key), constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
  try {
    return readOpen(fd, key)
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

function readOpen(fd: number, key: string): { image: Image; about: unknown } | undefined {
  const stat = fstatSync(fd)
  // Only what this user or root wrote is believed.
  if (stat.uid !== 0 && stat.uid !== process.getuid?.()) return undefined
  if ((stat.mode & 0o022) !== 0) return undefined
  const header = Buffer.alloc(headerBytes)
  readFully(fd, header, 0)
  const length = header.readUInt32LE(8)
  if (header.readUInt32LE(0) !== magic || header.readUInt32LE(4) !== cacheFormat) return undefined
  if (length > maxDescriptionBytes) return undefined
  const description = Buffer.alloc(length)
  readFully(fd, description, headerBytes)
  let sum = crc32(description)
  const { key: madeFor, lengths, about } = JSON.parse(mask(description).toString('utf8')) as Description
  // Somebody may have renamed it.
  if (madeFor !== key) return undefined
  const total = Object.values(lengths).reduce((before, bytes) => before + bytes, 0)
  if (headerBytes + length + total !== stat.size) return undefined
  const image = Image.create(lengths)
  let offset = headerBytes + length
  for (const name of Object.keys(lengths)) {
    const bytes = image.bytes(name)
    readFully(fd, bytes, offset)
    sum = crc32(bytes, sum)
    mask(bytes)
    offset += bytes.length
  }
  return sum === header.readUInt32LE(12) ? { image, about } : undefined
}

/** Keeps a database; a folder that cannot be written is no fault. */
export function writeCache(folder: string, key: string, image: Image, about: unknown): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Random: a killed process's number comes back, in a container at once.
    const temporary = join(folder, `${key}.${randomBytes(8).toString('hex')}.new`)
    const fd = openSync(temporary, 'wx', 0o600)
    try {
      writeOpen(fd, image, { key, about })
      renameSync(temporary, fileOf(folder, key))
    } catch (thrown) {
      rmSync(temporary, { force: true })
      throw thrown
    } finally {
      closeSync(fd)
    }
    prune(folder)
  } catch {
    // Read-only, full, not ours: the next start compiles again.
  }
}

function writeOpen(fd: number, image: Image, described: Omit<Description, 'lengths'>): void {
  const names = Object.keys(image.shared.directory)
  const lengths = Object.fromEntries(names.map((name) => [name, image.bytes(name).length]))
  const description = mask(Buffer.from(JSON.stringify({ ...described, lengths } satisfies Description)))
  const tables = names.map((name) => mask(Uint8Array.from(image.bytes(name))))
  let sum = crc32(description)
  for (const table of tables) sum = crc32(table, sum)
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(magic, 0)
  header.writeUInt32LE(cacheFormat, 4)
  header.writeUInt32LE(description.length, 8)
  header.writeUInt32LE(sum, 12)
  for (const bytes of [header, description, ...tables]) writeFully(fd, bytes)
}

/** The oldest of our own files beyond the number kept, and what a killed process left half written. */
function prune(folder: string): void {
  const dayAgo = Date.now() - 24 * 3600 * 1000
  const files = readdirSync(folder)
    .filter((name) => namePattern.test(name) || newPattern.test(name))
    .map((name) => ({ name, changed: changedMs(join(folder, name)) }))
  const old = files
    .filter(({ name }) => namePattern.test(name))
    .toSorted((left, right) => right.changed - left.changed)
    .slice(keptFiles)
  const abandoned = files.filter(({ name, changed }) => newPattern.test(name) && changed < dayAgo)
  for (const { name } of [...old, ...abandoned]) rmSync(join(folder, name), { force: true })
}

/** Infinity for one that is gone meanwhile. */
function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
}

/** On disk every byte is turned over: what the rules look for would otherwise be found in their own cache. */
function mask<T extends Uint8Array>(bytes: T): T {
  // By words where they are aligned: ten times faster.
  const words = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0
  const view = new Int32Array(bytes.buffer, words === 0 ? 0 : bytes.byteOffset, words)
  for (let i = 0; i < words; i++) view[i] = ~view[i]!
  for (let i = words * 4; i < bytes.length; i++) bytes[i] = ~bytes[i]!
  return bytes
}

function fileOf(folder: string, key: string): string {
  return join(folder, `${key}.signatures`)
}

function readFully(fd: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length;) {
    const count = readSync(fd, into, done, into.length - done, position + done)
    if (count === 0) throw new Error('the file ends early')
    done += count
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done)
}
