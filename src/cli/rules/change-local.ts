// Changes the user's own set: one change at a time, checked before it counts, and each file replaced in one step, so that
// a guard never loads half of it and a mistake never costs what was there.

import { renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { AppError } from '../../base/app-error.ts'
import { type Config, contentOf } from '../../config/index.ts'
import { loadHashLists } from '../../engine/detectors/hash/index.ts'
import type { Variables } from '../../engine/detectors/yara/index.ts'
import { compileSources } from '../../engine/signatures/signatures.ts'
import { syncFolder, writeSynced } from '../../updates/state/sync.ts'
import { type LocalContent, localFiles, localNamespace, readLocal } from './local-files.ts'
import { lockFolder, refused } from './local-folder.ts'

export interface LocalSet {
  readonly folder: string
  /** External variables that its rules may use. */
  readonly variables: Variables
}

/** The set of a configuration. Throws AppError `unsupported` when it is switched off. */
export function localSetOf(engine: Config['engine']): LocalSet {
  const folder = engine.local
  if (folder === '') {
    throw new AppError('unsupported', 'there is no folder for your own hashes and rules', {
      hint: 'set [engine] local in haechi.toml',
    })
  }
  return { folder, variables: contentOf(engine).variables }
}

/**
 * Replaces the content by what `change` makes of it. Throws AppError when it cannot be written, or when rules or hashes that
 * were good would no longer be.
 */
export function changeLocal(set: LocalSet, change: (before: LocalContent) => LocalContent): void {
  const { folder } = set
  using _lock = lockFolder(folder)
  const before = readLocal(folder)
  const after = change(before)
  const files = localFiles(folder)
  if (after.hashes !== before.hashes) {
    checkHashes(before, after)
    replace(files.hashes, after.hashes)
  }
  if (after.rules !== before.rules) {
    checkRules(set, before, after)
    replace(files.rules, after.rules)
  }
}

/** What somebody broke by hand before is not held against this change. */
function checkHashes(before: LocalContent, after: LocalContent): void {
  const problems = problemsOf(after)
  const [first] = problems.slice(problemsOf(before).length)
  if (first !== undefined) throw new AppError('list-invalid', `nothing was changed: ${first.message}`)
}

function problemsOf({ hashes }: LocalContent): readonly { readonly message: string }[] {
  return loadHashLists([{ name: 'hashes.txt', bytes: hashes }]).problems
}

function checkRules({ folder, variables }: LocalSet, before: LocalContent, after: LocalContent): void {
  const [known, now] = [before, after].map(({ rules: text }) => {
    const source = { name: localFiles(folder).rules, namespace: localNamespace, text }
    const { problems } = compileSources([source], { variables, complete: false }).about
    return problems.filter(({ severity }) => severity === 'error')
  })
  if (now === undefined || now.length <= (known?.length ?? 0)) return
  const first = now.find(({ message }) => known?.some((other) => other.message === message) !== true)
  const { rule, message } = first ?? now[0] ?? { message: 'the rules could not be compiled' }
  throw new AppError(
    'list-invalid',
    `nothing was changed: ${rule === undefined ? '' : `rule ${rule}: `}${message}`,
    { hint: 'your other rules would no longer be as they were' },
  )
}

function replace(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), '.local.new')
  try {
    rmSync(temporary, { force: true })
    writeSynced(temporary, [bytes])
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw refused(path, thrown)
  }
}
