// Several reading threads: each has one file at a time, and what they tell comes in the order of the files.

import { Worker } from 'node:worker_threads'

import type { EvtxPlan, FileSum, FromReader, Told, ToReader } from './job.ts'

/** Reading leaves much behind that is soon garbage: more room only makes it lie longer. */
const maxYoungGenerationSizeMb = 16

export interface ReaderEvents {
  readonly onLines: (lines: readonly Told[]) => void
  readonly onFile: (sum: FileSum) => void
  readonly onProblems: (problems: readonly string[]) => void
}

interface Waiting {
  readonly batches: { readonly lines: readonly Told[]; readonly taken: () => void }[]
  sum: FileSum | undefined
}

/** Resolves when all files are read. Rejects when a thread cannot go on. */
export async function readInThreads(
  files: readonly string[],
  { plan, threads }: { readonly plan: EvtxPlan; readonly threads: number },
  events: ReaderEvents,
): Promise<void> {
  const order = new Order(files.length, events)
  let next = 0
  let isFirst = true
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: plan,
        resourceLimits: { maxYoungGenerationSizeMb },
      })
      const post = (message: ToReader): void => worker.postMessage(message)
      const feed = (): void => {
        const file = files[next]
        if (file === undefined) void worker.terminate().then(() => resolve(), reject)
        else post({ kind: 'file', index: next++, file })
      }
      worker.on('error', reject)
      worker.on('message', (message: FromReader) => {
        if (message.kind === 'lines') order.add(message.index, message.lines, () => post({ kind: 'taken' }))
        else if (message.kind === 'done') {
          order.end(message.index, message.sum)
          feed()
        } else if (message.kind === 'ready') {
          if (isFirst) events.onProblems(message.problems)
          isFirst = false
          feed()
        }
      })
    })
  await Promise.all(Array.from({ length: threads }, run))
}

/** Holds back what later files tell; their threads wait after a few batches. */
class Order {
  private readonly files: readonly Waiting[]
  private readonly events: ReaderEvents
  private current = 0

  constructor(count: number, events: ReaderEvents) {
    this.files = Array.from({ length: count }, () => ({ batches: [], sum: undefined }))
    this.events = events
  }

  add(index: number, lines: readonly Told[], taken: () => void): void {
    this.files[index]?.batches.push({ lines, taken })
    this.pass()
  }

  end(index: number, sum: FileSum): void {
    const file = this.files[index]
    if (file !== undefined) file.sum = sum
    this.pass()
  }

  private pass(): void {
    for (let file = this.files[this.current]; file !== undefined; file = this.files[++this.current]) {
      for (const { lines, taken } of file.batches.splice(0)) {
        this.events.onLines(lines)
        taken()
      }
      if (file.sum === undefined) return
      this.events.onFile(file.sum)
    }
  }
}
