// Sigma's own regression logs: whether each rule fires on its .evtx file exactly as often as it should.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'

import { readEvtx } from '../../../../src/evidence/evtx/index.ts'
import { Notes } from '../../../../src/evidence/note.ts'
import { memorySource } from '../../../../src/evidence/source.ts'
import { createSigma, readRules, type Sigma, windowsRecord } from '../../../../src/rules/sigma/index.ts'
import { evalData } from '../../../support/eval-data.ts'

const data = join(evalData(), 'sigma')

interface Info {
  readonly rule_metadata: readonly { readonly id: string }[]
  readonly regression_tests_info: readonly { readonly match_count?: number; readonly path: string }[]
}

export function regression(): Record<string, number | string> {
  const infos = globSync(join(data, 'regression_data', '**', 'info.yml')).toSorted()
  if (infos.length === 0) return {}
  const files = globSync(join(data, 'rules*', '**', '*.yml'))
  const sigma = createSigma(
    readRules(files.map((source) => ({ source, text: readFileSync(source, 'utf8') }))),
  )
  const figures = { cases: 0, exact: 0 }
  const wrong: string[] = []
  for (const path of infos) {
    const info = parse(readFileSync(path, 'utf8')) as Info
    const [test] = info.regression_tests_info
    const file = join(path, '..', test?.path.split('/').at(-1) ?? '')
    const rule = info.rule_metadata[0]?.id ?? ''
    if (!existsSync(file)) continue
    figures.cases += 1
    const fired = firedBy(sigma, file, rule)
    if (test?.match_count === undefined ? fired > 0 : fired === test.match_count) figures.exact += 1
    else wrong.push(`${rule}: ${fired} times instead of ${test?.match_count ?? 'at least once'}`)
  }
  return { ...figures, wrong: wrong.join('; ') }
}

function firedBy(sigma: Sigma, file: string, rule: string): number {
  let fired = 0
  for (const record of readEvtx(memorySource(readFileSync(file)), { notes: new Notes() })) {
    const detections = sigma.matchRecord({ product: 'windows' }, windowsRecord(record.event()))
    fired += detections.filter(({ ruleId }) => ruleId === rule).length
  }
  return fired
}
