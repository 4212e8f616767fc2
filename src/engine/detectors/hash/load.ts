// Reads hash lists: plain text, one `hash:name` or `hash:size:name` a line, `#` starts a comment line. A bad line is
// reported with its place and skipped; all others are loaded.

import { attachHashDatabase, type HashDatabase, sizesOf } from './database.ts'
import { hashKinds } from '../../hashes/kinds.ts'
import {
  attachNames,
  createNamePool,
  maxPoolBytes,
  type NamePoolBuilder,
  maxNameBytes,
} from '../../hashes/name-pool.ts'
import { createParsedLine, parseLine } from './parse-line.ts'
import { buildSizeFilter } from './size-filter.ts'
import { createStagedHashes, type StagedHashes } from '../../hashes/staging.ts'
import { buildTable } from '../../hashes/table.ts'

export interface HashList {
  /** For messages: the file's path. */
  readonly name: string
  readonly bytes: Uint8Array
}

export interface ListProblem {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** One phrase for people; never text of the list itself. */
  readonly message: string
}

/** Problems told one by one for each file; one more line counts the rest. */
export const maxProblems = 100

/** Entries of all lists together: 2 GB of memory, some 50 times what public feeds hold. */
const maxEntries = 50_000_000

type Staging = Readonly<Record<(typeof hashKinds)[number], StagedHashes>> & {
  readonly names: NamePoolBuilder
}

export function loadHashLists(files: readonly HashList[]): {
  database: HashDatabase
  problems: readonly ListProblem[]
} {
  const staging: Staging = {
    sha256: createStagedHashes(),
    sha1: createStagedHashes(),
    md5: createStagedHashes(),
    names: createNamePool(),
  }
  const problems = files.flatMap((file) => readList(file, staging))
  const names = staging.names.share()
  const nameOf = attachNames(names)
  const tables = {
    sha256: buildTable(staging.sha256, nameOf),
    sha1: buildTable(staging.sha1, nameOf),
    md5: buildTable(staging.md5, nameOf),
  }
  const sizeFilter = buildSizeFilter(hashKinds.map((kind) => sizesOf(tables[kind])))
  return { database: attachHashDatabase({ tables, sizeFilter, names }), problems }
}

const lineFeed = 0x0a
const numberSign = 0x23

function readList({ name: file, bytes }: HashList, staging: Staging): ListProblem[] {
  const problems: ListProblem[] = []
  const parsed = createParsedLine()
  let untold = 0
  let line = 0
  for (let start = byteOrderMark(bytes), next = 0; start < bytes.length; start = next) {
    const feed = bytes.indexOf(lineFeed, start)
    next = feed < 0 ? bytes.length : feed + 1
    line++
    const { from, to } = trim(bytes, start, next)
    if (from === to || bytes[from] === numberSign) continue
    if (isFull(staging)) {
      problems.push({
        file,
        line,
        message: 'the lists together are too long; the rest of this one is not loaded',
      })
      break
    }
    const message = parseLine(bytes, from, to, parsed)
    if (message === '') {
      const name = staging.names.add(bytes, parsed.nameStart, parsed.nameEnd)
      staging[parsed.kind].add(parsed.digest, parsed.size, name)
    } else if (problems.length < maxProblems) problems.push({ file, line, message })
    else untold++
  }
  if (untold > 0) problems.push({ file, line, message: `up to this line ${untold} more lines are bad` })
  return problems
}

function isFull({ sha256, sha1, md5, names }: Staging): boolean {
  return (
    sha256.count + sha1.count + md5.count >= maxEntries || names.usedBytes > maxPoolBytes - 2 - maxNameBytes
  )
}

function byteOrderMark(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

/** The line without spaces, tabs, CR and LF at its ends. */
function trim(bytes: Uint8Array, start: number, end: number): { from: number; to: number } {
  let from = start
  let to = end
  while (to > from && isBlank(bytes[to - 1])) to--
  while (from < to && isBlank(bytes[from])) from++
  return { from, to }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === lineFeed
}
