// Rules: Haechi, both builds of YARA-X, and YARA.

import { join } from 'node:path'

import type { Contestant } from './contestant.ts'
import type { Files } from './files.ts'
import { hostedContestant } from './hosted-contestant.ts'
import type { Bench } from './plan.ts'
import type { RuleSet } from './rules/rule-set.ts'
import { yaraContestant } from './yara.ts'

/** They stand when this resolves. */
export async function rulesContestants(bench: Bench, set: RuleSet, files: Files): Promise<Contestant[]> {
  const rules = set.files.map(({ path, namespace }) => ({ path, namespace }))
  const sample = files.first.files
  const cache = join(bench.aside, 'cache-rules')
  const contestants = [await hostedContestant(bench, { kind: 'haechi', rules, sample, cache })]
  bench.progress('yara-x compiles')
  contestants.push(
    await hostedContestant(bench, {
      kind: 'yara-x',
      rules,
      sample,
      isAlone: !bench.plan.manyYaraX || bench.clock === 'processor',
    }),
  )
  bench.progress('yara-x-wasm compiles')
  contestants.push(
    await hostedContestant(bench, { kind: 'yara-x-wasm', rules, sample: sample.slice(0, 1), isSlow: true }),
  )
  // A program of its own cannot be asked for its processor time.
  if (bench.clock === 'processor') return contestants
  const yara = await yaraContestant(bench, set, sample)
  if (yara === undefined)
    bench.remarks.push('NOT COMPARED WITH YARA: it is missing (Debian: apt-get install yara).')
  else contestants.push(yara)
  return contestants
}
