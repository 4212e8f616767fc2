// The process sensor: stands on the best tier that this host allows, says which ones were refused and why, and looks at
// all processes at the start, after every loss, and now and then for hidden ones.

import { setImmediate as pause } from 'node:timers/promises'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Sensor, SensorContext, SensorStatus } from '../sensor.ts'
import { CrossView } from './cross-view.ts'
import { ProcessEvents } from './events.ts'
import { ProcessLook } from './look.ts'
import { bootNow, ticksOf } from './moment.ts'
import type { ProcessTier } from './tier.ts'
import { type TierEntry, tiers } from './tiers.ts'
import { Witness } from './witness.ts'

export interface ProcessSensorOptions {
  /** Only these, in this order. */
  readonly tiers?: readonly TierEntry[]
  /** First look for hidden processes, milliseconds after the start. */
  readonly crossViewMs?: number
}

/** After a loss: others may follow, one new look is enough for all of them. */
const resyncAfterMs = 1000
const betweenResyncsMs = 10_000
const crossViewAfterMs = 5000
/** Ticks that the ring gets before a look is compared with what is known. */
const settlingTicks = 256

interface Refusal {
  readonly tier: string
  readonly why: string
}

export class ProcessSensor implements Sensor {
  readonly id = 'process'
  readonly #context: SensorContext
  readonly #options: ProcessSensorOptions
  readonly #events: ProcessEvents
  readonly #refused: Refusal[] = []
  #tier: ProcessTier | undefined
  #look: ProcessLook | undefined
  #crossView: CrossView | undefined
  #witness: Witness | undefined
  #resyncAt = Number.POSITIVE_INFINITY
  #resyncedAt = Number.NEGATIVE_INFINITY
  #resyncs = 0
  #resyncing = false

  constructor(context: SensorContext, options: ProcessSensorOptions = {}) {
    this.#context = context
    this.#options = options
    this.#events = new ProcessEvents(context, () => this.resync())
  }

  async start(): Promise<void> {
    this.#tier = await this.#openTier()
    this.#events.provider = this.#tier.id
    this.#witness = this.#openWitness(this.#tier)
    const look = new ProcessLook('')
    this.#look = look
    if (look.refused !== '')
      this.#context.notice(`hidden processes are looked for by their numbers only: ${look.refused}`)
    this.#crossView = new CrossView(
      look,
      (fact) => this.#events.hidden(fact),
      this.#options.crossViewMs ?? crossViewAfterMs,
    )
    await this.#lookAtAll(look)
    this.#resyncedAt = Number.NEGATIVE_INFINITY
  }

  tick(): void {
    this.#tier?.tick()
    this.#witness?.tick()
    const look = this.#look
    if (look === undefined) return
    this.#crossView?.tick((thrown) => this.#context.notice(`hidden processes: ${messageOf(thrown)}`))
    if (performance.now() < this.#resyncAt || this.#resyncing) return
    this.#resyncAt = Number.POSITIVE_INFINITY
    this.#lookAtAll(look).catch((thrown: unknown) => {
      this.#context.notice(`the list of processes could not be compared: ${messageOf(thrown)}`)
    })
  }

  resync(): void {
    const soon = Math.max(performance.now() + resyncAfterMs, this.#resyncedAt + betweenResyncsMs)
    this.#resyncAt = Math.min(this.#resyncAt, soon)
  }

  status(): SensorStatus {
    return {
      tier: this.#tier?.id ?? 'none',
      refused: this.#refused,
      facts: {
        ...this.#tier?.facts(),
        known_processes: this.#context.processes.size,
        resyncs: this.#resyncs,
        witness: this.#witness === undefined ? 'none' : 'proc-connector',
        witness_mismatches: this.#witness?.mismatches ?? 0,
        hidden_looks: this.#crossView?.looks ?? 0,
      },
    }
  }

  async stop(): Promise<void> {
    const tier = this.#tier
    this.#tier = undefined
    this.#look?.[Symbol.dispose]()
    this.#look = undefined
    this.#crossView = undefined
    this.#witness?.close()
    this.#witness = undefined
    await tier?.stop()
  }

  async #openTier(): Promise<ProcessTier> {
    const forced = process.env['HAECHI_PROCESS_TIER']
    const all = this.#options.tiers ?? tiers
    const wanted = forced === undefined || forced === '' ? all : all.filter(({ id }) => forced.startsWith(id))
    for (const { id, open } of wanted) {
      const tier = open(this.#events)
      try {
        await tier.start()
        return tier
      } catch (thrown) {
        await tier.stop()
        const why = messageOf(thrown).split('\n', 1)[0] ?? ''
        this.#refused.push({ tier: id, why })
        this.#context.notice(`processes are not seen by ${id}: ${why}`)
      }
    }
    throw new AppError('unsupported', 'processes cannot be seen in any way', {
      hint: this.#refused.map(({ tier, why }) => `${tier}: ${why}`).join('; '),
    })
  }

  /** Without one the sensor sees no less; nobody checks it. */
  #openWitness(tier: ProcessTier): Witness | undefined {
    if (tier.execsSeen === undefined) return undefined
    try {
      return new Witness(
        () => tier.execsSeen?.() ?? 0,
        (event) => this.#context.emit(event),
      )
    } catch (thrown) {
      this.#context.notice(`nobody counts program starts beside ${tier.id}: ${messageOf(thrown)}`)
      return undefined
    }
  }

  /** Compares what lives with what is known: tells of what is new, and of what is gone. */
  async #lookAtAll(look: ProcessLook): Promise<void> {
    this.#resyncing = true
    try {
      this.#tier?.resync()
      const time = bootNow()
      const facts = look.list()
      // What the kernel has queued until now is newer than the list: it goes first.
      for (let turn = 0; turn < settlingTicks && (this.#tier?.pending?.() ?? 0) > 0; turn++) {
        this.#tier?.tick()
        await pause()
      }
      this.#forgetTheGone(
        new Set(facts.map((fact) => `${fact.pid}:${ticksOf(fact.startNs)}`)),
        'bootNs' in time ? ticksOf(time.bootNs) : 0,
      )
      await look.each(
        facts.filter((fact) => !this.#events.knows(fact)),
        (fact) => this.#events.seen(fact),
      )
      this.#resyncs += 1
    } finally {
      this.#resyncing = false
      this.#resyncedAt = performance.now()
    }
  }

  #forgetTheGone(alive: ReadonlySet<string>, beforeTicks: number): void {
    for (const known of this.#context.processes.list()) {
      const name = `${known.info.pid}:${known.startTicks}`
      // What began after the list was made cannot be in it.
      if (alive.has(name) || known.startTicks >= beforeTicks || this.#events.hasEnded(known)) continue
      this.#events.gone(known)
    }
  }
}
