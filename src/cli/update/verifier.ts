// The engine as the updates see it: its formats open downloads, its readers say whether a file is of use.

import { closeSync, fstatSync, openSync } from 'node:fs'
import { join, relative } from 'node:path'

import { load } from '../../engine/index.ts'
import { formats } from '../../engine/formats/index.ts'
import type { Format, UnpackContext } from '../../engine/formats/format.ts'
import { tar } from '../../engine/formats/tar/tar.ts'
import { Budget, defaultLimits, type Limits } from '../../engine/limits.ts'
import { headBytes, type ScanObject } from '../../engine/scan-object.ts'
import { type ByteSource, chunksOf, maxRead } from '../../engine/source/byte-source.ts'
import { fdSource } from '../../engine/source/fd-source.ts'
import { readDatabase, signsDiff, versionOf } from './clamav.ts'
import type { Member, Verifier } from '../../updates/index.ts'

/** Unpacking is no scan: nobody waits for it, so only its sizes are bounded. */
const limits: Limits = { ...defaultLimits, maxMs: 3_600_000, maxRatio: 10_000, maxMembers: 200_000 }
const hashList = /\.(?:txt|csv|md5|sha1|sha256)$/i
const ruleFile = /\.yara?$/i
const shownProblems = 5

/** Bytes that the budget may count for each byte that comes out. */
const decodings = 4

export function engineVerifier(): Verifier {
  return { open, versionOf, readDatabase, signsDiff, check }
}

function open(path: string, maxBytes: number): Iterable<Member> | undefined {
  const fd = openSync(path, 'r')
  const { size } = fstatSync(fd)
  const source = fdSource(fd, size, new Uint8Array(maxRead))
  const format = formatOf(source)
  if (format !== undefined) return members(fd, format, source, maxBytes)
  closeSync(fd)
  return undefined
}

function* members(fd: number, format: Format, source: ByteSource, maxBytes: number): Generator<Member> {
  // What is too large to hold is decoded again for each look back, which the budget counts again.
  const budget = new Budget({ ...limits, maxBytes: decodings * maxBytes })
  const room = { left: maxBytes }
  try {
    const inner =
      format.kind === 'stream' ? unwrapped(format, source, budget) : listed(format, source, budget)
    for (const member of inner) yield { name: member.name, chunks: () => counted(member, room) }
  } finally {
    closeSync(fd)
  }
}

/** A stream's one object; when that is a tar, its members. */
function* unwrapped(format: Format, source: ByteSource, budget: Budget): Generator<Member> {
  let isSecond = false
  for (const inner of format.members(objectOf(source), contextOf(budget))) {
    if (isSecond) throw new Error(`there is more behind it: ${inner.name}`)
    isSecond = true
    if (tar.matches(objectOf(inner.source))) yield* listed(tar, inner.source, budget)
    else yield { name: '', chunks: () => chunksOf(inner.source) }
    inner.source.release?.()
  }
}

function* listed(format: Format, source: ByteSource, budget: Budget): Generator<Member> {
  for (const member of format.members(objectOf(source), contextOf(budget))) {
    budget.countMember()
    yield { name: member.name, chunks: () => chunksOf(member.source) }
    member.source.release?.()
  }
}

function* counted(member: Member, room: { left: number }): Generator<Uint8Array> {
  for (const chunk of member.chunks()) {
    room.left -= chunk.length
    if (room.left < 0) throw new Error('it unpacks to more than is allowed')
    yield chunk
  }
}

/** What rule sets come in. */
const readable: ReadonlySet<string> = new Set(['zip', 'gzip', 'tar'])

function formatOf(source: ByteSource): Format | undefined {
  const object = objectOf(source)
  return formats.find((format) => readable.has(format.id) && format.matches(object))
}

function objectOf(source: ByteSource): ScanObject {
  return { chain: ['download'], depth: 0, source, head: source.read(0, headBytes).slice() }
}

/** What a scan would note as partial ends an update: a signed archive that is damaged is of no use. */
function contextOf(budget: Budget): UnpackContext {
  return {
    budget,
    passwords: [],
    fault(name, _code, message) {
      throw new Error(`${name}: ${message}`)
    },
  }
}

/** Files of which nothing is usable are an error page, or something else by mistake. */
function check(folder: string, files: readonly string[]): readonly string[] {
  const pathsOf = (kind: RegExp): string[] =>
    files.filter((name) => kind.test(name)).map((name) => join(folder, name))
  const [lists, rules] = [pathsOf(hashList), pathsOf(ruleFile)]
  if (lists.length + rules.length === 0) return []
  const engine = load({ hashLists: lists, rules })
  const problems = engine.problems.map(
    ({ file, line, message }) => `${relative(folder, file)}:${line}: ${message}`,
  )
  const isUseful = engine.version().signatures > load().version().signatures
  if (!isUseful && lists.length + rules.length === files.length) throw new Error(problems[0] ?? 'it is empty')
  const more = problems.length > shownProblems ? [`and ${problems.length - shownProblems} more`] : []
  return [...problems.slice(0, shownProblems), ...more]
}
