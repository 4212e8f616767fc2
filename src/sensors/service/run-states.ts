// Starts and stops of services as they happen: systemd's D-Bus, else the links that it keeps in /run, else nothing.
// When D-Bus ends, the links stand in until it is back, and what happened meanwhile is told from its list.

import type { SensorContext } from '../sensor.ts'
import { type ManagerSocket, openManager, type SystemdManager, type UnitStatus } from './dbus/manager.ts'
import { type RunChange, RunLinks } from './run-links.ts'
import { type RunAction, reloadedEvent, runEvent } from './service-event.ts'
import type { Unit } from './unit.ts'

export type RunTier = 'dbus-private' | 'dbus' | 'run-units' | 'openrc' | 'none'

export interface RunStatesListener {
  readonly unitOf: (name: string) => Unit | undefined
  readonly onFilesChanged: () => void
}

const tierOf: Readonly<Record<ManagerSocket, RunTier>> = { private: 'dbus-private', bus: 'dbus' }

const firstRetryMs = 1000
const lastRetryMs = 60_000
/** Devices and the groups of processes of others come and go all the time and are no services. */
const untold = /\.(?:device|slice|scope)$/

export class RunStates {
  readonly #context: SensorContext
  readonly #listener: RunStatesListener
  #manager: SystemdManager | undefined
  #links: RunLinks | undefined
  #tier: RunTier = 'none'
  #refused: { tier: string; why: string }[] = []
  #retryMs = firstRetryMs
  #nextTryMs = 0
  #opening: Promise<void> | undefined
  /** What was known when D-Bus ended; it is compared with the next list. */
  #last: ReadonlyMap<string, UnitStatus> | undefined
  #endedMs = 0
  #stopped = false

  constructor(context: SensorContext, listener: RunStatesListener) {
    this.#context = context
    this.#listener = listener
  }

  get tier(): RunTier {
    return this.#tier
  }

  get refused(): readonly { readonly tier: string; readonly why: string }[] {
    return this.#refused
  }

  /** Name → `active`, `failed`, … as far as it is known. */
  activeStates(): ReadonlyMap<string, string> {
    if (this.#manager !== undefined)
      return new Map([...this.#manager.units].map(([name, { active }]) => [name, active]))
    return new Map([...(this.#links?.running ?? [])].map((name) => [name, 'active']))
  }

  async start(): Promise<void> {
    await this.#open()
  }

  /** Called now and then: tries for a better tier, and compares the links. */
  tick(): void {
    if (this.#manager !== undefined || this.#opening !== undefined) return
    if (performance.now() < this.#nextTryMs) return
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined
    })
  }

  refresh(): void {
    if (this.#links?.refresh() === false) {
      this.#links.close()
      this.#links = undefined
      this.#tier = 'none'
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#manager?.close()
    this.#links?.close()
    await this.#opening
    this.#manager?.close()
  }

  async #open(): Promise<void> {
    const refused: { tier: string; why: string }[] = []
    const { root } = this.#context
    const opened = await openManager(
      root,
      {
        onState: (now, before) => this.#onState(now, before),
        onReloaded: () => {
          this.#context.emit(reloadedEvent())
          this.#listener.onFilesChanged()
        },
        onFilesChanged: () => this.#listener.onFilesChanged(),
        onEnd: (why) => this.#onEnd(why),
      },
      (kind, why) => refused.push({ tier: tierOf[kind], why }),
    )
    this.#refused = refused
    if (opened === undefined) this.#useLinks()
    else if (this.#stopped) opened.manager.close()
    else this.#useManager(opened.manager, opened.kind)
  }

  #useManager(manager: SystemdManager, kind: ManagerSocket): void {
    this.#manager = manager
    this.#tier = tierOf[kind]
    this.#retryMs = firstRetryMs
    const hadLinks = this.#links !== undefined
    this.#links?.close()
    this.#links = undefined
    const last = this.#last
    this.#last = undefined
    if (last === undefined) return
    this.#context.lost({ source: 'systemd-dbus', count: 0, from: this.#endedMs, to: Date.now() })
    // The links have told starts and stops already.
    if (hadLinks) return
    const now = manager.units
    for (const name of new Set([...last.keys(), ...now.keys()])) {
      const gone = { ...(last.get(name) ?? nothing), name, active: 'inactive', sub: 'dead' }
      this.#onState(now.get(name) ?? gone, last.get(name))
    }
  }

  #useLinks(): void {
    this.#nextTryMs = performance.now() + this.#retryMs
    this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2)
    if (this.#stopped || this.#links !== undefined) return
    this.#links = RunLinks.open(this.#context.root, (name, change) => this.#onLink(name, change))
    this.#tier = this.#links?.folder.tier ?? 'none'
    if (this.#links === undefined)
      this.#refused.push({
        tier: 'run-units',
        why: 'there is no /run/systemd/units and no /run/openrc/started',
      })
  }

  #onEnd(why: string): void {
    if (this.#manager === undefined || this.#stopped) return
    this.#last = this.#manager.units
    this.#manager.close()
    this.#manager = undefined
    this.#endedMs = Date.now()
    this.#refused = [{ tier: this.#tier, why }]
    this.#context.notice(`the connection to systemd has ended: ${why}`)
    this.#useLinks()
  }

  #onState(now: UnitStatus, before: UnitStatus | undefined): void {
    const action = actionOf(now.active, before?.active ?? 'inactive')
    if (action === undefined || untold.test(now.name)) return
    const hasProcess = action === 'unit-started' && now.mainPid > 0
    this.#context.emit(
      runEvent({
        action,
        name: now.name,
        provider: 'dbus',
        status: now,
        unit: this.#listener.unitOf(now.name),
        process: hasProcess ? this.#context.processes.describe(now.mainPid) : undefined,
      }),
    )
  }

  #onLink(name: string, change: RunChange): void {
    const provider = this.#links?.folder.tier ?? 'run-units'
    if (untold.test(name)) return
    this.#context.emit(
      runEvent({
        action: change === 'started' ? 'unit-started' : 'unit-stopped',
        name,
        provider,
        status: undefined,
        unit: this.#listener.unitOf(name),
        process: undefined,
      }),
    )
  }
}

const nothing = { active: 'inactive', mainPid: 0, changedUs: 0, result: '' }
const resting = new Set(['inactive', 'failed', 'maintenance'])

/** A oneshot unit goes from activating to inactive and is never active: it starts with activating. */
function actionOf(now: string, before: string): RunAction | undefined {
  if (now === before) return undefined
  if (now === 'failed') return 'unit-failed'
  if (now === 'inactive') return before === 'failed' ? undefined : 'unit-stopped'
  if (now === 'reloading' && !resting.has(before)) return 'unit-reloaded'
  return resting.has(before) && now !== 'deactivating' ? 'unit-started' : undefined
}
