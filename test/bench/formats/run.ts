// `npm run bench:formats`: unpacking beside clamscan, `7z t` and each format's own tool, on the same archives of the same
// files, one process each, the start of an empty run taken off. Then the bombs. Options: --quick, --rounds N, --json.

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deflateRawSync, gzipSync } from 'node:zlib'

import { tarOf } from '../../support/tar-writer.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { readMachine } from '../machine.ts'
import { type FormatCase, formatCases } from './cases.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, json: { type: 'boolean' } },
})
const rounds = Number(values.rounds ?? (values.quick === true ? 1 : 5))
/** Of the files that are packed. */
const corpusBytes = (values.quick === true ? 4 : 24) * 1e6

const folder = mkdtempSync(join(tmpdir(), 'haechi-bench-'))
const root = join(import.meta.dirname, '../../..')
const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }

interface Run {
  readonly ms: number
  readonly rssMb: number
  readonly status: number | null
}

/** Wall time and the largest memory of one process, as the kernel tells them. */
function run(command: string, input: string): Run {
  const line = `exec python3 -c '
import os, resource, subprocess, sys, time
t = time.monotonic()
p = subprocess.run(["/bin/sh", "-c", "exec " + sys.argv[1]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(time.monotonic() - t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, p.returncode)
' "$COMMAND"`
  const done = spawnSync('/bin/sh', ['-c', line], {
    env: { ...environment, COMMAND: command, IN: input },
    encoding: 'utf8',
    timeout: 300_000,
  })
  const [seconds, rss, status] = done.stdout.trim().split(' ').map(Number)
  return { ms: (seconds ?? 0) * 1000, rssMb: (rss ?? 0) / 1024, status: status ?? null }
}

const has = (program: string): boolean =>
  spawnSync('/bin/sh', ['-c', `command -v ${program}`], { env: environment }).status === 0

/** Programs, sources and documents of this tree: what servers hold. */
function prepareFiles(): { folder: string; bytes: number } {
  const target = join(folder, 'files')
  mkdirSync(target)
  const sources = [join(root, 'node_modules'), join(root, 'src')]
  let bytes = 0
  let count = 0
  const take = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (bytes >= corpusBytes) return
      const from = join(path, entry.name)
      if (entry.isDirectory()) take(from)
      if (!entry.isFile() || entry.name === '7zz.wasm') continue
      const { size } = statSync(from)
      // Some large files, many small ones.
      if (size > 3e6 || bytes + size > corpusBytes * 1.1) continue
      cpSync(from, join(target, `${String(count++).padStart(5, '0')}-${entry.name}`))
      bytes += size
    }
  }
  for (const source of sources) take(source)
  return { folder: target, bytes }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

interface Opponent {
  readonly id: string
  readonly command: string
}

const config = join(folder, 'haechi.toml')
writeFileSync(config, '[engine]\nlocal = ""\ncache = ""\n')
const emptyDatabase = join(folder, 'none.ndb')
writeFileSync(emptyDatabase, 'Bench.Nothing:0:*:deadbeefdeadbeefcafebabecafebabe0011223344556677\n')
const ours: Opponent = {
  id: 'haechi',
  command: `"${join(root, 'bin/haechi')}" scan -q -j 1 --config "${config}" --max-time 5min "$IN"`,
}
const clamscan: Opponent = {
  id: 'clamscan',
  command: `clamscan --no-summary -d "${emptyDatabase}" --max-filesize=2000M --max-scansize=4000M --max-files=1000000 --max-recursion=50 "$IN"`,
}
const sevenZip: Opponent = { id: '7z t', command: '7z t -bd "$IN"' }

interface Figure {
  readonly ms: number
  /** Ended without an error, and in our case read everything. */
  readonly isWhole: boolean
  readonly rssMb: number
}

interface Row {
  readonly id: string
  readonly packed: number
  readonly figures: Readonly<Record<string, Figure | undefined>>
}

