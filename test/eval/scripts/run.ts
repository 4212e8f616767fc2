// haechi --run test/eval/scripts/run.ts script,disguise,program folder …: which files of clean software the heuristics
// flag and why, and how fast they are. SCORE is the lowest score that is told.

import { type Dirent, opendirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Detector, Suspicion } from '../../../src/engine/detectors/detector.ts'
import { disguiseDetector } from '../../../src/engine/detectors/disguise/index.ts'
import { programDetector } from '../../../src/engine/detectors/program/index.ts'
import { scriptDetector } from '../../../src/engine/detectors/script/index.ts'
import { Budget, defaultLimits } from '../../../src/engine/limits.ts'
import { headBytes } from '../../../src/engine/scan-object.ts'
import { bytesSource } from '../../../src/engine/source/byte-source.ts'

/** The default threshold of what is told. */
const reportScore = Number(process.env['SCORE'] ?? 60)
const slowMs = 200
const maxFileBytes = 256 * 1024 * 1024
const all = new Map<string, Detector>(
  [scriptDetector, disguiseDetector, programDetector].map((detector) => [detector.id, detector]),
)

function* filesIn(path: string): Generator<string> {
  const entry = statSync(path)
  if (!entry.isDirectory()) {
    yield path
    return
  }
  let folder
  try {
    folder = opendirSync(path)
  } catch {
    return
  }
  for (let next: Dirent | null; (next = folder.readSync()) !== null;) {
    const inner = join(path, next.name)
    if (next.isDirectory()) yield* filesIn(inner)
    else if (next.isFile()) yield inner
  }
  folder.closeSync()
}

const tally = { files: 0, bytes: 0, flagged: 0, cpuUs: 0 }

function judge(detector: Detector, path: string, bytes: Uint8Array): Suspicion[] {
  const found: Suspicion[] = []
  const name = path.slice(path.lastIndexOf('/') + 1)
  detector.detect(
    {
      chain: [name],
      depth: 0,
      source: bytesSource(bytes),
      head: new Uint8Array(bytes.subarray(0, headBytes)),
    },
    {
      budget: new Budget(defaultLimits),
      file: { path, owner: '' },
      report: (reported) => console.log(`${path}: reported ${reported}`),
      incomplete: (code, message) => console.log(`${path}: ${code} ${message}`),
      suspect: (finding) => found.push(finding),
    },
  )
  return found.filter(({ score }) => score >= reportScore)
}

const [ids = '', ...folders] = process.argv.slice(2)
const detectors = ids.split(',').flatMap((id) => all.get(id) ?? [])
for (const folder of folders) {
  for (const path of filesIn(folder)) {
    let bytes: Uint8Array
    try {
      const { size } = statSync(path)
      if (size > maxFileBytes) continue
      bytes = readFileSync(path)
    } catch {
      continue
    }
    const started = process.cpuUsage()
    const found = detectors.flatMap((detector) => judge(detector, path, bytes))
    const { user, system } = process.cpuUsage(started)
    tally.files++
    tally.bytes += bytes.length
    tally.cpuUs += user + system
    if (user + system > slowMs * 1000)
      console.log(`slow ${Math.round((user + system) / 1000)} ms ${bytes.length} ${path}`)
    if (found.length > 0) tally.flagged++
    for (const { name, score, reasons } of found)
      console.log(`${score} ${name} ${path}\n    ${reasons.join('\n    ')}`)
  }
}
const { files, bytes, flagged, cpuUs } = tally
console.log(
  `${files} files, ${(bytes / 1e6).toFixed(0)} MB, ${flagged} flagged, ${(bytes / cpuUs).toFixed(0)} MB per CPU second`,
)
