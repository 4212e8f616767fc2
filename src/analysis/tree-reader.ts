// One tree: its artefacts, the scan of its programs, and what its hives tell together.

import { AppError, messageOf } from '../base/app-error.ts'
import { TemplateLibrary } from '../evidence/evtx/index.ts'
import { Notes } from '../evidence/note.ts'
import { ProcessCreations } from '../evidence/process-creation/index.ts'
import type { FileSource } from '../evidence/source.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import type { AnalyseOptions, SourceSummary } from './analysis.ts'
import type { ArtefactFile, ArtefactKind } from './artefacts/artefact.ts'
import { hiveOf } from './artefacts/hive.ts'
import { fileEntries } from './autostart/files.ts'
import { artefactKinds } from './artefacts/index.ts'
import type { Scanner } from './findings/scan.ts'
import type { Intake } from './intake.ts'
import { userOf } from './machine/hive-owner.ts'
import { type FoundHive, machinesOf } from './machine/hives.ts'
import { machineRecords, startRecord } from './machine/records.ts'
import type { NoteBook } from './note-book.ts'
import { Programs } from './programs/programs.ts'
import { RanPrograms } from './programs/ran.ts'
import { CaseFolding } from './programs/windows-path.ts'
import { filesBelow } from './walk.ts'

export interface TreeContext {
  readonly options: AnalyseOptions
  readonly intake: Intake
  readonly notes: NoteBook
  readonly scanner: Scanner | undefined
  /** In front of paths; '' where there is one tree only. */
  readonly prefix: string
}

const breatheEvery = 64
const recordsPerBreath = 2000
const maxHives = 2000
/** Files that lists of folders may hide: asked for by name. */
const hidden: readonly (readonly [path: string, stream?: string])[] = [['/$MFT'], ['/$Extend/$UsnJrnl', '$J']]
const zoneStream = 'Zone.Identifier'
/** What is installed does not come from a browser. */
const installed = /^\/(?:windows\/(?!temp\/|downloaded)|program files(?: \(x86\))?\/)/

export class TreeReader {
  readonly programs: Programs
  readonly #tree: EvidenceTree
  readonly #context: TreeContext
  readonly #templates = new TemplateLibrary()
  readonly #hives: string[] = []
  readonly #read = new Set<string>()
  readonly #notes = new Notes()
  readonly #folding: CaseFolding
  readonly #ran: RanPrograms
  bytes = 0
  #files = 0
  #artefacts = 0

