// The two that are compared: clamscan (Debian's package `clamav`) and our detector, both on raw objects: unpackers are
// switched off there and not asked here, because they are compared elsewhere.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

import {
  compileClamav,
  createClamavDetector,
  readClamav,
} from '../../../src/engine/detectors/clamav/index.ts'
import { Image } from '../../../src/engine/image.ts'
import { Budget, defaultLimits } from '../../../src/engine/limits.ts'
import { MatcherBuilder } from '../../../src/engine/matcher/compile/builder.ts'
import { headBytes } from '../../../src/engine/scan-object.ts'
import { Sweep } from '../../../src/engine/signatures/sweep.ts'
import { bytesSource } from '../../../src/engine/source/byte-source.ts'

/** Names by path, in the order in which they were found. */
export type Answers = ReadonlyMap<string, readonly string[]>

const options = [
  '--no-summary',
  '--scan-archive=no',
  '--scan-mail=no',
  '--scan-ole2=no',
  '--scan-pdf=no',
  '--scan-swf=no',
  '--scan-onenote=no',
  '--scan-hwp3=no',
  '--scan-xmldocs=no',
  '--heuristic-alerts=no',
  '--phishing-sigs=no',
  '--phishing-scan-urls=no',
  '--scan-pe=no',
  '--max-filesize=1000M',
  '--max-scansize=1000M',
  '--disable-cache',
]

export function askClamscan(database: string, paths: readonly string[], isAllMatch: boolean): Answers {
  const answers = new Map<string, string[]>()
  const list = `${database}.list`
  writeFileSync(list, `${paths.join('\n')}\n`)
  const output = run([...options, ...(isAllMatch ? ['--allmatch'] : []), '-d', database, '-f', list])
  for (const line of output?.split('\n') ?? []) takeLine(line, answers)
  return answers
}

/** Whether clamscan takes a database: it refuses one with any bad line as a whole. */
export function isTaken(database: string): boolean {
  return run([...options, '-d', database, import.meta.filename]) !== undefined
}

function takeLine(line: string, answers: Map<string, string[]>): void {
  const match = /^(.+): (?:OK|Empty file|(.+) FOUND)$/.exec(line)
  if (match === null) return
  const [, path = '', name] = match
  const names = answers.get(path) ?? []
  answers.set(path, names)
  if (name !== undefined && !names.includes(name)) names.push(name)
}

function run(parameters: readonly string[]): string | undefined {
  try {
    // It prints every match; each line once is enough.
    return execFileSync(
      'bash',
      ['-c', 'set -o pipefail; clamscan "$@" | awk \'!seen[$0]++\'', 'bash', ...parameters],
      {
        encoding: 'latin1',
        maxBuffer: 1 << 30,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
  } catch (thrown) {
    // 1: something was found.
    const { status, stdout } = thrown as { status?: number; stdout?: string }
    return status === 1 ? stdout : undefined
  }
}

export interface OurEngine {
  readonly unusable: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  scan(path: string): readonly string[]
}

export function loadOurs(database: string): OurEngine {
  const read = readClamav([database])
  const matcher = new MatcherBuilder()
  const compiled = compileClamav(read, matcher)
  const image = Image.of({ ...matcher.build(), ...compiled.tables })
  const detector = createClamavDetector({ image, sweep: new Sweep(image, { all: false }) })
  return {
    unusable: compiled.counts.unusable,
    problems: read.problems.map(({ file, line, message }) => `${basename(file)}:${line}: ${message}`),
    scan(path) {
      const bytes = readFileSync(path)
      const names: string[] = []
      detector.detect(
        {
          chain: [basename(path)],
          depth: 0,
          source: bytesSource(bytes),
          head: bytes.subarray(0, headBytes),
        },
        {
          budget: new Budget(defaultLimits),
          file: { path, owner: '' },
          report: (name) => void names.push(name),
          suspect: () => undefined,
          incomplete: (_code, message) => void names.push(`incomplete: ${message}`),
        },
      )
      return names
    },
  }
}
