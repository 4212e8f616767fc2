// A thread that takes room in a shared image again and again, and fills each room with its mark.

import { parentPort, workerData } from 'node:worker_threads'

import { Image, type SharedImage } from '../../src/engine/image.ts'

export interface TakeTask {
  readonly shared: SharedImage
  readonly rooms: number
  readonly length: number
  /** Counted up by each thread that is ready. */
  readonly start: Int32Array
  readonly threads: number
  readonly mark?: number
}

export interface TakeAnswer {
  readonly offsets: readonly number[]
}

const { shared, rooms, length, start, threads, mark = 0 } = workerData as TakeTask
const image = new Image(shared)
Atomics.add(start, 0, 1)
Atomics.notify(start, 0)
for (let ready = Atomics.load(start, 0); ready < threads; ready = Atomics.load(start, 0)) {
  Atomics.wait(start, 0, ready, 1000)
}
const offsets = Array.from({ length: rooms }, () => {
  const offset = image.take(length)
  new Uint8Array(image.shared.memory.buffer, offset, length).fill(mark)
  return offset
})
parentPort?.postMessage({ offsets } satisfies TakeAnswer)
