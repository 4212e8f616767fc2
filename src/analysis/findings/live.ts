// What the rows of a collected host tell by themselves: what hides, what runs without a file, what is not as its package brought it.

import type { IncidentLevel } from '../../model/index.ts'
import type { ArtefactRecord, Finding } from '../record.ts'

interface Judgement {
  readonly rule: string
  readonly level: IncidentLevel
  readonly title: string
  readonly what: string
  readonly why: string
  readonly techniques: readonly string[]
  readonly by?: Finding['by']
}

type Row = Readonly<Record<string, unknown>>

const temporary = /^\/(?:tmp|var\/tmp|dev\/shm|run\/user|home|root)\//

const judges: Readonly<Record<string, (row: Row) => Judgement | undefined>> = {
  'live-processes': processJudgement,
  'live-modules': (row) =>
    isHidden(row)
      ? hidden('module', 'A kernel module is hidden', `module ${textOf(row['name'])}`)
      : undefined,
  'live-hidden-ports': (row) =>
    hidden(
      'port',
      'A port is taken that no list shows',
      `${textOf(row['transport'])} port ${textOf(row['port'])}`,
    ),
  'live-sockets': (row) =>
    isHidden(row)
      ? hidden(
          'socket',
          'A socket is missing in a list of the kernel',
          `${textOf(row['transport'])} ${textOf(row['local_ip'])}:${textOf(row['local_port'])}`,
        )
      : undefined,
  'live-package-verification': (row) =>
    row['state'] === 'modified'
      ? {
          rule: 'package-modified',
          level: 'medium',
          title: 'A file is not as its package brought it',
          what: textOf(row['path']),
          why: 'Its digest differs from the one in the package, and it is no configuration: somebody exchanged it.',
          techniques: ['T1554'],
        }
      : undefined,
  'live-programs': programJudgement,
}

/** Undefined for a row that tells nothing, and for records that are no such rows. */
export function liveFinding({ kind, data, source, times }: ArtefactRecord): Finding | undefined {
  const judged = judges[kind]?.(data as Row)
  if (judged === undefined) return undefined
  const [first] = times
  return {
    by: 'trace',
    ...judged,
    source,
    details: {},
    ...(first === undefined ? {} : { time: first.time }),
  }
}

function processJudgement(row: Row): Judgement | undefined {
  const path = textOf(row['executable'])
  const what = `pid ${textOf(row['pid'])} ${path === '' ? textOf(row['name']) : path}`
  if (typeof row['hidden'] === 'string' && row['hidden'] !== '')
    return {
      ...hidden('process', 'A process is hidden', what),
      why: `Not every view of the system shows it (${row['hidden']}).`,
    }
  if (row['executable_memfd'] === true)
    return {
      rule: 'process-memfd',
      level: 'medium',
      title: 'A program runs that was never a file',
      what,
      why: 'It was started from memory (memfd); runtimes of containers do that too. Its bytes are in the package.',
      techniques: ['T1620'],
    }
  if (row['executable_deleted'] !== true) return undefined
  return {
    rule: 'process-deleted',
    level: temporary.test(path) ? 'medium' : 'low',
    title: 'The file of a running program was deleted',
    what,
    why: 'Malware does that after its start; updates of a program that runs do it too. Its bytes are in the package.',
    techniques: ['T1070.004'],
  }
}

function programJudgement(row: Row): Judgement | undefined {
  const names = Array.isArray(row['found']) ? row['found'].filter((name) => typeof name === 'string') : []
  const [name] = names
  if (row['verdict'] !== 'found' || name === undefined) return undefined
  return {
    by: 'engine',
    rule: name,
    level: name.startsWith('Heuristic.') ? 'medium' : 'high',
    title: name,
    what: textOf(row['path']),
    why: 'The scan of the collection found it on the host.',
    techniques: [],
  }
}

function hidden(what: string, title: string, name: string): Judgement {
  return {
    rule: `hidden-${what}`,
    level: 'high',
    title,
    what: name,
    why: 'Views of the kernel that should agree do not: a rootkit may cover it.',
    techniques: ['T1014'],
  }
}

function isHidden(row: Row): boolean {
  return Array.isArray(row['hidden_from']) && row['hidden_from'].length > 0
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 1000) : ''
}
