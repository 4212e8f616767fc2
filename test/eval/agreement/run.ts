// npm run eval:yara -- FOLDER…: how often our verdict, strings and offsets are those of YARA-X, for every rule of the
// folders on files made from the rule's own strings, and on files of this system. Known differences are counted apart.
//
//   --wasm          compare with YARA-X 1.20 (WebAssembly) instead of 1.7 (native)
//   --samples N     files made for each rule (8)
//   --system N      files of this system for each rule file (6)
//   --seed N        another choice of both (1)
//   --minutes N     stop there and report what was done (60)
//   --show N        differences to print (30)
//   --keep FOLDER   keep the files on which something unexplained differs
//   --write         put the table into differences.md

import { globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'

import { checkRules, fileVariableTypes } from '../../../src/engine/detectors/yara/index.ts'
import type { CheckedRule } from '../../../src/engine/detectors/yara/language/index.ts'
import { modules } from '../../../src/engine/detectors/yara/modules/index.ts'
import { type Contestant, nativeYaraX, type Ours, ours, wasmYaraX } from './contestants.ts'
import { type Difference, differencesOf, isOurs } from './known-differences.ts'
import { nearMisses } from './near-misses.ts'
import { Tally, writeTable } from './tally.ts'
import { randomFrom } from './sample-of.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    wasm: { type: 'boolean', default: false },
    samples: { type: 'string', default: '8' },
    system: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    show: { type: 'string', default: '30' },
    keep: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
if (positionals.length === 0) {
  console.error('usage: npm run eval:yara -- [--wasm] [--samples N] FOLDER…')
  process.exit(2)
}

const oracle = values.wasm ? await wasmYaraX() : nativeYaraX()
const native = values.wasm ? optional(nativeYaraX) : undefined
const random = randomFrom(Number(values.seed))
const files = positionals
  .flatMap((folder) => globSync('**/*.{yar,yara,rule}', { cwd: folder }).map((name) => join(folder, name)))
  .toSorted()
const system = filesOf(['/usr/bin', '/usr/lib/x86_64-linux-gnu', '/usr/share/perl', '/usr/share/doc'])
const executables = filesOf(['/usr/share/clamav-testfiles']).filter((path) => path.endsWith('.exe'))
const tally = new Tally()
const started = performance.now()
let shownAt = started
let done = 0
let kept = 0

for (const file of files) {
  if (performance.now() - started > Number(values.minutes) * 60_000) break
  compareFile(file)
  done++
  if (performance.now() - shownAt > 5000) {
    shownAt = performance.now()
    const minutes = ((shownAt - started) / 60_000).toFixed(1)
    console.error(`${minutes} min: ${done} of ${files.length} files, ${tally.figures()}`)
  }
}

if (done < files.length) console.log(`stopped after ${done} of ${files.length} rule files`)
for (const line of tally.report(Number(values.show))) console.log(line)
if (values.write) {
  const folders = positionals.map((folder) => basename(folder)).join(', ')
  writeTable(join(import.meta.dirname, 'differences.md'), {
    tally,
    oracle: values.wasm ? 'YARA-X 1.20 (WebAssembly)' : 'YARA-X 1.7 (native)',
    what: `${done} rule files of ${folders}, ${values.samples} made files for each rule, ${values.system} system files for each rule file`,
  })
}

function compareFile(file: string): void {
  const text = readFileSync(file)
  const mine = ours(text)
  let theirs: Contestant
  try {
    theirs = oracle(text)
  } catch (thrown) {
    tally.refused(file, { theirs: String(thrown), ours: mine.problems })
    return
  }
  for (const problem of mine.problems) tally.problem(`${file}:${problem}`)
  const { rules } = checkRules([{ name: file, namespace: 'default', text }], {
    modules: new Map([...modules].map(([name, module]) => [name, module.type])),
    externals: fileVariableTypes,
  })
  tally.countRules(rules.length)
  const known = new Map(rules.map((rule) => [rule.name, rule]))
  // Where 1.20 differs, 1.7 is asked too.
  const second = native?.(text)
  const sides = { mine, theirs, second, known, file }
  for (const rule of rules) {
    for (const bytes of nearMisses(rule, Number(values.samples), random)) compare(sides, bytes)
  }
  for (const path of [...chosen(system, Number(values.system)), ...chosen(executables, 2)]) {
    compare(sides, readFileSync(path))
  }
  theirs.close?.()
}

interface Sides {
  readonly mine: Ours
  readonly theirs: Contestant
  readonly second: Contestant | undefined
  readonly known: ReadonlyMap<string, CheckedRule>
  readonly file: string
}

function compare({ mine, theirs, second, known, file }: Sides, bytes: Uint8Array): void {
  let began = performance.now()
  const complete = mine.complete.scan(bytes)
  tally.ourMs += performance.now() - began
  const quick = mine.quick.scan(bytes).join(' ')
  began = performance.now()
  let other: readonly string[]
  try {
    other = theirs.scan(bytes)
  } catch (thrown) {
    tally.problem(`${file}: YARA-X fails: ${String(thrown).slice(0, 200)}`)
    return
  }
  tally.theirMs += performance.now() - began
  const verdict = complete.filter((line) => !line.includes(' ')).join(' ')
  if (quick !== verdict)
    tally.problem(`${file}: scans say "${quick}", the complete search "${verdict}"${keep(bytes)}`)
  const differences = differencesOf(known, { ours: complete, theirs: other, size: bytes.length }).map(
    (difference): Difference => {
      if (difference.category !== 'unexplained' || second === undefined) return difference
      return isOurs(difference, complete, second.scan(bytes))
        ? { ...difference, category: 'oracle' }
        : difference
    },
  )
  const isNew = differences.some(({ category }) => category === 'unexplained')
  tally.scan(file, differences, isNew ? keep(bytes) : '')
}

function optional<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function keep(bytes: Uint8Array): string {
  if (values.keep === undefined) return ''
  const path = join(values.keep, `${kept++}.bin`)
  writeFileSync(path, bytes)
  return ` (${path})`
}

function chosen(paths: readonly string[], count: number): string[] {
  if (paths.length === 0) return []
  return Array.from({ length: count }, () => paths[random(paths.length)] ?? '')
}

/** Regular files of at most a megabyte, in the folder or one below. */
function filesOf(folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => {
      try {
        return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
          const path = join(folder, entry.name)
          return entry.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]
        })
      } catch {
        return []
      }
    })
    .filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.isFile() === true && stat.size > 0 && stat.size <= 1_000_000
    })
}
