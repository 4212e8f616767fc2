// ESE databases against libesedb's esedbexport (package libesedb-utils), cell by cell, and how fast both are. The databases are
// a real one where the corpus is here, and generated ones in every page size.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openEse } from '../../../src/evidence/ese/index.ts'
import { type EseColumn, type EseValue, ticksTime } from '../../../src/evidence/ese-database.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { guidBytes } from '../../support/artefact-fields.ts'
import { sampleCells, sampleTable } from '../../support/ese-samples.ts'
import { writeEse } from '../../support/ese-writer.ts'
import { evidenceFiles, libyalTime } from './evidence-files.ts'

const generatedRows = 4000

type Figures = Record<string, number | string>

export async function agree(): Promise<{ name: string; figures: Figures }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-ese-'))
  using corpus = evidenceFiles()
  const figures = { databases: 0, real: 0, tables: 0, rows: 0, cells: 0, equal: 0, notCompared: 0, notes: 0 }
  const speed = { bytes: 0, rows: 0, ours: 0, theirs: 0 }
  const different = new Map<string, number>()
  try {
    for (const [name, bytes] of databases(corpus?.files(/\.edb$/i) ?? [])) {
      const path = join(folder, `${name}.edb`)
      writeFileSync(path, bytes)
      const { seconds, rows } = measure(bytes)
      const started = childSeconds()
      execFileSync('esedbexport', ['-t', join(folder, name), path], { stdio: 'ignore' })
      speed.theirs += childSeconds() - started
      speed.ours += seconds
      speed.rows += rows
      speed.bytes += bytes.length
      figures.databases += 1
      if (name.startsWith('real')) figures.real += 1
      compare(bytes, exported(join(folder, `${name}.export`)), { figures, different })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return {
    name: 'ese against libesedb',
    figures: {
      ...figures,
      different: [...different].map(([what, count]) => `${what}: ${count}`).join('; '),
      rowsPerCpuSecond: Math.round(speed.rows / speed.ours),
      megabytesPerCpuSecond: Math.round(speed.bytes / speed.ours / 1e5) / 10,
      oracleRowsPerCpuSecond: Math.round(speed.rows / speed.theirs),
      timesAsFast: Math.round((10 * speed.theirs) / speed.ours) / 10,
    },
  }
}

function* databases(real: readonly string[]): Generator<[string, Buffer]> {
  for (const [index, path] of real.entries()) yield [`real-${index}`, readFileSync(path)]
  const tables = [
    sampleTable('all', generatedRows, sampleCells),
    { ...sampleTable('none', 0, sampleCells), deleted: [] },
  ]
  for (const pageBytes of [2048, 4096, 8192, 16384, 32768] as const) {
    yield [`r20-${pageBytes}`, writeEse({ pageBytes, tables })]
    yield [`r17-${pageBytes}`, writeEse({ pageBytes, revision: 17, tables })]
  }
  yield ['r12-8192', writeEse({ pageBytes: 8192, revision: 12, tables })]
  yield ['old-4096', writeEse({ pageBytes: 4096, revision: 12, oldChecksums: true, tables })]
}

function childSeconds(): number {
  // Of this process and of the children that ended.
  const text = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(text[13]) + Number(text[14])) / 100
}

function measure(bytes: Buffer): { seconds: number; rows: number } {
  const started = process.cpuUsage()
  let rows = 0
  const database = openEse(memorySource(bytes), new Notes())
  for (const table of database?.tables ?? []) for (const _ of database?.rows(table) ?? []) rows += 1
  const { user, system } = process.cpuUsage(started)
  return { seconds: (user + system) / 1e6, rows }
}

/** Lines of each table's file, by the table's name. */
function exported(folder: string): Map<string, string[][]> {
  return new Map(
    readdirSync(folder).map((file) => [
      file.replace(/\.\d+$/, ''),
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split('\t').map((cell) => cell.replaceAll('\\\\', '\\'))),
    ]),
  )
}

interface Count {
  readonly figures: Record<'tables' | 'rows' | 'cells' | 'equal' | 'notCompared' | 'notes', number>
  readonly different: Map<string, number>
}

function compare(
  bytes: Buffer,
  theirs: ReadonlyMap<string, string[][]>,
  { figures, different }: Count,
): void {
  const notes = new Notes()
  const database = openEse(memorySource(bytes), notes)
  const differs = (what: string): void => void different.set(what, (different.get(what) ?? 0) + 1)
  for (const table of database?.tables ?? []) {
    const lines = theirs.get(table.name) ?? []
    const rows = [...(database?.rows(table) ?? [])]
    figures.tables += 1
    figures.rows += rows.length
    if (rows.length !== lines.length) differs(`rows of ${table.name}`)
    for (const [index, row] of rows.entries()) {
      for (const [at, value] of row.entries()) {
        const column = table.columns[at]
        if (column === undefined) continue
        // esedbexport does not look whether a value of fixed size is NULL, and shows single floats as other numbers.
        if (column.type === 'single' || (value === null && column.id < 128)) {
          figures.notCompared += 1
          continue
        }
        figures.cells += 1
        if (isSame(column, value, lines[index]?.[at] ?? '')) figures.equal += 1
        else differs(column.type)
      }
    }
  }
  figures.notes += notes.kept.length
}

/** esedbexport shows a time always as a FILETIME, a GUID as its bytes. */
function isSame({ type }: EseColumn, value: EseValue, text: string): boolean {
  if (value === null) return text === ''
  switch (type) {
    case 'double':
      return typeof value === 'number' && text === value.toFixed(6)
    case 'date-time':
      return typeof value === 'bigint' && ticksTime(value) === libyalTime(text)
    case 'guid':
      return typeof value === 'string' && text === guidBytes(value).toString('hex')
    default:
      return text === (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value))
  }
}

if (import.meta.main) console.log(await agree())
