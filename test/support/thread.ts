// A worker thread that gives one message and ends.

import { Worker } from 'node:worker_threads'

/** `module`: the thread's own file. Rejects when the thread fails, or ends without a message. */
export function runThread<T>(module: URL, workerData: unknown): Promise<T> {
  const worker = new Worker(module, { workerData })
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => {
    reject(new Error('the thread ended without a message'))
  })
  return promise
}
