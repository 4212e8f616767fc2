// What is fuzzed: every format as if it had recognised the bytes, every heuristic in every language, curing, and the
// engine as a whole.

import { createDetectors } from '../../src/engine/detectors/index.ts'
import { attachHashDatabase, loadHashLists } from '../../src/engine/detectors/hash/index.ts'
import { cure, editors } from '../../src/engine/cure/index.ts'
import { formats } from '../../src/engine/formats/index.ts'
import { load } from '../../src/engine/index.ts'
import { Budget, defaultLimits, LimitReached, type Limits } from '../../src/engine/limits.ts'
import { headBytes, type Language } from '../../src/engine/scan-object.ts'
import { bytesSource } from '../../src/engine/source/byte-source.ts'
import { goldenIds, goldenSamples } from '../support/golden.ts'
import { samples } from '../support/samples.ts'
import { unpack } from '../support/unpack.ts'
import { evidenceTargets } from './evidence-targets.ts'
import { evtxTargets } from './evtx.ts'
import { peTargets } from './pe.ts'
import { registryTargets } from './registry.ts'
import type { Target } from './target.ts'

const fuzzLimits: Limits = {
  ...defaultLimits,
  maxMs: 5000,
  maxMembers: 300,
  maxBytes: 16 << 20,
  maxHeldBytes: 4 << 20,
  maxMatchedBytes: 4 << 20,
  maxDepth: 4,
}
const passwords = ['secret']
/** Longer samples, such as disk images, would spend the time on copying. */
const longestSample = 1 << 20

function corpusOf(id: string): Uint8Array[] {
  const golden = goldenSamples(id).map(({ bytes }) => bytes)
  return [...(samples[id] ?? []), ...golden].filter(({ length }) => length <= longestSample)
}

function formatTargets(all: readonly Uint8Array[]): Target[] {
  return formats.map((format) => {
    const eager = { ...format, matches: () => true }
    const own = corpusOf(format.id)
    return {
      id: `format ${format.id}`,
      corpus: own.length > 0 ? own : all,
      run(bytes) {
        const { budget } = unpack(bytes, { formats: [eager], isFlat: true, limits: fuzzLimits, passwords })
        if (!budget.hold(fuzzLimits.maxHeldBytes)) throw new Error('memory of the budget was not given back')
      },
    }
  })
}

const languages: readonly (Language | undefined)[] = [
  undefined,
  'asp',
  'batch',
  'dde',
  'javascript',
  'jsp',
  'php',
  'postscript',
  'powershell',
  'python',
  'shell',
  'vba',
  'vbscript',
  'xlm',
]

function detectorTargets(all: readonly Uint8Array[]): Target[] {
  const hash = attachHashDatabase(loadHashLists([]).database.shared)
  return createDetectors({ hash, signatures: undefined, variables: {} }).map((detector) => ({
    id: `detector ${detector.id}`,
    corpus: all,
    run(bytes) {
      for (const language of languages) {
        const object = {
          chain: ['object'],
          depth: 0,
          source: bytesSource(bytes),
          head: bytes.slice(0, headBytes),
        }
        try {
          detector.detect(language === undefined ? object : { ...object, language }, {
            budget: new Budget(fuzzLimits),
            file: { path: '', owner: '' },
            report: () => {},
            suspect: checkSuspicion,
            incomplete: () => {},
          })
        } catch (thrown) {
          if (!(thrown instanceof LimitReached) || thrown.code === 'time') throw thrown
        }
      }
    },
  }))
}

function checkSuspicion({
  score,
  reasons,
  name,
}: {
  score: number
  reasons: readonly string[]
  name: string
}): void {
  if (!(score >= 1 && score <= 100) || reasons.length === 0) throw new Error(`${name}: score ${score}`)
}

function wholeTargets(all: readonly Uint8Array[]): Target[] {
  const instance = load({ passwords, limits: fuzzLimits }).instance()
  const parts = {
    detectors: createDetectors({
      hash: attachHashDatabase(loadHashLists([]).database.shared),
      signatures: undefined,
      variables: {},
    }),
    formats,
    passwords,
    reportScore: 60,
  }
  return [
    {
      id: 'scan',
      corpus: all,
      run(bytes) {
        const fault = instance.scan(bytes).reasons.find(({ code }) => code === 'fault' || code === 'time')
        if (fault !== undefined)
          throw new Error(`${fault.code} in ${fault.chain.join(' → ')}: ${fault.message}`)
      },
    },
    {
      id: 'cure',
      corpus: all,
      run(bytes) {
        cure(parts, editors, {
          source: bytesSource(bytes),
          name: 'object',
          file: { path: '', owner: '' },
          passwords,
          decisiveScore: 90,
          budget: () => new Budget(fuzzLimits),
          write: () => {},
        })
      },
    },
  ]
}

export function fuzzTargets(): Target[] {
  const ids = new Set([...goldenIds(), ...Object.keys(samples)])
  const all = [...ids].flatMap((id) => corpusOf(id))
  return [
    ...formatTargets(all),
    ...detectorTargets(all),
    ...wholeTargets(all),
    ...evtxTargets(),
    ...registryTargets(),
    ...peTargets(),
    ...evidenceTargets(),
  ]
}
