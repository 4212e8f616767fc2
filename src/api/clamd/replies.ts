// The words of the replies: verdicts, faults, VERSION and STATS in the form of clamd 1.4.6, because clients parse them.
// Text goes out as UTF-8, paths as the bytes that they are; both are kept as bytes in latin1 strings.

import { printable } from '../../base/text.ts'
import type { Reason, Verdict } from '../../model/index.ts'
import { commandNames } from './commands.ts'
import type { Judged, SignatureState, Workload } from './services.ts'
import type { PartialAnswer } from './settings.ts'

/** The clamd whose protocol this is. Clients compare it to know what they may ask. */
const protocolVersion = '1.4.6'
const maxMessage = 200

/** What one file's verdict comes to. */
export type Answer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'found'; readonly names: readonly string[] }
  | { readonly kind: 'error'; readonly message: string }

/** Undefined when the scan was withdrawn: nobody waits for it. */
export function answerOf(judged: Judged, onPartial: PartialAnswer): Answer | undefined {
  switch (judged.kind) {
    case 'verdict':
      return verdictAnswer(judged.verdict, onPartial)
    case 'unopened':
      return { kind: 'error', message: openFault(judged.code) }
    case 'special':
      return { kind: 'error', message: 'Not a regular file' }
    case 'withdrawn':
      return undefined
  }
}

function verdictAnswer(verdict: Verdict, onPartial: PartialAnswer): Answer {
  const [reason] = verdict.reasons
  switch (verdict.status) {
    case 'clean':
      return { kind: 'ok' }
    case 'found':
      return { kind: 'found', names: [...new Set(verdict.detections.map(({ name }) => safe(name)))] }
    case 'failed':
      return { kind: 'error', message: `${safe(reason?.message ?? 'it could not be read')}.` }
    case 'partial':
      if (onPartial === 'ok') return { kind: 'ok' }
      if (onPartial === 'found') return { kind: 'found', names: [partialName(reason)] }
      return { kind: 'error', message: `Not scanned completely, ${safe(reason?.message ?? 'unknown')}.` }
  }
}

/**
 * The names under which ClamAV reports the same (AlertExceedsMax, AlertEncrypted): mail filters treat names that
 * begin so in a way of their own.
 */
function partialName(reason: Reason | undefined): string {
  switch (reason?.code) {
    case 'depth':
      return 'Heuristics.Limits.Exceeded.MaxRecursion'
    case 'members':
      return 'Heuristics.Limits.Exceeded.MaxFiles'
    case 'bytes':
    case 'ratio':
      return 'Heuristics.Limits.Exceeded.MaxScanSize'
    case 'time':
    case 'deadline':
    case 'preempted':
      return 'Heuristics.Limits.Exceeded.MaxScanTime'
    case 'encrypted':
      return 'Heuristics.Encrypted.Member'
    case undefined:
    case 'unsupported-method':
    case 'damaged':
    case 'missing-volume':
    case 'fault':
    case 'unreadable':
      return 'Heuristics.Unreadable.Member'
  }
}

// As the C library says them, which clamd quotes.
const faults: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  ENAMETOOLONG: 'File name too long',
  ELOOP: 'Too many levels of symbolic links',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EIO: 'Input/output error',
  EMFILE: 'Too many open files',
  // A NUL in the path.
  ERR_INVALID_ARG_VALUE: 'Invalid argument',
}

/** `code` of a path that cannot be looked at. */
export function pathFault(code: string): string {
  return `File path check failure: ${faults[code] ?? code}.`
}

function openFault(code: string): string {
  return code === 'EACCES' ? 'Access denied.' : pathFault(code)
}

/** Lines of a reply about something named, without their terminators. `ok` has one, several names have several. */
export function answerLines(name: string, answer: Answer): readonly string[] {
  switch (answer.kind) {
    case 'ok':
      return [`${name}: OK`]
    case 'found':
      return answer.names.map((found) => `${name}: ${found} FOUND`)
    case 'error':
      return [`${name}: ${answer.message} ERROR`]
  }
}

/** A path as it may stand in a reply that ends with a line feed: a name cannot make a line of its own. */
export function pathInLine(path: string): string {
  return path.replaceAll('\n', String.raw`\n`)
}

/**
 * Text of ours or of what was scanned, on one line, not too long, as UTF-8. Clients cut a line at a colon and a space,
 * some at the first and some (clamdscan) at the last: there is none but that behind the name.
 */
function safe(text: string): string {
  const line = printable(text).replaceAll(': ', ', ')
  const short = line.length > maxMessage ? `${line.slice(0, maxMessage)}…` : line
  return Buffer.from(short).toString('latin1')
}

/**
 * `ClamAV VERSION/DATABASE/DATE`, as monitoring parses it. The database of ours has no number: it is the beginning of
 * its identity, and so changes with it; the date is that of its loading.
 */
export function versionLine({ engine, database, loadedAt }: SignatureState): string {
  return `ClamAV ${protocolVersion}-haechi-${engine}/${databaseNumber(database)}/${clockTime(loadedAt)}`
}

export function versionCommandsLine(state: SignatureState): string {
  return `${versionLine(state)}| COMMANDS: ${commandNames.join(' ')}`
}

/** 28 bits: fits every integer that a client may use. */
function databaseNumber(database: string): number {
  return Number.parseInt(database.slice(0, 7), 16)
}

/** As ctime(3): `Sat Nov 22 03:24:00 2025`. */
function clockTime(date: Date): string {
  const [day, month, , year] = date.toDateString().split(' ')
  return `${day} ${month} ${String(date.getDate()).padStart(2)} ${date.toTimeString().slice(0, 8)} ${year}`
}

/**
 * The lines of STATS. clamd's memory figures are of the allocator of its database; here `pools_used` is the heap in use
 * and `pools_total` the memory of the whole process.
 */
export function statsText(work: Workload, tookMs: number): string {
  const { live, idle, most } = work.threads
  const memory = process.memoryUsage()
  return [
    'POOLS: 1\n',
    'STATE: VALID PRIMARY',
    `THREADS: live ${live}  idle ${idle} max ${most} idle-timeout ${Math.round(work.idleTimeoutMs / 1000)}`,
    `QUEUE: ${work.waitingMs.length} items${waitText(work.waitingMs)}`,
    `\tSTATS ${seconds(tookMs)} `,
    ...work.running.map(({ label, ms }) => `\t${taskText(label, ms)}`),
    '',
    `MEMSTATS: heap N/A mmap N/A used N/A free N/A releasable N/A pools 1 pools_used ${mebibytes(memory.heapUsed)} pools_total ${mebibytes(memory.rss)}`,
    'END',
  ].join('\n')
}

function waitText(waitingMs: readonly number[]): string {
  if (waitingMs.length === 0) return ''
  const sum = waitingMs.reduce((total, ms) => total + ms, 0)
  const least = seconds(Math.min(...waitingMs))
  return ` min_wait: ${least} max_wait: ${seconds(Math.max(...waitingMs))} avg_wait: ${seconds(sum / waitingMs.length)}`
}

/** `COMMAND SECONDS NAME`. */
function taskText(label: string, ms: number): string {
  const [command = '', ...name] = label.split(' ')
  return `${command} ${seconds(ms)} ${pathInLine(name.join(' '))}`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(6)
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(3)}M`
}
