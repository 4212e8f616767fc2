// Reads a database: a file, a container with files, or a directory with both, in the order in which ClamAV loads them, so that
// ignore lists are known before what they ignore. Everything goes to a sink; nothing throws because of what is read.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

import { type ContainerKind, type ContainerOptions, readContainer, readHeader } from './container.ts'
import { formatOf } from './formats.ts'
import { createIgnoreList, type IgnoreList } from './ignore-list.ts'
import { createCounts } from './reading.ts'
import type { Sink } from './records.ts'

export interface ReadOptions {
  /** Also the files for potentially unwanted applications; clamscan's `--detect-pua`. */
  readonly pua?: boolean
  readonly container?: ContainerOptions
}

/** A file that was read already; the name says what it is. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A path of a file or directory, or bytes. What cannot be read is told to the sink, line 0. */
export function readDatabase(from: string | NamedBytes, sink: Sink, options: ReadOptions = {}): void {
  const task: Task = { sink, options, ignores: createIgnoreList() }
  if (typeof from !== 'string') {
    readFile(from, task)
    return
  }
  const files = listFiles(from, task)
  for (const path of inLoadingOrder(files)) {
    const bytes = attempt(path, task, () => readFileSync(path))
    if (bytes !== undefined) readFile({ name: path, bytes }, task)
  }
}

interface Task {
  readonly sink: Sink
  readonly options: ReadOptions
  readonly ignores: IgnoreList
}

function attempt<T>(file: string, { sink }: Task, act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error'
    sink.problem({ file, line: 0, message: `it cannot be read (${code})` })
    return undefined
  }
}

function listFiles(path: string, task: Task): readonly string[] {
  const isDirectory = attempt(path, task, () => statSync(path).isDirectory())
  if (isDirectory === undefined) return []
  if (!isDirectory) return [path]
  const entries = attempt(path, task, () => readdirSync(path, { withFileTypes: true })) ?? []
  const names = entries.filter((entry) => !entry.isDirectory() && formatOf(entry.name) !== undefined)
  const paths = names.map(({ name }) => join(path, name)).toSorted()
  return paths.filter((one) => !isOutdated(one, paths, task))
}

/** Ignore lists first, then the daily database, local hashes of URLs, switches, and the rest. */
function inLoadingOrder(paths: readonly string[]): readonly string[] {
  const rank = (path: string): number => {
    const name = basename(path)
    if (/\.ign2?$/i.test(name)) return 0
    return 1 + ['daily.cld', 'daily.cvd', 'local.gdb', 'daily.cfg'].indexOf(name) || 5
  }
  return paths.toSorted((left, right) => rank(left) - rank(right))
}

/** Of `x.cvd` and `x.cld` only the newer one is loaded; the .cld when they are equal. */
function isOutdated(path: string, paths: readonly string[], task: Task): boolean {
  const kind = /\.(?:cvd|cld)$/.exec(path)?.[0]
  if (kind === undefined) return false
  const other = path.slice(0, -kind.length) + (kind === '.cvd' ? '.cld' : '.cvd')
  if (!paths.includes(other)) return false
  const mine = versionOf(path, task)
  const theirs = versionOf(other, task)
  return kind === '.cvd' ? mine <= theirs : mine < theirs
}

function versionOf(path: string, task: Task): number {
  const bytes = attempt(path, task, () => readFileSync(path))
  return (bytes && readHeader(bytes)?.version) ?? -1
}

function readFile({ name, bytes }: NamedBytes, task: Task): void {
  const found = formatOf(name)
  if (found === undefined) {
    task.sink.problem({ file: name, line: 0, message: 'the end of its name is that of no known format' })
    return
  }
  const { extension } = found
  if (extension === 'cvd' || extension === 'cld' || extension === 'cud')
    readMembers({ name, bytes }, extension, task)
  else if (extension === 'info') {
    task.sink.problem({ file: name, line: 0, message: 'it belongs into a container' })
  } else readRecords({ name, bytes }, { official: false, task })
}

function readMembers({ name, bytes }: NamedBytes, kind: ContainerKind, task: Task): void {
  const { header, members, signed, problems } = readContainer(bytes, kind, task.options.container)
  for (const message of problems) task.sink.problem({ file: name, line: 0, message })
  let found = 0
  for (const member of members.toSorted((left, right) => ignoreRank(left.name) - ignoreRank(right.name))) {
    if (formatOf(member.name)?.format.read === undefined) continue
    found += readRecords({ name: `${name}:${member.name}`, bytes: member.bytes }, { official: signed, task })
  }
  if (header !== undefined && members.length > 0 && found < header.signatures) {
    const message = `its header counts ${header.signatures} signatures, there are ${found}`
    task.sink.problem({ file: name, line: 0, message })
  }
}

function ignoreRank(name: string): number {
  return /\.ign2?$/i.test(name) ? 0 : 1
}

/** Returns how many entries there are of those that the header of a container counts. */
function readRecords(
  { name, bytes }: NamedBytes,
  { official, task }: { readonly official: boolean; readonly task: Task },
): number {
  const found = formatOf(name)
  if (found?.format.read === undefined) return 0
  const { extension, format } = found
  const file = { name, extension, bytes, official, pua: format.pua ?? false }
  const counts = createCounts()
  const isWanted = (!file.pua || task.options.pua === true) && (task.sink.begin?.(file) ?? true)
  if (!isWanted) return format.counted === true ? countLines(bytes) : 0
  found.format.read({ file, sink: task.sink, ignores: task.ignores, counts })
  task.sink.end?.(file, counts)
  if (bytes.length === 0) task.sink.problem({ file: name, line: 0, message: 'it is empty' })
  if (format.counted !== true) return 0
  return counts.loaded + counts.excluded + counts.ignored + counts.unsupported + counts.malformed
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = 0; at >= 0 && at < bytes.length; lines++) {
    const feed = bytes.indexOf(0x0a, at)
    at = feed < 0 ? bytes.length : feed + 1
  }
  return lines
}
