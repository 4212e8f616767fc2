// `haechi rules profile`: what each rule costs on given files.

import { AppError } from '../../base/app-error.ts'
import { compileGlobs } from '../../base/glob.ts'
import { contentOf, formatSize, limitsOf } from '../../config/index.ts'
import { type Profile, Profiler, type RuleCost } from '../../engine/signatures/profile.ts'
import { loadSignatures } from '../../engine/signatures/signatures.ts'
import type { RuleCostLine, RulesProfileLine } from '../../model/rule-lines.ts'
import { engineContent } from '../content.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { pathText } from '../scan/entry.ts'
import { walk } from '../scan/walk.ts'
import type { RulesRun } from './action.ts'
import { duration, number, plural } from './figures.ts'

const defaultTop = 20
/** A rule may be the reason that a file takes long: then that is what is asked for. */
const maxMs = 120_000

export async function profileFiles({ config, given, operands, terminal }: RulesRun): Promise<ExitCode> {
  const { variables, cache } = contentOf(config.engine)
  const { rules = [], databases = [], folders = [] } = await engineContent(config)
  const signatures = loadSignatures({ rules, databases, folders, variables, cache })
  if (signatures === undefined) {
    throw new AppError('usage', 'there are no rules to measure', { hint: 'name some with --rules PATH' })
  }
  const profiler = new Profiler(signatures.image, variables)
  const passwords = [...config.scan.passwords, ...(given.password ?? [])]
  const visit = { limits: { ...limitsOf(config.scan), maxMs }, passwords }
  let files = 0
  for (const path of filesOf(operands, terminal)) {
    terminal.status(path)
    profiler.add(path, visit)
    files++
  }
  terminal.status('')
  const profile = profiler.result()
  const top = given.top ?? defaultTop
  if (given.json === true) {
    for (const cost of profile.rules.slice(0, top)) terminal.out(jsonLine(costLine(cost, totalMs(profile))))
    terminal.out(jsonLine(profileLine(profile, files)))
  } else for (const line of profileText(profile, { top, files, terminal })) terminal.out(line)
  return exitCodes.clean
}

/** Files at and below the paths. Throws AppError `not-found` for a path that is not there. */
function* filesOf(paths: readonly string[], terminal: Terminal): Generator<string> {
  for (const item of walk(paths, { follow: false, oneFileSystem: false, exclude: compileGlobs([]) })) {
    if (item.kind === 'problem' && paths.some((path) => path === item.path)) {
      throw new AppError('not-found', `cannot read ${pathText(item.path)}: ${item.message}`)
    }
    if (item.kind === 'problem')
      terminal.err(`haechi: ${terminal.safe(`${pathText(item.path)}: ${item.message}`)}`)
    if (item.kind === 'file' && typeof item.entry.path === 'string') yield item.entry.path
  }
}

function rulesMs({ rules }: Profile): number {
  return rules.reduce((sum, { ms }) => sum + ms, 0)
}

/** Of everything that was measured. */
function totalMs(profile: Profile): number {
  const modules = Object.values(profile.moduleMs).reduce((sum, ms) => sum + ms, 0)
  return rulesMs(profile) + profile.searchMs + modules
}

function costLine({ rule, ...cost }: RuleCost, total: number): RuleCostLine {
  const { name, namespace, file, line } = rule
  const { ms, conditionMs, stringsMs, ...counts } = cost
  return {
    type: 'rule-cost',
    version: 1,
    name,
    namespace,
    file,
    line,
    ms,
    share: share(ms, total),
    condition_ms: conditionMs,
    strings_ms: stringsMs,
    ...counts,
  }
}

function share(ms: number, total: number): number {
  return total === 0 ? 0 : ms / total
}

function profileLine(profile: Profile, files: number): RulesProfileLine {
  const { objects, bytes, searchMs, moduleMs } = profile
  return {
    type: 'rules-profile',
    version: 1,
    files,
    objects,
    bytes,
    rules_ms: rulesMs(profile),
    search_ms: searchMs,
    module_ms: { ...moduleMs },
  }
}

const columns = ['share', 'time', 'condition', 'strings', 'evaluated', 'matched', 'places', 'found'] as const
const columnWidth = 11

function profileText(
  profile: Profile,
  { top, files, terminal }: { readonly top: number; readonly files: number; readonly terminal: Terminal },
): string[] {
  const total = totalMs(profile)
  const row = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(columnWidth)).join('')
  const shown = profile.rules.slice(0, top)
  const modules = Object.entries(profile.moduleMs).map(([name, ms]) => `, module ${name} ${duration(ms)}`)
  return [
    ...(shown.length === 0
      ? []
      : [`${terminal.style('bold', row(columns))}  ${terminal.style('bold', 'rule')}`]),
    ...shown.map(({ rule, ...cost }) => {
      const cells = [
        `${(100 * share(cost.ms, total)).toFixed(1)} %`,
        ...[cost.ms, cost.conditionMs, cost.stringsMs].map((ms) => duration(ms)),
        ...[cost.evaluated, cost.matched, cost.candidates, cost.verified].map((count) => number(count)),
      ]
      return `${row(cells)}  ${terminal.safe(`${rule.name}  ${rule.file}:${rule.line}`)}`
    }),
    ...(profile.rules.length > top
      ? [`${number(profile.rules.length - top)} more rules cost less; --top shows them`]
      : []),
    `${plural(files, 'file')}, ${plural(profile.objects, 'object')}, ${formatSize(profile.bytes)}: ` +
      `search for all strings ${duration(profile.searchMs)}, rules ${duration(rulesMs(profile))}${modules.join('')}`,
  ]
}
