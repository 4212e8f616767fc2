// `haechi rules list`: the loaded rules, and how many signatures of other kinds there are.

import { existsSync } from 'node:fs'

import { compileGlobs } from '../../base/glob.ts'
import { type CatalogRule, type Engine, load } from '../../engine/index.ts'
import type { LocalHashLine, RuleLine, RulesLine } from '../../model/rule-lines.ts'
import { engineContent } from '../content.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeProblems } from '../render/problems.ts'
import type { Terminal } from '../render/terminal.ts'
import type { RulesRun } from './action.ts'
import { number, plural } from './figures.ts'
import { hashesIn, type LocalHash, localFiles, readLocal } from './local-files.ts'

export async function listRules(run: RulesRun): Promise<ExitCode> {
  const { config, given, operands, terminal } = run
  const started = performance.now()
  const engine = load(await engineContent(config))
  const ms = performance.now() - started
  const json = given.json === true
  writeProblems(engine.problems, { terminal, json })
  const fits = fitting(operands)
  let shown = 0
  for (const rule of engine.rules()) {
    if (!fits(rule.name)) continue
    shown++
    terminal.out(json ? jsonLine(ruleLineOf(rule)) : ruleText(rule, terminal))
  }
  for (const hash of ownHashes(config.engine.local)) {
    if (fits(hash.name)) terminal.out(json ? jsonLine(hash) : hashText(hash, terminal))
  }
  const figures = figuresOf(engine, shown, ms)
  if (json) terminal.out(jsonLine(figures))
  else for (const line of figuresText(figures)) terminal.out(line)
  return exitCodes.clean
}

/** Whether a name is asked for; all are where nothing is. */
function fitting(globs: readonly string[]): (name: string) => boolean {
  if (globs.length === 0) return () => true
  const compiled = compileGlobs(globs)
  return (name) => compiled.matches(name)
}

function ruleLineOf({ strings, meta, tags, ...rule }: CatalogRule): RuleLine {
  return {
    type: 'rule',
    version: 1,
    ...rule,
    tags: [...tags],
    meta: meta.map(([name, value]) => ({ name, value })),
    strings: strings.length,
  }
}

function ruleText(rule: CatalogRule, terminal: Terminal): string {
  const { name, namespace, tags, meta, file, line } = rule
  const [, about = ''] = meta.find(([key]) => key === 'description') ?? []
  const kinds = [...(rule.private ? ['private'] : []), ...(rule.global ? ['global'] : []), ...tags]
  const rest = [
    ...(kinds.length === 0 ? [] : [`[${kinds.join(', ')}]`]),
    `${namespace}  ${file}:${line}`,
    ...(about === '' ? [] : [String(about)]),
  ]
  return `yara   ${terminal.style('bold', name)}  ${terminal.safe(rest.join('  '))}`
}

function ownHashes(folder: string): LocalHashLine[] {
  if (folder === '' || !existsSync(folder)) return []
  const { hashes: file } = localFiles(folder)
  return hashesIn(readLocal(folder).hashes).map(({ name, hash, size }: LocalHash): LocalHashLine => ({
    type: 'local-hash',
    version: 1,
    name,
    hash,
    ...(size === undefined ? {} : { size }),
    file,
  }))
}

function hashText({ name, hash, size, file }: LocalHashLine, terminal: Terminal): string {
  const about = `${hash}${size === undefined ? '' : ` of ${size} bytes`}  ${file}`
  return `hash   ${terminal.style('bold', name)}  ${terminal.safe(about)}`
}

function figuresOf(engine: Engine, shown: number, ms: number): RulesLine {
  const { rules, strings, patterns, hashes, databases } = engine.counts
  const { unusable, ...clamav } = databases
  const { cached, database } = engine.version()
  return {
    type: 'rules',
    version: 1,
    rules,
    shown,
    strings,
    patterns,
    hashes,
    clamav,
    clamav_unused: { ...unusable },
    problems: engine.problems.length,
    cached,
    database,
    ms: Math.round(ms),
  }
}

function figuresText({ rules, shown, hashes, clamav, ...figures }: RulesLine): string[] {
  const kinds = [
    ...amounts(clamav),
    ...amounts(figures.clamav_unused).map((amount) => `${amount} (not used)`),
  ]
  const some = shown === rules ? '' : `${number(shown)} of `
  return [
    `${some}${plural(rules, 'rule')} with ${plural(figures.strings, 'string')}, ${plural(hashes, 'hash', 'hashes')}${figures.problems === 0 ? '' : `, ${plural(figures.problems, 'problem')}`}`,
    ...(kinds.length === 0 ? [] : [`ClamAV: ${kinds.join(', ')}`]),
    `${figures.cached ? 'from the cache' : 'loaded'} in ${figures.ms} ms, database ${figures.database}`,
  ]
}

function amounts(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${number(count)}`)
}
