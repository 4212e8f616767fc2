// A thread that scans the same objects again and again while it is given other databases: `workerData` is a ReloadTask,
// every message a SharedEngine or `stop`; one ReloadAnswer comes back.

import { parentPort, receiveMessageOnPort, type MessagePort, workerData } from 'node:worker_threads'

import { attach, type SharedEngine } from '../../src/engine/index.ts'

export interface ReloadTask {
  readonly first: SharedEngine
  /** Messages come here, so that a thread that is busy can look for them. */
  readonly port: MessagePort
  readonly objects: readonly Uint8Array[]
  /** By the database's id: the names found in each object. */
  readonly expected: Readonly<Record<string, readonly string[]>>
  readonly leastScans: number
}

export interface ReloadAnswer {
  readonly scans: number
  readonly reloads: number
  readonly wrong: readonly string[]
}

const { first, port, objects, expected, leastScans } = workerData as ReloadTask
let engine = attach(first)
let instance = engine.instance()
let stopped = false
let scans = 0
let reloads = 0
const wrong: string[] = []
while (!stopped || scans < leastScans) {
  const message = receiveMessageOnPort(port)?.message as SharedEngine | 'stop' | undefined
  if (message === 'stop') stopped = true
  else if (message !== undefined) {
    engine = attach(message)
    instance = engine.instance()
    reloads++
  }
  const { database } = engine.version()
  for (const [index, bytes] of objects.entries()) {
    const { status, detections } = instance.scan(bytes, { name: 'object' })
    const found = detections.map(({ name }) => name).join(' ')
    const right = expected[database]?.[index]
    scans++
    if (found !== right || status !== (right === '' ? 'clean' : 'found')) {
      wrong.push(`${database}, object ${index}: ${status} ${found} instead of ${right ?? 'nothing known'}`)
    }
  }
}
port.close()
parentPort?.postMessage({ scans, reloads, wrong: wrong.slice(0, 10) } satisfies ReloadAnswer)
