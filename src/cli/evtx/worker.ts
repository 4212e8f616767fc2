// A reading thread of `haechi evtx`: one file at a time; waits when its batches are not taken.

import { parentPort, workerData } from 'node:worker_threads'

import type { EvtxPlan, FromReader, ToReader } from './job.ts'
import { LogReader } from './log-reader.ts'

const mostUntaken = 4
const port = parentPort

/** Counts what was sent and not taken. */
class Credit {
  private untaken = 0
  private wake: (() => void) | undefined

  taken(): void {
    this.untaken -= 1
    this.wake?.()
  }

  /** Resolves when one more may be sent. */
  async spend(): Promise<void> {
    this.untaken += 1
    while (this.isSpent()) await this.change()
  }

  private isSpent(): boolean {
    return this.untaken >= mostUntaken
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }
}

if (port !== null) {
  const reader = new LogReader(workerData as EvtxPlan)
  const credit = new Credit()
  const send = (message: FromReader): void => port.postMessage(message)
  const read = async (index: number, file: string): Promise<void> => {
    const batches = reader.read(file)
    for (let step = batches.next(); ; step = batches.next()) {
      if (step.done === true) {
        send({ kind: 'done', index, sum: step.value })
        return
      }
      const { lines } = step.value
      if (lines.length === 0) continue
      send({ kind: 'lines', index, lines })
      await credit.spend()
    }
  }
  port.on('message', (message: ToReader) => {
    if (message.kind === 'file') void read(message.index, message.file)
    else credit.taken()
  })
  send({ kind: 'ready', problems: reader.problems })
}
