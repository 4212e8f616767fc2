// The user's own set on the disk: a folder with a hash list and a rule file. Everything in it is loaded, also files that
// were put there by hand; `add` and `remove` change these two only.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { loadHashLists } from '../../engine/detectors/hash/index.ts'
import { partsOf } from '../../engine/detectors/yara/language/parse-file.ts'
import { SourceText } from '../../engine/detectors/yara/language/source-text.ts'

export interface LocalContent {
  readonly hashes: Uint8Array
  readonly rules: Uint8Array
}

export interface LocalHash {
  readonly name: string
  /** As it is written. */
  readonly hash: string
  /** Undefined: any. */
  readonly size: number | undefined
  /** Index of its line. */
  readonly line: number
}

export interface LocalRule {
  readonly name: string
  readonly global: boolean
  /** Byte offsets of its text. */
  readonly start: number
  readonly end: number
}

/** The namespace of the rule file; the same as when the engine loads the folder. */
export const localNamespace = 'local/local'

export function localFiles(folder: string): Readonly<Record<keyof LocalContent, string>> {
  return { hashes: join(folder, 'hashes.txt'), rules: join(folder, 'local.yar') }
}

/** A file that does not exist is empty. Throws AppError `permission`. */
export function readLocal(folder: string): LocalContent {
  const { hashes, rules } = localFiles(folder)
  return { hashes: read(hashes), rules: read(rules) }
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array()
    throw new AppError('permission', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

const entry = /^\s*((?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})):\s*(?:(\d+|\*):\s*)?(.+?)\s*$/i

/** The entries of a hash list; other lines are left out. */
export function hashesIn(bytes: Uint8Array): LocalHash[] {
  return linesOf(bytes).flatMap((text, line) => {
    const [, hash = '', size = '', name = ''] = entry.exec(text) ?? []
    if (name === '') return []
    return [{ name, hash, size: /^\d+$/.test(size) ? Number(size) : undefined, line }]
  })
}

export function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString('utf8').split('\n')
}

/** What the engine has against a hash list. */
export function problemOfList(bytes: Uint8Array): string | undefined {
  const [first] = loadHashLists([{ name: '', bytes }]).problems
  return first === undefined ? undefined : `line ${first.line}: ${first.message}`
}

export interface LocalParts {
  readonly rules: readonly LocalRule[]
  readonly includes: readonly string[]
}

/** What is declared in a rule file; rules that cannot be read are left out. */
export function partsIn(bytes: Uint8Array): LocalParts {
  const rules: LocalRule[] = []
  const includes: string[] = []
  for (const part of partsOf(new SourceText('', bytes))) {
    if (part.kind === 'rule') rules.push(part)
    if (part.kind === 'include') includes.push(part.target)
  }
  return { rules, includes }
}
