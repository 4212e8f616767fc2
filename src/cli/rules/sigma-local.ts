// The user's own Sigma rules on the disk: a folder below the local set, one file for each that was added. Everything in it is
// loaded, also files that were put there by hand.

import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { type Config, localSigmaFolder, readSigmaFiles } from '../../config/index.ts'
import { createSigma, readRules, type RuleHead, type RuleSet } from '../../rules/sigma/index.ts'
import { syncFolder, writeSynced } from '../../updates/state/sync.ts'
import type { RulesRun } from './action.ts'
import { localSetOf } from './change-local.ts'
import { lockFolder, refused } from './local-folder.ts'
import { sigmaProblemText } from './sigma-rules.ts'

/** A file to add, checked. */
interface SigmaAddition {
  readonly from: string
  readonly bytes: Uint8Array
  readonly titles: readonly string[]
}

/** A rule that came or went, and its file. */
interface SigmaChange {
  readonly name: string
  readonly file: string
}

/** The folder of a configuration. Throws AppError `unsupported` when the user's own set is switched off. */
function folderOf(config: Config): string {
  return localSigmaFolder(config) ?? localSetOf(config.engine).folder
}

/** Files of rules, checked. Throws AppError when one has errors, or a name in it is taken. */
export function checkSigma(run: RulesRun, paths: readonly string[]): SigmaAddition[] {
  const additions = paths.map((path) => additionOf(path, run))
  if (additions.length > 0) refuseTaken(additions, folderOf(run.config))
  return additions
}

export function addSigma({ config }: RulesRun, additions: readonly SigmaAddition[]): SigmaChange[] {
  if (additions.length === 0) return []
  const folder = folderOf(config)
  using _lock = lockFolder(folder)
  refuseTaken(additions, folder)
  for (const { from, bytes } of additions) place(folder, basename(from), bytes)
  return additions.flatMap(({ from, titles }) =>
    titles.map((name) => ({ name, file: join(folder, basename(from)) })),
  )
}

function additionOf(path: string, { terminal }: RulesRun): SigmaAddition {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (thrown) {
    throw new AppError('not-found', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  const set = readRules([{ source: path, text: Buffer.from(bytes).toString('utf8') }])
  // What a correlation refers to may be in another file: only what this one says itself counts.
  const faults = set.problems.filter(({ severity }) => severity === 'error')
  for (const fault of faults) terminal.err(`haechi: ${sigmaProblemText(fault, terminal)}`)
  const titles = headsOf(set).map(({ title }) => title)
  const why = faults.length > 0 ? 'it has errors' : 'there is no rule in it'
  if (faults.length > 0 || titles.length === 0) {
    throw new AppError('list-invalid', `nothing was changed: ${path}: ${why}`)
  }
  return { from: path, bytes, titles }
}

function headsOf({ rules, correlations, filters }: RuleSet): readonly RuleHead[] {
  return [...rules, ...correlations, ...filters]
}

function refuseTaken(additions: readonly SigmaAddition[], folder: string): void {
  const before = existsSync(folder) ? readSigmaFiles([folder]).files : []
  const added = additions.map(({ from, bytes }) => ({
    source: from,
    text: Buffer.from(bytes).toString('utf8'),
  }))
  const names = new Set<string>()
  for (const { from } of additions) {
    const name = basename(from)
    if (existsSync(join(folder, name)) || names.has(name)) {
      throw new AppError('list-invalid', `nothing was changed: there is a file ${name} already`, {
        hint: `give it another name, or remove the old one first: haechi rules remove ${name}`,
      })
    }
    names.add(name)
  }
  const known = createSigma(readRules(before)).problems.length
  const all = createSigma(readRules([...before, ...added])).problems.filter(
    ({ severity }) => severity === 'error',
  )
  const fault =
    all.length > known ? all.find(({ source }) => added.some((one) => one.source === source)) : undefined
  if (fault !== undefined) {
    throw new AppError('list-invalid', `nothing was changed: ${fault.source}: ${fault.message}`)
  }
}

interface FoundSigma {
  readonly found: readonly SigmaChange[]
  /** What no Sigma rule of the user's own is called. */
  readonly others: readonly string[]
}

/** The files of the operands, each an id, a name, a title or the name of a file. Throws AppError `usage` for one rule of several. */
export function findSigma({ config, operands }: RulesRun): FoundSigma {
  const folder = localSigmaFolder(config)
  if (folder === undefined || !existsSync(folder)) return { found: [], others: operands }
  const { files } = readSigmaFiles([folder])
  const found: SigmaChange[] = []
  const others: string[] = []
  for (const name of operands) {
    const file = files.find((one) => isCalled(one, name))
    if (file === undefined) others.push(name)
    else found.push({ name, file: file.source })
  }
  return { found, others }
}

export function removeSigma({ config }: RulesRun, found: readonly SigmaChange[]): void {
  if (found.length === 0) return
  const folder = folderOf(config)
  using _lock = lockFolder(folder)
  for (const { file } of found) rmSync(file, { force: true })
  syncFolder(folder)
}

function isCalled(
  { source, text }: { readonly source: string; readonly text: string },
  name: string,
): boolean {
  if (basename(source) === name) return true
  const heads = headsOf(readRules([{ source, text }]))
  if (!heads.some((head) => [head.id, head.name, head.title].includes(name))) return false
  if (heads.length === 1) return true
  throw new AppError(
    'usage',
    `nothing was changed: ${basename(source)} has ${heads.length} rules, ${name} is one of them`,
    {
      hint: `haechi rules remove ${basename(source)} takes out all of them; or edit ${source}`,
    },
  )
}

/** In one step: a daemon that reads the folder at this moment sees all of it or nothing. */
function place(folder: string, name: string, bytes: Uint8Array): void {
  const temporary = join(folder, '.sigma.new')
  try {
    rmSync(temporary, { force: true })
    writeSynced(temporary, [bytes])
    renameSync(temporary, join(folder, name))
    syncFolder(folder)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw refused(join(folder, name), thrown)
  }
}
