// Loads the engine: lists, rules and databases are read and compiled. A module of its own, because a thread that attaches to
// what was compiled needs none of the parsers and compilers (attach.ts).

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import type { CureOutcome } from '../model/index.ts'
import { partsOf } from './attach.ts'
import { cure, editors } from './cure/index.ts'
import type { CureRequest } from './cure/cure.ts'
import { loadHashLists } from './detectors/hash/index.ts'
import { Engine, type EngineOptions, engineVersion, type Problem, type SharedEngine } from './engine.ts'
import type { Parts } from './scan.ts'
import { sevenZipFiles } from './seven-zip/load.ts'
import { contentOfFolders } from './signatures/content.ts'
import { loadSignatures, type Signatures } from './signatures/signatures.ts'

/** Compiles the lists and rules and loads the plugins. Throws AppError when a file cannot be read or a plugin is wrong. */
export function load(options: EngineOptions = {}): Engine {
  // Read now: while something is scanned no file may be opened.
  sevenZipFiles()
  const { folders = [] } = options
  const content = contentOfFolders(folders)
  const lists = [...(options.hashLists ?? []), ...content.hashLists]
  const files = lists.map((name) => ({ name, bytes: readList(name) }))
  const { database: hash, problems } = loadHashLists(files)
  const signatures = loadSignatures({
    rules: options.rules ?? [],
    databases: options.databases ?? [],
    folders,
    variables: options.variables ?? {},
    cache: options.cache,
  })
  const digest = createHash('sha256').update(engineVersion)
  for (const file of files) digest.update(createHash('sha256').update(file.bytes).digest())
  digest.update(signatures?.id ?? '')
  const database = { hash, signatures, id: digest.digest('hex').slice(0, 16) }
  return new Engine({
    options,
    database,
    problems: [
      ...content.problems,
      ...problems,
      ...ruleProblems(signatures),
      ...(signatures?.databaseProblems ?? []),
    ],
    cure: cureAny,
  })
}

/** The same engine in another thread. Where nothing is cured `attachScanner` costs less. */
export function attach(shared: SharedEngine): Engine {
  return new Engine({ ...partsOf(shared), cure: cureAny })
}

function ruleProblems(signatures: Signatures | undefined): Problem[] {
  return (signatures?.problems ?? [])
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, column, message, excerpt, code, rule }) => ({
      file,
      line,
      column,
      message,
      excerpt,
      code,
      ...(rule === undefined ? {} : { rule }),
    }))
}

function cureAny(parts: Omit<Parts, 'heads'>, request: CureRequest): CureOutcome {
  return cure(parts, editors, request)
}

function readList(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw new AppError('list-invalid', `cannot read the hash list ${path}: ${messageOf(thrown)}`, {
      hint: 'check the path in [engine] hash_lists or --hash-list',
      cause: thrown,
    })
  }
}
