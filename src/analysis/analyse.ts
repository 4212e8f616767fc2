// An examined host from its files to a timeline, findings and incidents: one walk over the tree, then what hives tell together,
// then everything in the order of time.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'

import type { IncidentLevel } from '../model/index.ts'
import type { AnalyseOptions, Analysis, HostFact } from './analysis.ts'
import { Findings } from './findings/collector.ts'
import { Logons } from './findings/logons.ts'
import { Scanner } from './findings/scan.ts'
import { Notes } from '../evidence/note.ts'
import { liveFinding } from './findings/live.ts'
import { Intake } from './intake.ts'
import { LineFile } from './line-file.ts'
import { liveRecords } from './live-rows.ts'
import { NoteBook } from './note-book.ts'
import { Replay } from './story/replay.ts'
import { writeTimeline } from './timeline/write.ts'
import { ExternalSorter } from './timeline/sorter.ts'
import { TreeReader } from './tree-reader.ts'

/** Throws AppError where the medium cannot be read, and what the file system says of the output. */
export async function analyse(options: AnalyseOptions): Promise<Analysis> {
  const startedMs = performance.now()
  const temporary = join(options.output, '.sorting')
  mkdirSync(join(options.output, 'artefacts'), { recursive: true })
  mkdirSync(temporary, { recursive: true })
  try {
    using findingFile = new LineFile(join(options.output, 'findings.jsonl'))
    const findings = new Findings(findingFile)
    using sorter = new ExternalSorter(temporary)
    const notes = new NoteBook()
    for (const medium of options.mediumNotes) notes.addAll(medium.source, medium.notes)
    const scanner =
      options.scanner === undefined
        ? undefined
        : new Scanner(options.scanner.instance, options.scanner.limits)
    const readers: TreeReader[] = []
    using intake = new Intake(options, findings, sorter)
    for (const tree of options.trees) {
      const prefix = options.trees.length > 1 ? tree.label : ''
      const reader = new TreeReader(tree, { options, intake, notes, scanner, prefix })
      readers.push(reader)
      for (const _ of reader.read()) await breathe()
    }
    for (const data of options.live) {
      options.progress('live data', data.path)
      const own = new Notes(200)
      for (const record of liveRecords(data, own)) {
        const finding = liveFinding(record)
        if (finding !== undefined) intake.suspect(finding)
        intake.take(record)
      }
      notes.addAll(data.path, own)
      await breathe()
    }
    const logons = new Logons()
    const replay = new Replay({
      onEvent: (event) => logons.see(event),
      onFault: (what) => notes.add('timeline', what),
      sigma: options.sigma,
      hostAddresses: addressesOf(intake),
      onFound: ({ rule, severity, techniques, message, detection, web }, event) =>
        findings.add(
          {
            level: levelOf(severity),
            title: rule.name,
            why: web?.why ?? detection.description ?? '',
            by: rule.ruleset,
            rule: rule.id,
            techniques,
            time: event['@timestamp'],
            source: event.log?.file?.path ?? event.file?.path ?? '',
            what: message.slice(0, 1000),
            details: {},
          },
          undefined,
        ),
    })
    options.progress('timeline', '')
    const timeline = writeTimeline(sorter, {
      folder: options.output,
      formats: options.formats,
      replay,
      progress: (rows) => options.progress('timeline', `${rows} rows`),
    })
    const incidents = replay.end()
    if (intake.oddTimes > 0) notes.add('timeline', `${intake.oddTimes} times are none and have no row`)
    return {
      sources: readers.map(({ summary }) => summary),
      host: hostFacts(intake),
      kinds: intake.tables.all,
      findings: findings.groups(),
      findingCount: findings.count,
      findingsByLevel: findings.byLevel,
      incidents,
      logons: logons.rows(),
      timeline,
      notes: notes.kept,
      droppedNotes: notes.dropped,
      omissions: [...readers.flatMap((reader) => reader.omissions()), ...scanOmissions(scanner)],
      artefacts: intake.records,
      bytes: readers.reduce((sum, { bytes }) => sum + bytes, 0),
      events: replay.events,
      scanned: scanner?.files ?? 0,
      programs: readers.reduce((sum, { programs }) => sum + programs.examined, 0),
      ms: performance.now() - startedMs,
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Severities of Sigma's five levels, and what lies between. */
function levelOf(severity: number): IncidentLevel {
  if (severity >= 85) return 'critical'
  if (severity >= 65) return 'high'
  if (severity >= 40) return 'medium'
  return severity >= 20 ? 'low' : 'informational'
}

function scanOmissions(scanner: Scanner | undefined): string[] {
  if (scanner === undefined) return ['No file was scanned by the engine: that was not asked for.']
  return [...scanner.leftOut].map(([why, count]) => `${count} files were not scanned: ${why}.`)
}

function addressesOf(intake: Intake): string[] {
  const interfaces = intake.tables.all.get('network-interface')?.shown ?? []
  return interfaces.flatMap(({ data }) =>
    'addresses' in data && Array.isArray(data.addresses) ? data.addresses.map(String) : [],
  )
}

/** What says which host it is. */
const facts: ReadonlySet<string> = new Set([
  'computer name',
  'host name',
  'domain',
  'product',
  'edition',
  'display version',
  'release',
  'build',
  'service pack',
  'installed',
  'registered owner',
  'registered organization',
  'last user',
  'time zone',
  'active bias',
  'last shutdown',
  'operating system',
  'kernel',
])

function hostFacts(intake: Intake): HostFact[] {
  const rows = intake.tables.all.get('system-fact')?.shown ?? []
  const found = new Map<string, string>()
  for (const { data } of rows) {
    if (!('name' in data) || !('value' in data)) continue
    const name = String(data.name)
    if (facts.has(name) && !found.has(name)) found.set(name, String(data.value))
  }
  return [...found].map(([name, value]) => ({ name, value }))
}
