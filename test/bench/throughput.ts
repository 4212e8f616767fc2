// Scanning on demand: a tree of small files and 80 MiB of random bytes, with one signature on both sides. The time of
// the whole command counts, its start too.

import type { Stage } from './contestant.ts'
import { clamDatabase, clamscan } from './clamonacc.ts'
import { haechiEnv, launcher } from './haechi.ts'
import type { Samples } from './samples.ts'

interface Summary {
  readonly type: string
  readonly files: number
  readonly bytes: number
}

export async function measureThroughput(
  stage: Stage,
  samples: Samples,
  options: { round: number; withClamscan: boolean },
): Promise<void> {
  const { exec, trees, ground } = stage
  const places = [trees.single, trees.parallel, trees.blobs]
  const own = await exec(launcher, ['scan', '--json', ...places], { env: haechiEnv(ground.aside) })
  const last = own.stdout.trimEnd().split('\n').at(-1) ?? '{}'
  const { files, bytes } = JSON.parse(last) as Summary
  const add = (who: 'haechi' | 'clamonacc', ms: number): void => {
    const seconds = ms / 1000
    const { round } = options
    samples.add({ id: 'scan.files', title: 'scan on demand, files', unit: '/s' }, who, round, files / seconds)
    samples.add(
      { id: 'scan.bytes', title: 'scan on demand, bytes', unit: 'MB/s' },
      who,
      round,
      bytes / 1e6 / seconds,
    )
  }
  add('haechi', own.ms)
  if (!options.withClamscan) return
  const args = ['-r', '--no-summary', '--quiet', '-d', clamDatabase(stage), ...places]
  add('clamonacc', (await exec(clamscan, args, { timeoutMs: 100_000 })).ms)
}
