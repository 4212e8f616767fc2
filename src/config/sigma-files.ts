// Files of Sigma rules as texts: for the daemon, which runs them, and for `haechi rules`, which checks them. What a folder
// holds is bounded, and what cannot be read is told and left out: one damaged file must not cost the others.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../base/app-error.ts'
import type { Config } from './config.ts'
import { defaultSigmaPaths } from './options.ts'

const maxFiles = 50_000
const maxDepth = 32
const maxFileBytes = 4 * 1024 ** 2
const maxTotalBytes = 512 * 1024 ** 2

/** What stands beside rules and is no rule: the tests of `NAME.yml` are in `NAME.test.yml`. */
export const sigmaTestEnd = /\.test\.ya?ml$/i

interface SigmaFile {
  /** Its path. */
  readonly source: string
  readonly text: string
}

interface SigmaFiles {
  readonly files: readonly SigmaFile[]
  /** A sentence each, with the path: what could not be read. */
  readonly problems: readonly string[]
}

/** Where `haechi rules add` puts Sigma rules; undefined where there is no set of one's own. */
export function localSigmaFolder(config: Pick<Config, 'engine'>): string | undefined {
  return config.engine.local === '' ? undefined : join(config.engine.local, 'sigma')
}

/** All places of Sigma rules of a configuration, one's own set last. */
export function sigmaPathsOf(config: Pick<Config, 'engine' | 'rules'>): string[] {
  const local = localSigmaFolder(config)
  return [...config.rules.sigma, ...(local !== undefined && existsSync(local) ? [local] : [])]
}

/**
 * The rule files at these paths, in their order; those of a folder (`.yml` and `.yaml`, at any depth) by name. Tests beside
 * rules are left out, and a default folder that does not exist is no problem.
 */
export function readSigmaFiles(paths: readonly string[]): SigmaFiles {
  const reading: Reading = { files: [], problems: [], seen: new Set(), leftBytes: maxTotalBytes }
  for (const path of paths) {
    if (existsSync(path) || !defaultSigmaPaths.includes(path)) readPath(path, 0, reading)
  }
  return { files: reading.files, problems: reading.problems }
}

interface Reading {
  readonly files: SigmaFile[]
  readonly problems: string[]
  /** By device and inode: a file is read once, and no link leads in a circle. */
  readonly seen: Set<string>
  leftBytes: number
}

function readPath(path: string, depth: number, reading: Reading): void {
  try {
    const stat = statSync(path)
    if (depth > 0 && !stat.isDirectory() && !isRuleName(path)) return
    const key = `${stat.dev}:${stat.ino}`
    if (reading.seen.has(key)) return
    reading.seen.add(key)
    if (stat.isDirectory()) readFolder(path, depth, reading)
    else if (stat.isFile()) readRuleFile(path, stat.size, reading)
    else reading.problems.push(`${path} is neither a file nor a folder`)
  } catch (thrown) {
    reading.problems.push(`${path} cannot be read: ${messageOf(thrown)}`)
  }
}

function readFolder(folder: string, depth: number, reading: Reading): void {
  if (depth >= maxDepth) {
    reading.problems.push(`${folder} is too deep: nothing in it is read`)
    return
  }
  for (const name of readdirSync(folder).toSorted()) {
    // A hidden one is an editor's, or a version control's.
    if (!name.startsWith('.')) readPath(join(folder, name), depth + 1, reading)
  }
}

function isRuleName(name: string): boolean {
  return /\.ya?ml$/i.test(name) && !sigmaTestEnd.test(name)
}

function readRuleFile(path: string, bytes: number, reading: Reading): void {
  if (bytes > maxFileBytes) {
    reading.problems.push(`${path} is not read: it is larger than 4 MiB`)
    return
  }
  if (reading.files.length >= maxFiles || bytes > reading.leftBytes) {
    reading.problems.push(`${path} is not read: there are too many rule files`)
    return
  }
  reading.leftBytes -= bytes
  reading.files.push({ source: path, text: readFileSync(path, 'utf8') })
}
