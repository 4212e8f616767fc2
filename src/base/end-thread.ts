// Ending worker threads in bounded time. A thread inside a system call that does not return (a dead network file
// system, a slow disk) cannot be ended, and a process that ends the ordinary way waits for it.

import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'

const left = new Set<Worker>()

/** False when it has not ended within the time: then it is left behind, and ends when it can. */
export async function endThread(thread: Worker, timeoutMs: number): Promise<boolean> {
  const ending = thread.terminate().then(() => {
    left.delete(thread)
    return true
  })
  left.add(thread)
  return Promise.race([ending, delay(timeoutMs, false, { ref: false })])
}

/** Threads of this one that were told to end and have not: who ends the process now would wait for them. */
export function threadsLeft(): number {
  return left.size
}
