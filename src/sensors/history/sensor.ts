// Tells what users type: as bash reads it, as shells run it, as programs write it to their histories; and when a
// history is cleared or edited. Each command once.

import { createHash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'

import { pathText } from '../../base/text.ts'
import type { Event } from '../../model/index.ts'
import type { Sensor, SensorContext, SensorStatus } from '../sensor.ts'
import { FileActors } from '../file-actors.ts'
import { fileEvent, tamperingEvent, typedEvent } from './history-event.ts'
import { historySettings } from './history-settings.ts'
import { listHomes } from './homes.ts'
import { historyPlaces } from '../../evidence/shell-history/index.ts'
import { ReadlineSource } from './readline-source.ts'
import { ToldCommands } from './told.ts'
import { type FileMemory, type HistoryFindings, TrackedFile } from './tracked-file.ts'
import { TypedCommands } from './typed.ts'

/** All places are looked at this often; a file event makes it sooner. */
const roundMs = 5000
/** Places of one tick: about 0.1 ms. */
const placesAtOnce = 24
/** Files that are known to have changed: each may take some milliseconds. */
const urgentAtOnce = 2
const housekeepingMs = 60_000

interface RoundState {
  readonly start: 'baseline' | 'all'
  readonly whileAway: boolean
}

const live: RoundState = { start: 'all', whileAway: false }

export class HistorySensor implements Sensor {
  readonly id = 'history'
  readonly #context: SensorContext
  readonly #typed: TypedCommands
  readonly #told = new ToldCommands()
  readonly #actors = new FileActors()
  readonly #files = new Map<string, TrackedFile>()
  /** Paths as text, that something has happened to. */
  readonly #urgent = new Set<string>()
  #readline: ReadlineSource | undefined
  #whyNoReadline = ''
  #queue: string[] = []
  #nextRoundMs = 0
  #nextHousekeepingMs = 0
  #index = ''
  #commands = 0
  #known = 0

  constructor(context: SensorContext) {
    this.#context = context
    this.#typed = new TypedCommands(context.processes)
    context.listen('hx.process', (event) => this.#typed.addExec(event))
    context.listen('hx.file', (event) => this.#onFile(event))
  }

  async start(): Promise<void> {
    const opened = ReadlineSource.open(this.#context.root)
    if ('source' in opened) this.#readline = opened.source
    else this.#whyNoReadline = opened.why
    const { state } = this.#context
    this.#told.load(state.load('history-told'))
    const index = state.load('history-files')
    const remembered = new Set(Array.isArray(index) ? (index as unknown[]).map(String) : [])
    this.#listFiles(remembered)
    const round: RoundState = { start: Array.isArray(index) ? 'all' : 'baseline', whileAway: true }
    for (const [at, path] of [...this.#files.keys()].entries()) {
      this.#look(path, round)
      if (at % placesAtOnce === 0) await breathe()
    }
    this.#saveIndex()
    for (const found of historySettings(this.#context.root)) this.#context.notice(found)
    this.#nextRoundMs = performance.now() + roundMs
    this.#nextHousekeepingMs = performance.now() + housekeepingMs
  }

  status(): SensorStatus {
    const hasReadline = this.#readline !== undefined
    return {
      tier: hasReadline ? 'readline' : 'exec',
      refused: hasReadline ? [] : [{ tier: 'readline', why: this.#whyNoReadline }],
      facts: {
        commands: this.#commands,
        known_from_elsewhere: this.#known + this.#typed.confirmed,
        files: [...this.#files.values()].filter(({ memory }) => memory?.kind === 'file').length,
        unreadable: [...this.#files.values()].filter(({ refused }) => refused !== '').length,
        histfile_elsewhere: 'not seen in files',
      },
    }
  }

  tick(): void {
    this.#readline?.drain((line) => this.#typed.addLine(line))
    this.#tellTyped('due')
    const now = performance.now()
    for (const path of [...this.#urgent].slice(0, urgentAtOnce)) {
      this.#urgent.delete(path)
      this.#look(path, live)
    }
    if (this.#queue.length === 0 && now >= this.#nextRoundMs) {
      this.#queue = [...this.#files.keys()]
      this.#nextRoundMs = now + roundMs
    }
    for (const path of this.#queue.splice(0, placesAtOnce)) this.#look(path, live)
    if (now >= this.#nextHousekeepingMs) this.#keepHouse(now)
  }

  resync(): void {
    this.#queue = []
    this.#nextRoundMs = 0
  }

  stop(): Promise<void> {
    this.#readline?.drain((line) => this.#typed.addLine(line))
    this.#tellTyped('all')
    this.#readline?.close()
    this.#readline = undefined
    this.#saveTold()
    return Promise.resolve()
  }

  #keepHouse(now: number): void {
    this.#nextHousekeepingMs = now + housekeepingMs
    this.#readline?.tellLosses(this.#context)
    this.#listFiles(new Set())
    this.#saveTold()
  }

  #saveTold(): void {
    const told = this.#told.takeChanged()
    if (told !== undefined) this.#context.state.save('history-told', told)
  }

  /** Accounts and homes may have come since. `remembered` are the files of which there is a state. */
  #listFiles(remembered: ReadonlySet<string>): void {
    for (const home of listHomes(this.#context.root)) {
      for (const place of historyPlaces) {
        const path = `${home.path}/${place.path}`
        const text = pathText(path)
        if (place.parse === undefined || this.#files.has(text)) continue
        const saved = remembered.has(text) ? this.#context.state.load(stateName(text)) : undefined
        this.#files.set(text, new TrackedFile({ path, uid: home.uid, place }, memoryOf(saved)))
      }
    }
  }

  #onFile(event: Event): void {
    const { path, target_path: target } = event.file ?? {}
    for (const at of [path, target]) {
      if (at === undefined || !this.#files.has(at)) continue
      this.#actors.note(event)
      this.#urgent.add(at)
    }
  }

  #tellTyped(which: 'due' | 'all'): void {
    for (const typed of this.#typed.take(which)) {
      this.#told.note(typed.uid, typed.command)
      this.#commands++
      this.#context.emit(typedEvent(typed))
    }
    const count = this.#typed.takeOverflow()
    if (count > 0) this.#context.lost({ source: 'typed-commands', count, to: Date.now() })
  }

  #look(path: string, round: RoundState): void {
    const file = this.#files.get(path)
    if (file === undefined) return
    const before = file.memory
    const refusedBefore = file.refused
    try {
      const findings = file.look(round.start)
      if (findings !== undefined) this.#tell(path, file, { findings, round })
      if (findings?.hasMore === true) this.#urgent.add(path)
    } catch (thrown) {
      this.#context.notice(`${path} could not be read: ${String(thrown)}`)
    }
    if (file.refused !== '' && file.refused !== refusedBefore)
      this.#context.notice(`${path} is not read: ${file.refused}`)
    if (file.memory === before || file.memory === undefined) return
    this.#context.state.save(stateName(path), file.memory)
    this.#saveIndex()
  }

  #tell(
    path: string,
    { at: { uid, place } }: TrackedFile,
    { findings, round }: { readonly findings: HistoryFindings; readonly round: RoundState },
  ): void {
    const { shell } = place
    const { whileAway } = round
    const shown = path.slice(this.#context.root.length)
    const reason =
      findings.cleared ?? (findings.removed > 0 ? `${findings.removed} entries were taken out` : '')
    if (reason !== '') {
      const action = findings.cleared === undefined ? 'history-edited' : 'history-cleared'
      const process = this.#actors.of(path)
      const atMs = findings.changedMs
      this.#context.emit(
        tamperingEvent({ action, reason, path: shown, uid, shell, atMs, process, whileAway }),
      )
    }
    for (const { command, seconds } of findings.entries) {
      const text = Buffer.from(command, 'latin1').toString('utf8')
      if (this.#told.take(uid, text)) {
        this.#known++
        continue
      }
      this.#commands++
      const fileChangedMs = findings.changedMs
      this.#context.emit(
        fileEvent({ command: text, seconds, fileChangedMs, path: shown, uid, shell, whileAway }),
      )
    }
    // How many entries they were, nobody knows.
    if (findings.skippedBytes > 0)
      this.#context.lost({ source: `history:${shown}`, count: 0, to: Date.now() })
  }

  #saveIndex(): void {
    const paths = [...this.#files].filter(([, { memory }]) => memory !== undefined).map(([path]) => path)
    const index = paths.join('\n')
    // A first start leaves a state, also when there is no history at all.
    if (index === this.#index && index !== '') return
    this.#index = index
    this.#context.state.save('history-files', paths)
  }
}

function stateName(path: string): string {
  return `history-${createHash('sha256').update(path).digest('hex').slice(0, 24)}`
}

/** Undefined for what is none. */
function memoryOf(saved: unknown): FileMemory | undefined {
  if (typeof saved !== 'object' || saved === null) return undefined
  const { kind, inode, device, offset, head, tail, total, hashes } = saved as Record<
    keyof FileMemory,
    unknown
  >
  if (kind !== 'file' && kind !== 'absent' && kind !== 'null') return undefined
  if (![inode, device, offset, total].every((value) => Number.isSafeInteger(value))) return undefined
  if (![head, tail, hashes].every((value) => typeof value === 'string')) return undefined
  return saved as FileMemory
}
