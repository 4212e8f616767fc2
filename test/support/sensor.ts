// A context for a sensor under test: collects what it emits, drives its ticks, and keeps its state in a folder.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import type { Event, EventDataset } from '../../src/model/index.ts'
import { ProcessTable } from '../../src/sensors/process-table.ts'
import type { Loss, Sensor, SensorContext, SensorFactory } from '../../src/sensors/sensor.ts'
import { openSensorState } from '../../src/sensors/state.ts'

export interface SensorUnderTest {
  readonly sensor: Sensor
  readonly context: SensorContext
  readonly events: Event[]
  readonly losses: Loss[]
  readonly notices: string[]
  /** Folder of the sensor's durable state. */
  readonly stateFolder: string
  /** The first event, past or future, that fits; ticks the sensor meanwhile. Rejects after the time. */
  readonly waitFor: (fits: (event: Event) => boolean, timeoutMs?: number) => Promise<Event>
  /** Ticks until `done` or the time is over (then it rejects). */
  readonly until: (done: () => boolean, timeoutMs?: number) => Promise<void>
}

export interface SensorTestOptions {
  /** What stands for `/`; the real one when not given. */
  readonly root?: string
  /** State of an earlier run. */
  readonly stateFolder?: string
}

/** Makes and starts the sensor; it is stopped when the test ends. */
export async function startSensor(
  t: TestContext,
  factory: SensorFactory,
  options: SensorTestOptions = {},
): Promise<SensorUnderTest> {
  const stateFolder = options.stateFolder ?? mkdtempSync(join(tmpdir(), 'haechi-test-state-'))
  const events: Event[] = []
  const losses: Loss[] = []
  const notices: string[] = []
  const listeners: { dataset: EventDataset; listener: (event: Event) => void }[] = []
  const context: SensorContext = {
    emit(event) {
      events.push(event)
      for (const { dataset, listener } of listeners) if (dataset === event.event.dataset) listener(event)
    },
    lost: (loss) => losses.push(loss),
    notice: (message) => notices.push(message),
    listen: (dataset, listener) => listeners.push({ dataset, listener }),
    processes: new ProcessTable(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    state: openSensorState(stateFolder, (message) => notices.push(message)),
    root: options.root ?? '',
  }
  const sensor = factory(context)
  t.after(async () => {
    await sensor.stop()
    if (options.stateFolder === undefined) rmSync(stateFolder, { recursive: true, force: true })
  })
  await sensor.start()
  async function until(done: () => boolean, timeoutMs = 5000): Promise<void> {
    const end = performance.now() + timeoutMs
    for (;;) {
      sensor.tick?.()
      if (done()) return
      if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms; ${describe(events, notices)}`)
      await delay(10)
    }
  }
  return {
    sensor,
    context,
    events,
    losses,
    notices,
    stateFolder,
    until,
    async waitFor(fits, timeoutMs) {
      let found: Event | undefined
      await until(() => (found = events.find(fits)) !== undefined, timeoutMs)
      if (found === undefined) throw new Error('unreachable')
      return found
    },
  }
}

function describe(events: readonly Event[], notices: readonly string[]): string {
  const last = events.slice(-10).map((event) => JSON.stringify(event))
  return `${events.length} events, the last:\n${last.join('\n')}\n${notices.join('\n')}`
}
