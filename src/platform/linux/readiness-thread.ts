// A thread that only waits for descriptors and tells its parent which ones are ready. It ends at token 0.

import { parentPort, workerData } from 'node:worker_threads'

import { awaitReports } from './readiness.ts'

const readiness = workerData as number

function run(): void {
  for (;;) {
    const reports = awaitReports(readiness)
    for (let index = 0; index < reports.length; index += 2) if (reports[index] === 0) return
    parentPort?.postMessage(reports)
  }
}

run()
