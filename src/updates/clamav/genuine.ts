// Whether a database on the disk is genuine and the one that it is called: the engine's own reader says so.

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import type { Job } from '../job.ts'
import type { Database } from '../verifier.ts'

/** Throws Fault. */
export function readGenuine(job: Job, name: string, path: string, key: string | undefined): Database {
  let database: Database
  try {
    database = job.verifier.readDatabase(path, { key, maxBytes: job.maxUnpackedBytes })
  } catch (thrown) {
    throw new Fault(`it is refused: ${messageOf(thrown)}`, thrown)
  }
  if (!database.files.has(`${name}.info`)) throw new Fault(`it is another database than ${name}`)
  return database
}

/** Throws Fault when it is older than what is here and may not be. */
export function checkAge(job: Job, version: number, have: number | undefined): void {
  if (have === undefined || version >= have || job.allowDowngrade) return
  throw new Fault(
    `version ${version} is older than version ${have} here; --allow-downgrade takes it all the same`,
  )
}
