// Finds the rule files below the paths that a user names, and reads them. A folder's files get a namespace each, so
// that rule sets from different hands may use the same names; `NAME:PATH` gives one name to all of them.

import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, relative, resolve } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { RuleSource } from '../detectors/yara/index.ts'
import { type ContentFolder, contentOfFolders, filesBelow, ruleExtensions, type RuleFile } from './content.ts'

/** Rule files are text; one that is larger is something else. */
const maxFileBytes = 256 * 1024 * 1024

export interface RuleOrigins {
  /** Files and folders; `NAMESPACE:PATH` gives their rules a namespace. */
  readonly rules: readonly string[]
  readonly folders: readonly ContentFolder[]
}

/** Throws AppError `list-invalid` when a path cannot be read. */
export function readRuleSources({ rules, folders }: RuleOrigins): RuleSource[] {
  return [...rules.flatMap((named) => ruleFilesOf(named)), ...contentOfFolders(folders).rules].map(
    ({ path, namespace }) => ({ name: path, text: readFile(path), namespace }),
  )
}

function ruleFilesOf(named: string): RuleFile[] {
  const { namespace, path } = split(named)
  return filesOf(path).map((file) => ({ path: file, namespace: namespace ?? namespaceOf(path, file) }))
}

/** What an `include` names, relative to the file that it stands in. */
export function readInclude(path: string, from: string): { name: string; text: Uint8Array } | undefined {
  const name = resolve(dirname(from), path)
  try {
    return { name, text: readFile(name) }
  } catch {
    return undefined
  }
}

function split(named: string): { namespace?: string; path: string } {
  // `C:\rules` is a path of Windows; a namespace of one letter stands before every other path.
  const match = /^(?![A-Za-z]:[\\/])([A-Za-z_]\w*):(.+)$/.exec(named)
  if (match === null) return { path: named }
  const [, namespace = '', path = ''] = match
  return { namespace, path }
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return filesBelow(path).filter((file) => ruleExtensions.has(extname(file).toLowerCase()))
  } catch (thrown) {
    throw unreadable(path, thrown)
  }
}

function namespaceOf(path: string, file: string): string {
  const name = file === path ? basename(file) : relative(path, file)
  return name.slice(0, name.length - extname(name).length)
}

function readFile(path: string): Uint8Array {
  try {
    if (statSync(path).size > maxFileBytes) throw new Error('the file is too large for rules')
    return readFileSync(path)
  } catch (thrown) {
    throw unreadable(path, thrown)
  }
}

function unreadable(path: string, thrown: unknown): AppError {
  return new AppError('list-invalid', `cannot read the rules ${path}: ${messageOf(thrown)}`, {
    hint: 'check the path in [engine] rules or --rules',
    cause: thrown,
  })
}
