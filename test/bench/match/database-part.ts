// ClamAV's signatures: Haechi and clamd with the same database.

import { join } from 'node:path'

import { clamdContestant } from './clamd.ts'
import type { Contestant } from './contestant.ts'
import type { SignatureDatabase } from './database.ts'
import type { Files } from './files.ts'
import { hostedContestant } from './hosted-contestant.ts'
import type { Bench } from './plan.ts'

/** Empty where there is nobody to compare with. They stand when this resolves. */
export async function databaseContestants(
  bench: Bench,
  database: SignatureDatabase,
  files: Files,
): Promise<Contestant[]> {
  const sample = files.first.files
  const clamd = await clamdIfFair(bench, database, sample)
  bench.progress('haechi loads')
  const cache = join(bench.aside, 'cache-database')
  const own = await hostedContestant(bench, {
    kind: 'haechi',
    rules: [],
    databases: [database.folder],
    sample,
    cache,
  })
  const loaded = own.signatures ?? 0
  if (loaded >= database.signatures) return clamd === undefined ? [own] : [own, clamd]
  bench.remarks.push(
    `haechi loaded ${loaded} of ${database.signatures} signatures: NOT COMPARED WITH CLAMAV.`,
  )
  await own.stop()
  return clamd === undefined ? [] : [clamd]
}

/** A program of its own cannot be asked for its processor time. */
async function clamdIfFair(
  bench: Bench,
  database: SignatureDatabase,
  sample: readonly string[],
): Promise<Contestant | undefined> {
  if (bench.clock === 'processor') return undefined
  bench.progress('clamd loads')
  const clamd = await clamdContestant(bench, database, sample)
  if (clamd === undefined) {
    bench.remarks.push(
      'NOT COMPARED WITH CLAMAV: clamd is missing (Debian: apt-get install clamav-daemon clamav).',
    )
  }
  return clamd
}
