// Imports, delayed imports, exports and import hash against pefile (package python3-pefile), name by name, and how fast either is.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { parsePe } from '../../../src/engine/index.ts'
import { readPe } from '../../../src/evidence/pe/index.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { cleanPrograms } from './clean-programs.ts'
import { evidenceFiles } from './evidence-files.ts'

/** One JSON line for each path on standard input, and the seconds of the processor at the end. */
const script = `
import sys, json, pefile, time
pefile.MAX_SYMBOL_EXPORT_COUNT = 0x10000
spent = 0
def text(name):
    return name.decode('latin1') if name else None
def imports(pe, attribute):
    return [[text(e.dll), [[text(i.name), i.ordinal] for i in e.imports]] for e in getattr(pe, attribute, [])]
for line in sys.stdin:
    path = line.rstrip('\\n')
    try:
        data = open(path, 'rb').read()
        started = time.process_time()
        pe = pefile.PE(data=data, fast_load=True)
        pe.parse_data_directories(directories=[0, 1, 13])
        hash = pe.get_imphash() if hasattr(pe, 'DIRECTORY_ENTRY_IMPORT') else ''
        spent += time.process_time() - started
        exports = pe.DIRECTORY_ENTRY_EXPORT.symbols if hasattr(pe, 'DIRECTORY_ENTRY_EXPORT') else []
        print(json.dumps({'path': path, 'hash': hash, 'imports': imports(pe, 'DIRECTORY_ENTRY_IMPORT'),
            'delayed': imports(pe, 'DIRECTORY_ENTRY_DELAY_IMPORT'),
            'exports': [[s.ordinal, text(s.name), s.address, text(s.forwarder)] for s in exports]}))
    except Exception as fault:
        print(json.dumps({'path': path, 'fault': str(fault)}))
print(json.dumps({'seconds': spent}))
`

interface Told {
  readonly path: string
  readonly fault?: string
  readonly hash: string
  readonly imports: readonly Library[]
  readonly delayed: readonly Library[]
  readonly exports: readonly Exported[]
}

type Library = readonly [string, readonly (readonly [string | null, number | null])[]]
type Exported = readonly [ordinal: number, name: string | null, address: number, forwarder: string | null]

/** pefile gives no names beyond so many exports. */
const namesOfPefile = 8192

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  using corpus = evidenceFiles()
  const files = [...(corpus?.files(/\/pe\/.*\.exe$/) ?? []), ...cleanPrograms()]
  const { told, seconds } = pefile(files)
  const figures = {
    files: 0,
    imports: 0,
    equalImports: 0,
    equalDelayed: 0,
    equalExports: 0,
    equalHash: 0,
    pefileFaults: 0,
    pefileCutOff: 0,
  }
  const different: string[] = []
  for (const one of told) {
    if (one.fault !== undefined) {
      figures.pefileFaults += 1
      continue
    }
    figures.files += 1
    figures.imports += one.imports.reduce((sum, [, functions]) => sum + functions.length, 0)
    const report = readPe(memorySource(readFileSync(one.path)), 0)
    const libraries = (kind: 'normal' | 'delayed'): string =>
      JSON.stringify(
        (report?.imports ?? [])
          .filter((library) => library.kind === kind)
          .map(({ library, functions }) => [
            library,
            functions.map(({ name, ordinal }) => [name ?? null, ordinal ?? null]),
          ]),
      )
    const checks = {
      equalImports: libraries('normal') === JSON.stringify(one.imports),
      equalDelayed: libraries('delayed') === JSON.stringify(one.delayed),
      equalExports:
        exportsOf(report, one.exports.length) === JSON.stringify(one.exports.toSorted((a, b) => a[0] - b[0])),
      equalHash: (report?.importHash ?? '') === one.hash,
    }
    if ((report?.exports?.functions.length ?? 0) > one.exports.length) figures.pefileCutOff += 1
    for (const [key, isEqual] of Object.entries(checks)) {
      if (isEqual) figures[key as keyof typeof checks] += 1
      else different.push(`${one.path} ${key}`)
    }
  }
  const own = speed(files)
  return {
    name: 'PE imports and exports against pefile',
    figures: {
      ...figures,
      different: different.join('; '),
      pefileSeconds: Number(seconds.toFixed(2)),
      ownSeconds: Number(own.seconds.toFixed(3)),
      timesFaster: Number((seconds / own.seconds).toFixed(1)),
      slowestReportMs: Math.round(own.slowestMs),
    },
  }
}

/** As many as pefile gives: of one program with 44,398 exports it reads 16,433. */
function exportsOf(report: ReturnType<typeof readPe>, most: number): string {
  const rows = (report?.exports?.functions ?? []).slice(0, most)
  return JSON.stringify(
    rows.map(({ ordinal, name, address, forwarder }, index) => [
      ordinal,
      index < namesOfPefile ? (name ?? null) : null,
      Number(address),
      forwarder ?? null,
    ]),
  )
}

function pefile(files: readonly string[]): { told: Told[]; seconds: number } {
  const { stdout } = spawnSync('/usr/bin/python3', ['-c', script], {
    input: `${files.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 600_000,
  })
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told & { seconds?: number })
  return { told: lines.slice(0, -1), seconds: lines.at(-1)?.seconds ?? 0 }
}

/** The same work as pefile's, of the processor's time; and the slowest whole report. */
/** The best of three rounds. */
function speed(files: readonly string[]): { seconds: number; slowestMs: number } {
  const rounds = [1, 2, 3].map(() => round(files))
  return {
    seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
    slowestMs: Math.min(...rounds.map(({ slowestMs }) => slowestMs)),
  }
}

function round(files: readonly string[]): { seconds: number; slowestMs: number } {
  let microseconds = 0
  let slowestMs = 0
  for (const file of files) {
    const bytes = readFileSync(file)
    const before = process.cpuUsage()
    const pe = parsePe(bytes)
    void pe?.imports
    void pe?.delayedImports
    void pe?.exports
    void pe?.importHash
    const { user, system } = process.cpuUsage(before)
    microseconds += user + system
    const started = performance.now()
    readPe(memorySource(bytes), 0)
    slowestMs = Math.max(slowestMs, performance.now() - started)
  }
  return { seconds: microseconds / 1e6, slowestMs }
}

if (import.meta.main) console.log(await agree())
