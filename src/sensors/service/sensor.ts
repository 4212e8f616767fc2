// Tells what services do and what becomes of their files. Starts and stops come from systemd; the files are watched,
// and each wake-up compares all of them with what was known, so a missed notice only delays. What was known is kept
// across restarts.

import { pathText } from '../../base/text.ts'
import type { Event } from '../../model/index.ts'
import type { Sensor, SensorContext, SensorStatus } from '../sensor.ts'
import { diffUnits, type UnitChange } from './diff.ts'
import { FileActors } from '../file-actors.ts'
import { FolderWatch } from '../folder-watch.ts'
import { PackageOwners } from './packages.ts'
import { RunStates } from './run-states.ts'
import { UnitScanner } from './scan.ts'
import { unitEvent } from './service-event.ts'
import type { Unit, UnitScan } from './unit.ts'

/** After a wake-up: the writer finishes, and the files sensor names its process. */
const settleMs = 120
/** Without any wake-up, everything is compared this often. */
const roundMs = 60_000

const stateName = 'service-units'
const servicePath =
  /\/systemd\/(?:system|user)|\/etc\/(?:rc\.d\/)?(?:init\.d|rc[0-9S]\.d|rc\.local|runlevels|sv|service)\b/

export class ServiceSensor implements Sensor {
  readonly id = 'service'
  readonly #context: SensorContext
  readonly #scanner: UnitScanner
  readonly #packages: PackageOwners
  readonly #actors = new FileActors()
  readonly #watch = new FolderWatch(() => this.#wake())
  readonly #runs: RunStates
  #known: ReadonlyMap<string, Unit> = new Map()
  #problems: readonly string[] = []
  #dueMs = Number.POSITIVE_INFINITY
  #comparing: Promise<void> | undefined
  #stopped = false
  #changes = 0

  constructor(context: SensorContext) {
    this.#context = context
    this.#scanner = new UnitScanner(context.root)
    this.#packages = new PackageOwners(context.root)
    this.#runs = new RunStates(context, {
      unitOf: (name) => this.#known.get(`system/${name}`) ?? this.#known.get(`init/${name}`),
      onFilesChanged: () => this.#wake(),
    })
    context.listen('hx.file', (event) => this.#onFile(event))
  }

  async start(): Promise<void> {
    const saved = savedUnits(this.#context.state.load(stateName))
    const scan = await this.#look()
    this.#known = scan.units
    if (saved !== undefined) await this.#tell(diffUnits(saved, scan.units), scan, true)
    this.#save()
    await this.#runs.start()
    this.#dueMs = performance.now() + roundMs
  }

  status(): SensorStatus {
    const refused = [...this.#watch.refused].slice(0, 16)
    const files = this.#watch.size > 0 ? 'inotify' : 'polling'
    return {
      tier: this.#runs.tier === 'none' ? files : this.#runs.tier,
      refused: [
        ...this.#runs.refused,
        ...refused.map(([path, why]) => ({ tier: 'inotify', why: `${pathText(path)}: ${why}` })),
      ],
      facts: {
        units: this.#known.size,
        active: [...this.#runs.activeStates().values()].filter((state) => state === 'active').length,
        changes: this.#changes,
        folders: this.#watch.size,
        unit_files: files,
        starts_and_stops: this.#runs.tier === 'none' ? 'not seen' : 'seen',
        problems: this.#problems.length,
      },
    }
  }

  tick(): void {
    this.#runs.tick()
    if (this.#comparing !== undefined || performance.now() < this.#dueMs) return
    this.#dueMs = performance.now() + roundMs
    this.#runs.refresh()
    this.#comparing = this.#compare().finally(() => {
      this.#comparing = undefined
    })
  }

  resync(): void {
    this.#dueMs = 0
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#watch.close()
    await this.#runs.stop()
    await this.#comparing
  }

  #wake(): void {
    this.#dueMs = Math.min(this.#dueMs, performance.now() + settleMs)
  }

  #onFile(event: Event): void {
    const { path, target_path: target } = event.file ?? {}
    const { root } = this.#context
    const isOurs = (at: string | undefined): boolean =>
      at?.startsWith(root) === true && servicePath.test(at.slice(root.length))
    if (!isOurs(path) && !isOurs(target)) return
    this.#actors.note(event)
    this.#wake()
  }

  async #compare(): Promise<void> {
    try {
      const scan = await this.#look()
      if (this.#stopped) return
      const changes = diffUnits(this.#known, scan.units)
      this.#known = scan.units
      if (changes.length === 0) return
      await this.#tell(changes, scan, false)
      this.#save()
    } catch (thrown) {
      this.#context.notice(`the units could not be read: ${String(thrown)}`)
    }
  }

  /** Scans; once more when folders came that were not watched while the scan went on. */
  async #look(): Promise<UnitScan> {
    const first = await this.#scanner.scan()
    const scan = !this.#stopped && this.#watch.update(first.folders) > 0 ? await this.#scanner.scan() : first
    for (const problem of scan.problems) if (!this.#problems.includes(problem)) this.#context.notice(problem)
    this.#problems = scan.problems
    return scan
  }

  async #tell(changes: readonly UnitChange[], scan: UnitScan, whileAway: boolean): Promise<void> {
    const now = Date.now()
    // Looked up before the packages, which may take a while: what is known of the processes is forgotten.
    const actors = changes.map(({ unit }) => this.#actorOf(unit))
    const packages = await this.#packages.find(changes.map(({ unit }) => unit.path))
    for (const [at, change] of changes.entries()) {
      const { action, key, unit } = change
      const isOwnFile = action === 'unit-added' || action === 'unit-changed'
      this.#changes++
      this.#context.emit(
        unitEvent(change, {
          atMs: (isOwnFile ? scan.changedMs.get(key) : undefined) ?? now,
          whileAway,
          process: actors[at],
          packageName: packages.get(unit.path),
        }),
      )
    }
  }

  /** Who touched the unit: its file, a drop-in, or a link that enables it. */
  #actorOf({ path, name, dropIns }: Unit): ReturnType<FileActors['of']> {
    const { root } = this.#context
    for (const file of [path, ...dropIns.map((dropIn) => dropIn.path)]) {
      const actor = this.#actors.of(root + file)
      if (actor !== undefined) return actor
    }
    return this.#actors.ofName(name)
  }

  #save(): void {
    this.#context.state.save(stateName, { version: 1, units: [...this.#known] })
  }
}

/** Undefined for a first start, and for a state of another version. */
function savedUnits(state: unknown): ReadonlyMap<string, Unit> | undefined {
  if (typeof state !== 'object' || state === null) return undefined
  const { version, units } = state as { version?: unknown; units?: unknown }
  return version === 1 && Array.isArray(units) ? new Map(units as [string, Unit][]) : undefined
}
