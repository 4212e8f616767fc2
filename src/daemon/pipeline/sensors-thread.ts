// The thread of the sensors: starts them, gives each its turn, completes their events and hands them to the store.

import { parentPort, workerData } from 'node:worker_threads'

import { messageOf } from '../../base/app-error.ts'
import { keepHeapSmall } from '../../base/collect-garbage.ts'
import { type Event, type EventDataset, eventDatasets } from '../../model/index.ts'
import { sensorTable } from '../../sensors/index.ts'
import { ProcessTable } from '../../sensors/process-table.ts'
import type { Loss, Sensor, SensorContext, SensorId } from '../../sensors/sensor.ts'
import { openSensorState } from '../../sensors/state.ts'
import { rowOf } from '../../store/row.ts'
import { Containers } from './containers/index.ts'
import { enrich, type Enrichment } from './enrich.ts'
import { Executables } from './executables.ts'
import { healthEvent } from './health-event.ts'
import { Ledger } from './ledger.ts'
import type { FromSensors, RowsAnswer, RowsMessage, SensorsStart, ToSensors } from './messages.ts'
import { Outlet } from './outlet.ts'

/** Turns follow each other faster while there is something to see. */
const busyMs = 25
const idleMs = 50

const start = workerData as SensorsStart
const sensors = new Map<SensorId, Sensor>()
const faults = new Map<SensorId, string>()
const listeners = new Map<EventDataset, ((event: Event) => void)[]>(eventDatasets.map((name) => [name, []]))
const processes = new ProcessTable(start.bootId)
const enrichment: Enrichment = { processes, containers: new Containers('') }
let isStopping = false
let timer: NodeJS.Timeout | undefined

const outlet = new Outlet({
  maxQueuedRows: start.maxQueuedRows,
  post: (rows) => {
    start.store.postMessage({ kind: 'rows', rows } satisfies RowsMessage)
  },
  onDropped: (count, from, to) => {
    lost({ source: 'queue', count, from, to })
    for (const sensor of sensors.values()) sensor.resync?.()
  },
})
const ledger = new Ledger((event) => {
  outlet.add(rowOf(event))
})
const executables = new Executables({
  request: (requests) => {
    tell({ kind: 'executables', requests })
  },
  release: (event) => {
    outlet.add(rowOf(event))
  },
})

function tell(message: FromSensors): void {
  parentPort?.postMessage(message)
}

function lost(loss: Loss): void {
  ledger.lost(loss, Date.now())
}

function emit(event: Event): void {
  for (const listener of listeners.get(event.event.dataset) ?? []) listener(event)
  enrich(event, enrichment)
  if (start.judgeExecutables && executables.take(event, Date.now())) return
  outlet.add(rowOf(event))
}

function contextFor(id: SensorId): SensorContext {
  const notice = (message: string): void => {
    tell({ kind: 'notice', message: `${id}: ${message}` })
  }
  return {
    emit,
    lost,
    notice,
    listen: (dataset, listener) => listeners.get(dataset)?.push(listener),
    processes,
    state: openSensorState(`${start.stateFolder}/${id}`, notice),
    root: '',
  }
}

async function startAll(): Promise<void> {
  for (const id of start.sensors) {
    try {
      const factory = await sensorTable[id]()
      const sensor = factory(contextFor(id))
      await sensor.start()
      sensors.set(id, sensor)
    } catch (thrown) {
      faults.set(id, messageOf(thrown))
      tell({ kind: 'notice', message: `the sensor ${id} does not stand: ${messageOf(thrown)}` })
    }
  }
}

/** A fault of one sensor is told and leaves the others alone. */
function turn(id: SensorId, sensor: Sensor): void {
  try {
    sensor.tick?.()
  } catch (thrown) {
    tell({ kind: 'notice', message: `${id}: ${messageOf(thrown)}` })
  }
}

function tick(): void {
  for (const [id, sensor] of sensors) turn(id, sensor)
  const nowMs = Date.now()
  executables.tick(nowMs)
  ledger.tell(nowMs)
  const isBusy = outlet.queued > 0
  outlet.flushDue(performance.now())
  if (!isStopping) timer = setTimeout(tick, isBusy ? busyMs : idleMs)
}

async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  clearTimeout(timer)
  for (const [id, sensor] of sensors) {
    // What the kernel has queued until now is taken with it.
    turn(id, sensor)
    await sensor.stop().catch((thrown: unknown) => {
      tell({ kind: 'notice', message: `${id} did not stop: ${messageOf(thrown)}` })
    })
  }
  executables.end()
  emit(healthEvent('sensors.stopped', 'the sensors end: what happens from now on is not seen'))
  ledger.tell(Date.now(), true)
  outlet.flush()
  start.store.postMessage({ kind: 'end' } satisfies RowsMessage)
  tell({ kind: 'stopped' })
  start.store.close()
  parentPort?.close()
}

function hear(message: ToSensors): void {
  switch (message.kind) {
    case 'event':
      emit(message.event)
      return
    case 'executables':
      executables.learn(message.facts)
      return
    case 'ping':
      tell({ kind: 'pong', id: message.id })
      return
    case 'status':
      report(message.id)
      return
    case 'stop':
      void stop()
  }
}

function report(id: number): void {
  const { user, system } = process.threadCpuUsage()
  tell({
    kind: 'status',
    id,
    report: {
      sensors: start.sensors.map((sensor) => ({
        id: sensor,
        fault: faults.get(sensor),
        status: sensors.get(sensor)?.status(),
      })),
      ledger: ledger.entries(),
      events: outlet.total,
      queued: outlet.queued,
      cpuMs: Math.round((user + system) / 1000),
    },
  })
}

start.store.on('message', (answer: RowsAnswer) => {
  outlet.confirm(answer.count)
  if (answer.kind === 'lost') lost(answer.loss)
})
parentPort?.on('message', hear)
emit(healthEvent('sensors.started', `the sensors begin: ${start.sensors.join(', ')}`))
tick()
await startAll()
keepHeapSmall()
tell({ kind: 'started' })