function measure(format: FormatCase, input: string, base: Readonly<Record<string, number>>): Row {
  const opponents = [
    ours,
    ...(has('clamscan') ? [clamscan] : []),
    ...(format.by7z === false || !has('7z') ? [] : [sevenZip]),
    ...(format.native === undefined ? [] : [{ id: 'own tool', command: format.native }]),
  ]
  const runs = new Map<string, Run[]>(opponents.map(({ id }) => [id, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { id, command } of opponents) runs.get(id)?.push(run(command, input))
  }
  const figures: Record<string, Figure> = {}
  for (const [id, all] of runs) {
    const ms = Math.max(1, median(all.map((one) => one.ms)) - (base[id] ?? 0))
    const isWhole = all.every(({ status }) => status === 0)
    figures[id] = { ms, isWhole, rssMb: median(all.map((one) => one.rssMb)) }
  }
  return { id: format.id, packed: statSync(input).size, figures }
}

function makeArchive(format: FormatCase, files: string): string {
  const out = join(folder, `archive-${format.id.replaceAll(/\W+/g, '-')}`)
  const options = { cwd: files, env: { ...environment, OUT: out } }
  execFileSync('/bin/sh', ['-ec', format.make], { ...options, stdio: ['ignore', 'ignore', 'inherit'] })
  return out
}

/** Small files that unpack to very much. */
function bombs(): Record<string, Uint8Array> {
  const zeros = new Uint8Array(64e6)
  const layer = zipOf([{ name: 'zeros', data: zeros }])
  const many = Array.from({ length: 100_000 }, (_, index) => ({ name: `f${index}`, data: '' }))
  let nested: Uint8Array = deflateRawSync(zeros)
  for (let depth = 0; depth < 40; depth++) nested = gzipSync(nested)
  return {
    'gzip of 1 GB of zeros': Buffer.concat(Array.from({ length: 16 }, () => gzipSync(zeros))),
    'zip of 16 × 64 MB of zeros': zipOf(
      Array.from({ length: 16 }, (_, index) => ({ name: `z${index}.zip`, data: layer, method: 0 })),
    ),
    'tar of 100,000 empty files': tarOf(many),
    '40 layers of gzip': nested,
  }
}

const [load = 0] = loadavg()
const started = performance.now()
try {
  const files = prepareFiles()
  const tiny = join(folder, 'tiny')
  writeFileSync(tiny, 'nothing')
  const base: Record<string, number> = {}
  for (const opponent of [ours, clamscan, sevenZip]) {
    base[opponent.id] = median(Array.from({ length: rounds }, () => run(opponent.command, tiny).ms))
  }
  const rows = formatCases
    .filter(({ program }) => has(program))
    .map((format) => measure(format, makeArchive(format, files.folder), base))
  const bombRuns = Object.entries(bombs()).map(([id, bytes]) => {
    const input = join(folder, 'bomb')
    writeFileSync(input, bytes)
    return { id, size: bytes.length, ...run(ours.command, input) }
  })
  const machine = readMachine('tmp')
  if (values.json === true) {
    process.stdout.write(
      `${JSON.stringify({ machine, rounds, load, unpacked: files.bytes, base, rows, bombs: bombRuns })}\n`,
    )
  } else {
    const speed = (figure: Figure | undefined): string =>
      figure === undefined
        ? '–'
        : `${(files.bytes / 1e3 / figure.ms).toFixed(0)}${figure.isWhole ? '' : ' (not all of it)'}`
    const ratio = (row: Row, id: string): string => {
      const [own, other] = [row.figures['haechi'], row.figures[id]]
      return own === undefined || other === undefined ? '' : ` (${(other.ms / own.ms).toFixed(2)}×)`
    }
    process.stdout.write(
      `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}, ${machine.date}, load ${load.toFixed(1)}\n` +
        `${(files.bytes / 1e6).toFixed(1)} MB of files, ${rounds} rounds; MB/s of unpacked data, medians, start-up taken off; ` +
        'in brackets how many times as fast Haechi is\n\n' +
        '| format | packed MB | haechi | RSS MB | clamscan | 7z t | own tool |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n',
    )
    for (const row of rows) {
      const other = (id: string): string => `${speed(row.figures[id])}${ratio(row, id)}`
      const cells = [
        row.id,
        (row.packed / 1e6).toFixed(1),
        speed(row.figures['haechi']),
        (row.figures['haechi']?.rssMb ?? 0).toFixed(0),
        other('clamscan'),
        other('7z t'),
        other('own tool'),
      ]
      process.stdout.write(`| ${cells.join(' | ')} |\n`)
    }
    process.stdout.write(
      '\n| bomb | bytes | seconds | RSS MB | exit |\n| --- | ---: | ---: | ---: | ---: |\n',
    )
    for (const bomb of bombRuns) {
      const cells = [bomb.id, bomb.size, (bomb.ms / 1000).toFixed(2), bomb.rssMb.toFixed(0), bomb.status]
      process.stdout.write(`| ${cells.join(' | ')} |\n`)
    }
    process.stdout.write(`\n${Math.round((performance.now() - started) / 1000)} s\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
