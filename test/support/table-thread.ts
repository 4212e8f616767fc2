// A thread that puts and gets verdicts of a crowded table for some time; says what it got that was never put.

import { parentPort, workerData } from 'node:worker_threads'

import { type CachedVerdict, VerdictTable } from '../../src/gate/verdict-table.ts'
import { statFields, statOf } from './stat-of.ts'

export interface TableTask {
  readonly buffer: SharedArrayBuffer
  readonly ms: number
  readonly seed: number
}

export interface TableAnswer {
  readonly hits: number
  readonly puts: number
  readonly wrong: readonly string[]
}

const { buffer, ms, seed } = workerData as TableTask
const table = new VerdictTable(buffer)

/**
 * Files whose key words are 1 or 2 each. Only those with an even sum are ever put: any mixture of two keys, or of a key
 * and another's verdict, would be a hit that cannot be right.
 */
function fileOf(bits: number): { stat: ReturnType<typeof statOf>; isEven: boolean; verdict: CachedVerdict } {
  const words = statFields.map((_, index) => 1 + ((bits >> index) & 1))
  const sum = words.reduce((total, word) => total + word, 0)
  const fields = Object.fromEntries(statFields.map((field, index) => [field, words[index] ?? 1]))
  return { stat: statOf(fields), isEven: sum % 2 === 0, verdict: sum % 4 === 0 ? 'clean' : 'stuck' }
}

const files = Array.from({ length: 2 ** statFields.length }, (_, bits) => fileOf(bits))
const wrong: string[] = []
let hits = 0
let puts = 0
let state = seed
const end = performance.now() + ms
while (performance.now() < end) {
  for (let round = 0; round < 500; round++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const bits = (state >>> 8) % files.length
    const generation = (state >>> 20) % 3
    const file = files[bits]
    if (file === undefined) continue
    // The generation counts as one more word of the key.
    const isPut = file.isEven === (generation !== 1)
    if (isPut && (state >>> 28) % 2 === 0) {
      table.put(file.stat, generation, file.verdict)
      puts++
      continue
    }
    const got = table.get(file.stat, generation)
    if (got === undefined) continue
    hits++
    if (!isPut || got !== file.verdict) wrong.push(`${bits} in ${generation}: ${got}`)
  }
}
parentPort?.postMessage({ hits, puts, wrong: wrong.slice(0, 10) } satisfies TableAnswer)
