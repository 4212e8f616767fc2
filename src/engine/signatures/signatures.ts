// The signatures of an engine: rules and databases compiled into one image, from the cache where it has them.

import { createHash } from 'node:crypto'

import {
  type CheckedRule,
  checkRules,
  compileRules,
  fileVariableTypes,
  modules,
  type RuleProblem,
  type RuleSource,
  userTables,
  type Variables,
} from '../detectors/yara/index.ts'
import { Image } from '../image.ts'
import { MatcherBuilder } from '../matcher/compile/builder.ts'
import { cacheFormat, readCache, writeCache } from './cache.ts'
import { contentOfFolders } from './content.ts'
import type { DatabaseCounts } from './database-counts.ts'
import { databaseKey, type DatabaseProblem, type Databases, noDatabases, readDatabases } from './databases.ts'
import { readInclude, readRuleSources, type RuleOrigins } from './sources.ts'

export interface SignatureOptions extends RuleOrigins {
  /** ClamAV databases: files, and folders of them. */
  readonly databases?: readonly string[]
  /** External variables: text, numbers and truth values. */
  readonly variables: Variables
  /** Where compiled databases are kept; without it every load compiles. */
  readonly cache: string | undefined
}

/** What is known of a compiled database without looking into it. */
export interface SignatureCounts {
  readonly rules: number
  readonly strings: number
  readonly patterns: number
  /** Signatures of ClamAV databases by kind: hashes, bodies, logical ones, container metadata. */
  readonly databases: DatabaseCounts
}

export interface Signatures {
  readonly image: Image
  /** 32 hexadecimal digits; the same for the same content. */
  readonly id: string
  readonly counts: SignatureCounts
  readonly problems: readonly RuleProblem[]
  readonly databaseProblems: readonly DatabaseProblem[]
  readonly fromCache: boolean
}

export interface About {
  readonly counts: SignatureCounts
  readonly problems: readonly RuleProblem[]
  readonly databaseProblems: readonly DatabaseProblem[]
}

/** Undefined when no signatures are wanted. Throws AppError when a file cannot be read. */
export function loadSignatures(options: SignatureOptions): Signatures | undefined {
  const sources = readRuleSources(options)
  const paths = [...(options.databases ?? []), ...contentOfFolders(options.folders).databases]
  if (sources.length === 0 && paths.length === 0) return undefined
  const id = keyOf(sources, databaseKey(paths), options)
  if (options.cache !== undefined) {
    const cached = readCache(options.cache, id)
    if (cached !== undefined) return { image: cached.image, id, ...(cached.about as About), fromCache: true }
  }
  const databases = readDatabases(paths)
  const own = { variables: options.variables, complete: false, databases }
  const { image, about, included } = compileSources([...sources, ...databases.rules], own)
  // Included files are not part of the key: what was made from them is not kept.
  if (options.cache !== undefined && !included) writeCache(options.cache, id, image, about)
  return { image, id, ...about, fromCache: false }
}

/** What becomes of sources. */
export interface CompiledSources {
  /** In the order of their numbers. */
  readonly rules: readonly CheckedRule[]
  readonly image: Image
  readonly about: About
  /** Whether other files were included. */
  readonly included: boolean
}

export interface SourceOptions {
  readonly variables: Variables
  /** See RuleCompilation. */
  readonly complete: boolean
  readonly databases?: Databases
}

/** Compiles without a cache. */
export function compileSources(
  sources: readonly RuleSource[],
  { variables, complete, databases = noDatabases }: SourceOptions,
): CompiledSources {
  let included = false
  const { rules, problems } = checkRules(sources, {
    modules: new Map([...modules].map(([name, module]) => [name, module.type])),
    externals: { ...fileVariableTypes, ...variableTypes(variables) },
    include: (path, from) => {
      included = true
      return readInclude(path, from)
    },
  })
  const matcher = new MatcherBuilder()
  const tables = compileRules(rules, matcher, { complete })
  const clamav = databases.compile(matcher)
  const patterns = matcher.count
  const found = matcher.build()
  const ruleWords = wordsOf(tables['yaraRules'])
  const stringWords = wordsOf(tables['yaraStrings'])
  const users = userTables(ruleWords, stringWords, patterns)
  const image = Image.of({ ...found, ...tables, ...users, ...clamav.tables })
  const strings = rules.reduce((sum, rule) => sum + rule.strings.length, 0)
  const counts = { rules: rules.length, strings, patterns, databases: clamav.counts }
  return { rules, image, about: { counts, problems, databaseProblems: clamav.problems }, included }
}

function wordsOf(bytes: Uint8Array | undefined): Int32Array {
  if (bytes === undefined) return new Int32Array(0)
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
}

function variableTypes(variables: Variables): Readonly<Record<string, 'text' | 'bool' | 'int' | 'float'>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      if (typeof value === 'boolean') return [name, 'bool']
      if (typeof value === 'number') return [name, Number.isInteger(value) ? 'int' : 'float']
      return [name, 'text']
    }),
  )
}

function keyOf(sources: readonly RuleSource[], databases: string, options: SignatureOptions): string {
  const digest = createHash('sha256')
  digest.update(JSON.stringify([cacheFormat, variableTypes(options.variables), databases]))
  for (const { name, namespace, text } of sources) {
    digest.update(JSON.stringify([name, namespace, text.length]))
    digest.update(text)
  }
  return digest.digest('hex').slice(0, 32)
}
