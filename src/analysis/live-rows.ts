// What a collection read from the running host, as records: rows of a name are a kind of their own, `live-NAME`.

import { bodyfile } from './artefacts/bodyfile.ts'
import { TemplateLibrary } from '../evidence/evtx/index.ts'
import type { Notes } from '../evidence/note.ts'
import type { EvidenceSource } from '../evidence/source.ts'
import type { Event } from '../model/index.ts'
import type { ArtefactRecord, RecordTime } from './record.ts'

/** Of a collected package, what this needs. */
export interface LiveData {
  readonly path: string
  /** `processes.jsonl`, `bodyfile`, `memory/12.bin` … */
  readonly liveNames: readonly string[]
  /** Of `NAME.jsonl`. */
  rows(name: string): Iterable<Record<string, unknown>>
  live(name: string): Iterable<EvidenceSource>
}

/** Fields that are the time of a row, with what happened then. */
const timeFields: readonly (readonly [field: string, is: string])[] = [
  ['@timestamp', 'happened'],
  ['time', 'noted'],
  ['start', 'started'],
  ['started', 'started'],
  ['last', 'last login'],
  ['mtime', 'modified'],
  ['modified', 'modified'],
  ['ctime', 'changed'],
  ['created', 'created'],
  ['loaded', 'loaded'],
]
/** In this order what a row is about, for people. */
const titleFields = [
  'command_line',
  'commandLine',
  'path',
  'name',
  'unit',
  'user',
  'command',
  'local',
  'remote',
  'text',
  'value',
] as const
const maxTitleFields = 3
const maxText = 500

export function* liveRecords(data: LiveData, notes: Notes): Generator<ArtefactRecord, void, undefined> {
  for (const name of data.liveNames) {
    const source = `${data.path}#live/${name}`
    if (name.endsWith('.jsonl')) {
      const kind = name.slice(0, -'.jsonl'.length)
      for (const row of data.rows(kind)) yield recordOf(kind, row, source)
    } else if (/(?:^|\/)[^/]*bodyfile[^/]*$/.test(name)) {
      yield* bodyfile.read({
        path: name,
        label: source,
        source: joined([...data.live(name)]),
        notes,
        templates: new TemplateLibrary(),
        isFull: true,
        neighbour: () => undefined,
        suspect: () => undefined,
      })
    }
  }
}

function recordOf(kind: string, row: Record<string, unknown>, source: string): ArtefactRecord {
  const times = timeFields.flatMap(([field, is]): RecordTime[] => {
    const time = isoOf(row[field])
    return time === undefined ? [] : [{ time, is }]
  })
  return {
    kind: `live-${kind.replaceAll(/[^a-z0-9-]/g, '-').slice(0, 64)}`,
    source,
    times,
    title: titleOf(row),
    data: row,
    ...(kind === 'agent-events' && isEvent(row) ? { event: row } : {}),
  }
}

/** What the agent saw; what it concluded from it is concluded here anew. A package may hold anything. */
function isEvent(row: Record<string, unknown>): row is Record<string, unknown> & Event {
  const { event } = row
  if (typeof row['@timestamp'] !== 'string' || typeof event !== 'object' || event === null) return false
  const { dataset, action, kind } = event as Record<string, unknown>
  const isNamed = typeof dataset === 'string' && typeof action === 'string' && typeof kind === 'string'
  return isNamed && dataset !== 'hx.detection' && dataset !== 'hx.incident'
}

function isoOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) ? value : undefined
}

function titleOf(row: Record<string, unknown>): string {
  const named = titleFields.flatMap((field) => textsOf(row[field])).slice(0, maxTitleFields)
  const told = named.length > 0 ? named : Object.values(row).flatMap(textsOf).slice(0, maxTitleFields)
  return told.join(' ').slice(0, maxText)
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'number') return [String(value)]
  return typeof value === 'string' && value !== '' ? [value] : []
}

/** Parts one behind the other. */
function joined(parts: readonly EvidenceSource[]): EvidenceSource {
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  return {
    size,
    read(offset, length) {
      const pieces: Uint8Array[] = []
      let start = 0
      for (const part of parts) {
        const from = Math.max(0, offset - start)
        const to = Math.min(part.size, offset + length - start)
        if (from < to) pieces.push(part.read(from, to - from))
        start += part.size
        if (start >= offset + length) break
      }
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
    },
  }
}
