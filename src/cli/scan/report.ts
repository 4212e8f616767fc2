// What a scan prints: for people (one line a finding, a summary) or for programs (one JSON object a line).

import { formatDuration, formatSize } from '../../config/units.ts'
import type { EngineVersion } from '../../engine/index.ts'
import type { CureChange, Detection, Reason, Verdict } from '../../model/index.ts'
import type { SummaryLine, VerdictLine } from '../../model/output.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import { type Path, pathText } from './entry.ts'
import { filesOf, type Tally } from './tally.ts'

interface Responded {
  readonly response: Response
  readonly changes?: readonly CureChange[]
}

export type Response = NonNullable<VerdictLine['response']>

export interface Report {
  verdict(path: Path, verdict: Verdict, responded?: Responded): void
  skipped(path: Path, why: string): void
  summary(end: RunEnd): void
}

export interface RunEnd {
  readonly tally: Tally
  readonly ms: number
  readonly version: EngineVersion
  readonly interrupted: boolean
  readonly exitCode: number
}

export interface ReportOptions {
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
}

export function createReport(terminal: Terminal, options: ReportOptions): Report {
  return options.json ? jsonReport(terminal) : textReport(terminal, options)
}

const styleOf = {
  clean: 'green',
  found: 'red',
  partial: 'yellow',
  failed: 'yellow',
} as const satisfies Record<Verdict['status'], Style>

function textReport(terminal: Terminal, options: ReportOptions): Report {
  const line = (style: Style, word: string, rest: string): void =>
    terminal.out(`${terminal.style(style, word.padEnd(8))} ${terminal.safe(rest)}`)
  return {
    verdict(path, verdict, responded) {
      const { status } = verdict
      if (status === 'clean' && !options.verbose) return
      const name = pathText(path)
      const end = responded === undefined ? '' : ` [${responded.response}]`
      if (status === 'clean') line('green', 'clean', name)
      for (const detection of verdict.detections) {
        line(styleOf.found, 'found', `${chainText(name, detection.chain)}: ${detection.name}${end}`)
        for (const reason of reasonLines(detection, options)) line('dim', '', reason)
      }
      for (const { kind, chain, names } of responded?.changes ?? []) {
        line('dim', '', `  ${kind} ${chain.slice(1).join(' → ')} (${names.join(', ')})`)
      }
      if (status === 'partial' || status === 'failed')
        line(styleOf[status], status, `${name}: ${reasonsText(name, verdict.reasons)}`)
    },
    skipped(path, why) {
      if (options.verbose) line('dim', 'skipped', `${pathText(path)}: ${why}`)
    },
    summary(end) {
      if (!options.quiet) for (const text of summaryText(end)) terminal.out(text)
    },
  }
}

/** A heuristic owes its reasons: the strongest one, or all of them. */
function reasonLines({ heuristic }: Detection, { verbose }: ReportOptions): string[] {
  if (heuristic === undefined) return []
  const { score, reasons, techniques } = heuristic
  const told = verbose ? reasons : reasons.slice(0, 1)
  const more = reasons.length - told.length
  const tail = `${more > 0 ? ` (and ${more} more)` : ''} [${techniques.join(' ')}]`
  return told.map((reason, index) => `  score ${score}: ${reason}${index === told.length - 1 ? tail : ''}`)
}

/** `dir/a.zip → b.tar.gz → eicar.com`: the chain's first link is the file itself. */
function chainText(path: string, chain: readonly string[]): string {
  return [path, ...chain.slice(1)].join(' → ')
}

function reasonsText(path: string, reasons: readonly Reason[]): string {
  const [first] = reasons
  if (first === undefined) return 'no reason given'
  const where = first.chain.length > 1 ? `${chainText(path, first.chain).slice(path.length + 3)}: ` : ''
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : ''
  return `${where}${first.message}${more}`
}

function summaryText(end: RunEnd): string[] {
  const { tally } = end
  const seconds = Math.max(end.ms, 1) / 1000
  const files = filesOf(tally)
  const counts = [
    `${number(tally.found)} found`,
    `${number(tally.partial)} partial`,
    `${number(tally.failed)} failed`,
    `${number(tally.clean)} clean`,
    ...(tally.skipped > 0 ? [`${number(tally.skipped)} skipped`] : []),
    ...(tally.excluded > 0 ? [`${number(tally.excluded)} excluded`] : []),
  ]
  return [
    `${end.interrupted ? 'interrupted: ' : ''}${number(files)} ${files === 1 ? 'file' : 'files'}: ${counts.join(', ')}`,
    `${formatSize(tally.bytes)} in ${formatDuration(end.ms)} (${number(Math.round(files / seconds))} files/s, ` +
      `${formatSize(tally.bytes / seconds)}/s), ${number(end.version.signatures)} signatures`,
  ]
}

function copyOf({ kind, chain, names }: CureChange): NonNullable<VerdictLine['changes']>[number] {
  return { kind, chain: [...chain], names: [...names] }
}

export function number(value: number): string {
  return value.toLocaleString('en-US')
}

function jsonReport(terminal: Terminal): Report {
  return {
    verdict(path, verdict, responded) {
      const { response, changes } = responded ?? {}
      const line: VerdictLine = {
        type: 'verdict',
        version: 1,
        path: pathText(path),
        ...(typeof path === 'string' ? {} : { path_base64: Buffer.from(path).toString('base64') }),
        verdict: verdict.status,
        detections: verdict.detections.map((detection) => ({ ...detection, chain: [...detection.chain] })),
        reasons: verdict.reasons.map((reason) => ({ ...reason, chain: [...reason.chain] })),
        size: verdict.size,
        ms: Math.round(verdict.ms * 1000) / 1000,
        ...(response === undefined ? {} : { response }),
        ...(changes === undefined ? {} : { changes: changes.map((change) => copyOf(change)) }),
      }
      terminal.out(jsonLine(line))
    },
    skipped() {
      // Counted in the summary: what was not judged has no verdict.
    },
    summary({ tally, ms, version, interrupted, exitCode }) {
      const { clean, found, partial, failed, skipped, excluded, bytes } = tally
      const line: SummaryLine = {
        type: 'summary',
        version: 1,
        files: filesOf(tally),
        clean,
        found,
        partial,
        failed,
        skipped,
        excluded,
        bytes,
        ms: Math.round(ms),
        signatures: version.signatures,
        engine: version.engine,
        database: version.database,
        interrupted,
        exit_code: exitCode,
      }
      terminal.out(jsonLine(line))
    },
  }
}
