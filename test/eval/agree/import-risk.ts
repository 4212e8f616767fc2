// The risk of harmless programs, which should be low, and of generated ones that merely import what is dangerous together,
// which should be high; beside it what counting imports, the first idea of such a score, says of the same harmless ones.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { examine, type Examiner } from '../../../src/analysis/programs/examine.ts'
import { AuthenticodeVerifier, addRoots, RootStore } from '../../../src/evidence/authenticode/index.ts'
import { type ImportTable, loadImportTable } from '../../../src/evidence/import-risk/index.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { cleanPrograms } from './clean-programs.ts'

type Combination = ImportTable['combinations'][number]

/** Groups whose functions every program has. */
const everyday = new Set(['dynamic-resolution', 'network'])

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  const roots = new RootStore()
  addRoots(roots, new URL('../../../content/roots', import.meta.url).pathname)
  const nowMs = Date.now()
  const table = loadImportTable()
  const examiner = { verifier: new AuthenticodeVerifier({ roots, atMs: nowMs }), table, nowMs }
  return { name: 'import risk', figures: { ...clean(examiner), ...generated(examiner) } }
}

function clean(examiner: Examiner): Record<string, number | string> {
  const levels = { none: 0, low: 0, medium: 0, high: 0 }
  const counted = { 3: 0, 5: 0, 10: 0 }
  const high: string[] = []
  let programs = 0
  for (const path of cleanPrograms()) {
    const examined = examine(path, memorySource(readFileSync(path)), examiner)
    if (examined === undefined) continue
    programs += 1
    const { risk } = examined
    levels[risk.level] += 1
    if (risk.level === 'high')
      high.push(`${path.split('/').at(-1) ?? ''} ${risk.score} ${risk.reasons[0]?.id ?? ''}`)
    const functions = new Set(
      risk.groups.filter(({ id }) => !everyday.has(id)).flatMap((group) => group.functions),
    )
    for (const least of [3, 5, 10] as const) if (functions.size >= least) counted[least] += 1
  }
  const share = (count: number): string => `${((100 * count) / Math.max(1, programs)).toFixed(2)} %`
  return {
    cleanPrograms: programs,
    ...levels,
    highShare: share(levels.high),
    highOnes: high.join('; '),
    countingThreeOrMore: share(counted[3]),
    countingFiveOrMore: share(counted[5]),
    countingTenOrMore: share(counted[10]),
  }
}

/** One program for each combination: it names the functions, and never calls them. */
function generated(examiner: Examiner): Record<string, number | string> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-risk-'))
  try {
    const missed: string[] = []
    let programs = 0
    let high = 0
    for (const combination of examiner.table.combinations) {
      if (combination.weight < 60) continue
      const examined = examine('', memorySource(compile(folder, combination)), examiner)
      programs += 1
      if (examined?.risk.level === 'high') high += 1
      else missed.push(`${combination.id} ${examined?.risk.score ?? -1}`)
    }
    return { dangerousPrograms: programs, dangerousHigh: high, missed: missed.join('; ') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A library that is made for the program has whatever functions it wants: the linker needs no more than their names. */
function compile(folder: string, { id, needs }: Combination): Buffer {
  const names = [...new Set(needs.map((line) => line[0] ?? ''))]
  const definition = join(folder, `${id}.def`)
  const library = join(folder, `lib${id}.a`)
  const source = join(folder, `${id}.c`)
  const output = join(folder, `${id}.exe`)
  writeFileSync(definition, `LIBRARY "kernel32.dll"\nEXPORTS\n${names.join('\n')}\n`)
  execFileSync('x86_64-w64-mingw32-dlltool', ['-d', definition, '-l', library])
  const declared = names.map((name) => `extern void ${name}(void);`).join('\n')
  const taken = names.map((name) => `(void*)${name}`).join(', ')
  writeFileSync(
    source,
    `${declared}\nvoid *table[] = { ${taken} };\nint main(int n, char **v) { return table[n % ${names.length}] == v; }\n`,
  )
  execFileSync('x86_64-w64-mingw32-gcc', ['-O1', '-fno-builtin', '-o', output, source, library], {
    stdio: 'pipe',
  })
  return readFileSync(output)
}

if (import.meta.main) console.log(await agree())
