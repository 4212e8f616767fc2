// ClamAV databases among the files of an archive or a folder: as genuine as from a mirror, or refused.

import { join } from 'node:path'

import { checkAge, readGenuine } from '../clamav/genuine.ts'
import { Fault } from '../fault.ts'
import type { Job } from '../job.ts'
import type { Databases } from '../state/manifest.ts'
import { extensionOf } from './names.ts'

/** Gives those that lie at the top. Throws Fault, also for one that is older than the present one. */
export function checkDatabases(job: Job, files: readonly string[], key: string | undefined): Databases {
  const databases: Record<string, Databases[string]> = {}
  for (const file of files) {
    if (!['cvd', 'cld'].includes(extensionOf(file))) continue
    const name = file.slice(file.lastIndexOf('/') + 1, -'.cvd'.length)
    try {
      const { version } = readGenuine(job, name, join(job.work().content, file), key)
      checkAge(job, version, job.installed?.databases[name]?.version)
      if (!file.includes('/')) databases[name] = { version, file }
    } catch (thrown) {
      if (thrown instanceof Fault) throw new Fault(`${file}: ${thrown.message}`, thrown)
      throw thrown
    }
  }
  return databases
}
