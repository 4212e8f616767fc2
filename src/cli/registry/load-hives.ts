// Hives on disk: one file with its transaction logs beside it, or all that lie below folders, told by their content; and whose they are.

import { lstatSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { type Programs, userOf } from '../../analysis/index.ts'
import { AppError, messageOf } from '../../base/app-error.ts'
import { isPrimaryHead, openHive, type RegistryHive } from '../../evidence/registry/index.ts'
import { openFileSource } from '../../evidence/source.ts'
import type { Terminal } from '../render/terminal.ts'

const maxDepth = 40
const maxFiles = 2_000_000

export interface LoadedHive {
  readonly file: string
  readonly hive: RegistryHive
  /** Whose it is; '' of the machine's hives. */
  readonly user: string
  /** Of a disk, where the hive lies on one. */
  readonly programs?: Programs
}

interface LoadOptions {
  /** False: the hive as it lies on disk, logs not replayed. */
  readonly logs: boolean
}

/** Throws AppError when it cannot be read or is no hive. */
export function loadHive(file: string, { logs }: LoadOptions): LoadedHive {
  using source = openFileSource(file)
  const opened = (logs ? logsOf(file) : []).map((path) => openFileSource(path))
  try {
    const hive = openHive(
      source,
      opened.map((log) => ({ name: basename(log.path), source: log })),
    )
    return { file, hive, user: userOf(hive, file) }
  } catch (thrown) {
    if (thrown instanceof AppError)
      throw new AppError(thrown.code, `${file}: ${thrown.message}`, { cause: thrown })
    throw thrown
  } finally {
    for (const log of opened) log[Symbol.dispose]()
  }
}

/** NAME.LOG, .LOG1 and .LOG2 beside the hive, whatever their case. */
function logsOf(file: string): string[] {
  const folder = dirname(file)
  const wanted = new Set(['.log', '.log1', '.log2'].map((ending) => basename(file).toLowerCase() + ending))
  try {
    return readdirSync(folder)
      .filter((name) => wanted.has(name.toLowerCase()))
      .toSorted()
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).size > 0)
  } catch {
    // A folder that may be entered but not listed: the hive itself is what was asked for.
    return []
  }
}

/** Files as they are named, and every hive below folders. What cannot be read is told and passed over. */
function* findHives(
  paths: readonly string[],
  options: LoadOptions,
  terminal: Terminal,
): Generator<LoadedHive | undefined> {
  for (const path of paths) {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    const files = isFolder ? hivesBelow(path, { terminal, left: maxFiles }, 0) : [path]
    for (const file of files) {
      terminal.status(file)
      try {
        yield loadHive(file, options)
      } catch (thrown) {
        terminal.status('')
        terminal.err(`haechi: ${terminal.safe(messageOf(thrown))}`)
        yield undefined
      }
    }
  }
  terminal.status('')
}

interface Search {
  readonly terminal: Terminal
  left: number
}

function* hivesBelow(folder: string, search: Search, depth: number): Generator<string> {
  if (depth > maxDepth) return
  let names: string[]
  try {
    names = readdirSync(folder).toSorted()
  } catch (thrown) {
    search.terminal.err(`haechi: ${search.terminal.safe(messageOf(thrown))}`)
    return
  }
  for (const name of names) {
    search.left -= 1
    if (search.left < 0) return
    const path = join(folder, name)
    const entry = lstatSync(path, { throwIfNoEntry: false })
    if (entry?.isDirectory() === true) yield* hivesBelow(path, search, depth + 1)
    else if (entry?.isFile() === true && entry.size >= 4096 && isHiveFile(path)) yield path
  }
}

function isHiveFile(path: string): boolean {
  try {
    using source = openFileSource(path)
    return isPrimaryHead(source.read(0, 512))
  } catch {
    // Not readable for us: it cannot be told that it is a hive, and a folder has many files that are none.
    return false
  }
}

/** All that can be read; the others are told and counted. */
export function loadHives(
  paths: readonly string[],
  options: { readonly 'no-logs'?: boolean | undefined },
  terminal: Terminal,
): { readonly hives: readonly LoadedHive[]; readonly failed: number } {
  const hives: LoadedHive[] = []
  let failed = 0
  for (const loaded of findHives(paths, { logs: options['no-logs'] !== true }, terminal)) {
    if (loaded === undefined) failed += 1
    else hives.push(loaded)
  }
  return { hives, failed }
}