  constructor(tree: EvidenceTree, context: TreeContext) {
    this.#tree = tree
    this.#context = context
    const { roots, importTable, nowMs } = context.options
    this.#folding = new CaseFolding(tree)
    const programOptions = { roots, table: importTable, nowMs, notes: this.#notes }
    this.programs = new Programs(tree, programOptions, this.#folding)
    this.#ran = new RanPrograms(this.programs, (finding) => context.intake.suspect(finding))
  }

  get summary(): SourceSummary {
    return { label: this.#tree.label, system: this.#tree.system, files: this.#files }
  }

  /** Yields between files and within large ones, so that others have their turn. */
  *read(): Generator<void, void, undefined> {
    const { options, notes } = this.#context
    for (const path of filesBelow(this.#tree, this.#notes)) {
      this.#files += 1
      if (this.#files % breatheEvery === 0) {
        options.progress('files', path)
        yield
      }
      yield* this.#look(path)
    }
    for (const [path, stream] of hidden) {
      if (this.#tree.system !== 'linux') yield* this.#readOne(path, stream)
    }
    options.progress('registry', '')
    yield
    this.#machines()
    notes.addAll(this.#label(''), this.#notes)
    notes.addAll(this.#label(''), this.#tree.notes)
  }

  *#look(path: string): Generator<void, void, undefined> {
    const lower = path.toLowerCase()
    const { scanner } = this.#context
    yield* this.#readOne(path, undefined)
    const wantsScan = scanner?.mayWant(lower, this.#tree.system) === true
    const wantsZone = this.#tree.system !== 'linux' && !installed.test(lower)
    if (!wantsScan && !wantsZone) return
    const file = this.#tree.stat(path)
    if (file === undefined || file.kind !== 'file') return
    if (wantsZone && file.streams?.some((name) => name.toLowerCase() === 'zone.identifier') === true)
      yield* this.#readOne(path, zoneStream)
    if (!wantsScan) return
    const scanned = this.#guarded(path, () => scanner.scan(this.#tree, file, this.#label(path)))
    if (scanned === undefined) return
    const { finding, event } = scanned
    this.#context.intake.suspect(finding)
    this.#context.intake.take({
      kind: 'found',
      source: this.#label(path),
      times: [{ time: event['@timestamp'], is: 'file written' }],
      title: `${finding.title} in ${this.#label(path)}`,
      data: { ...finding.details, level: finding.level },
      event,
    })
  }

  *#readOne(path: string, stream: string | undefined): Generator<void, void, undefined> {
    const name = stream === undefined ? path : `${path}:${stream}`
    const lower = name.toLowerCase()
    if (this.#read.has(lower)) return
    const last = lower.slice(lower.lastIndexOf('/') + 1)
    const kind = artefactKinds.find((one) => one.lies(lower, last))
    if (kind === undefined) return
    if (hidden.some(([hiddenPath]) => hiddenPath.toLowerCase() === path.toLowerCase())) this.#read.add(lower)
    using source = this.#guarded(name, () => this.#tree.open(path, stream))
    if (source === undefined || source.size === 0) return
    this.#artefacts += 1
    this.bytes += source.size
    if (kind.id === 'registry' && this.#hives.length < maxHives) this.#hives.push(path)
    // Pids mean something within one log only: every log begins anew.
    if (kind.id === 'event-log')
      this.#context.intake.processes = new ProcessCreations({
        image: (image) => this.programs.imageOf(image),
      })
    yield* this.#records(kind, this.#fileOf(path, name, source))
  }

  *#records(kind: ArtefactKind, file: ArtefactFile): Generator<void, void, undefined> {
    const { intake, notes, options } = this.#context
    options.progress(kind.title, file.path)
    let count = 0
    try {
      for (const record of kind.read(file)) {
        intake.take(this.#ran.withProgram(record, file.path))
        count += 1
        if (count % recordsPerBreath === 0) {
          options.progress(kind.title, file.path)
          yield
        }
      }
    } catch (thrown) {
      // One file that cannot be read is no reason to lose the others.
      if (!(thrown instanceof AppError)) throw thrown
      file.notes.add(messageOf(thrown))
    }
    intake.settle()
    notes.addAll(file.label, file.notes)
  }

  #fileOf(path: string, name: string, source: FileSource): ArtefactFile {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const label = this.#label(name)
    const modified = this.#tree.stat(path)?.times.modified
    const { intake, options } = this.#context
    return {
      path: name,
      label,
      source,
      notes: new Notes(200),
      templates: this.#templates,
      isFull: options.isFullMft,
      ...(modified === undefined ? {} : { modified }),
      neighbour: (wanted) => {
        for (const { name: other, kind } of this.#tree.list(folder === '' ? '/' : folder)) {
          if (kind === 'file' && other.toLowerCase() === wanted) return this.#tree.open(`${folder}/${other}`)
        }
        return undefined
      },
      suspect: (finding) => intake.suspect({ ...finding, by: 'trace', source: label }),
    }
  }

  /** Opened again, all of a machine at once: only together they tell what starts by itself. */
  #machines(): void {
    const { intake } = this.#context
    const found: FoundHive[] = []
    for (const path of this.#hives) {
      using source = this.#guarded(path, () => this.#tree.open(path))
      if (source === undefined) continue
      const hive = this.#guarded(path, () =>
        hiveOf({ ...this.#fileOf(path, path, source), notes: new Notes(0) }),
      )
      if (hive === undefined || hive.kind === 'unknown') continue
      found.push({ label: this.#label(path), path, hive, user: userOf(hive, path) })
    }
    const machines = machinesOf(found)
    const context = { programs: this.programs, suspect: intake.suspect.bind(intake) }
    for (const machine of machines) {
      for (const record of machineRecords(machine, context)) intake.take(record)
      intake.settle()
    }
    if (this.#tree.system === 'linux') return
    const [machine] = machines
    for (const entry of fileEntries(this.#tree, { folding: this.#folding, notes: this.#notes, machine })) {
      // Tasks have a kind of their own.
      if (entry.category === 'Scheduled Tasks') continue
      intake.take(startRecord(entry, { source: this.#label(entry.key), machine }, context))
      intake.settle()
    }
  }

  #guarded<T>(path: string, act: () => T): T | undefined {
    try {
      return act()
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      this.#context.notes.add(this.#label(path), messageOf(thrown))
      return undefined
    }
  }

  #label(path: string): string {
    const { prefix } = this.#context
    return path === '' ? this.#tree.label : `${prefix}${path}`
  }

  omissions(): string[] {
    const omitted: string[] = []
    if (this.#artefacts === 0) omitted.push(`In ${this.#tree.label} there is no artefact that is known here.`)
    if (this.#tree.system !== 'linux' && !this.programs.hasCatalogs && this.programs.examined > 0)
      omitted.push(
        `In ${this.#tree.label} there are no catalogs of signatures (CatRoot): programs without a signature of their own are “unknown”, not unsigned.`,
      )
    if (this.#tree.system !== 'linux' && !this.#context.options.isFullMft)
      omitted.push('Of the $MFT only deleted and stamped files are in the timeline; --mft takes every file.')
    if (this.#ran.leftOut > 0)
      omitted.push(
        `Of the programs in ${this.#tree.label} that ran, ${this.#ran.leftOut} were not examined: others had been.`,
      )
    return omitted
  }
}
