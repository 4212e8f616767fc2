// Registry hives against three independent readers: hivex (python3-hivex), libregf (python3-libregf) and reglookup. Keys with their
// times, values with type and every byte of data; reglookup prints text, so of it paths, types and times are compared, and the
// data of the types that it writes exactly. Logs are not replayed by them: hives are read without, here too.
//
// Where an oracle is known to be wrong it is not asked (each found by looking at the bytes): libregf gives zeros for data of one to
// three bytes inside a value's cell, cuts texts at their first null and reads on behind those that have none or an odd length;
// reglookup writes `(null)` for empty data, 0 for a number of the wrong length, and the bare bytes of names beyond latin1.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { isHive, openHive, walk } from '../../../src/evidence/registry/index.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { binary, dword, multiSz, sz, writeHive } from '../../support/hive-writer.ts'
import { evidenceFiles } from './evidence-files.ts'

const python = '/usr/bin/python3'
const dumpers = {
  hivex: `
import hivex, sys, json
h = hivex.Hivex(sys.argv[1])
out = sys.stdout
stack = [(h.root(), '')]
while stack:
    node, path = stack.pop()
    out.write(json.dumps([path, h.node_timestamp(node)]) + '\\n')
    for value in h.node_values(node):
        kind, data = h.value_value(value)
        out.write(json.dumps([path, h.value_key(value), kind, data.hex()]) + '\\n')
    for child in h.node_children(node):
        stack.append((child, path + '\\\\' + h.node_name(child)))
`,
  libregf: `
import pyregf, sys, json
f = pyregf.file()
f.open(sys.argv[1])
out = sys.stdout
stack = [(f.get_root_key(), '')]
while stack:
    key, path = stack.pop()
    out.write(json.dumps([path, key.get_last_written_time_as_integer()]) + '\\n')
    for value in key.values:
        data = value.data
        out.write(json.dumps([path, value.name or '', value.type, (data or b'').hex()]) + '\\n')
    for child in key.sub_keys:
        stack.append((child, path + '\\\\' + child.name))
`,
} as const

/** Adds keys and values of all kinds with hivex, removes some of them, and writes the hive anew. */
const changer = `
import hivex, sys
h = hivex.Hivex(sys.argv[1], write=True)
root = h.root()
for i in range(600):
    node = h.node_add_child(root, 'key %d \\u00e9' % i)
    h.node_set_values(node, [
        {'key': 'text', 't': 1, 'value': ('value %d' % i).encode('utf-16le') + b'\\0\\0'},
        {'key': '', 't': 3, 'value': bytes(range(i % 256))},
        {'key': 'number', 't': 4, 'value': (i * 7919).to_bytes(4, 'little')},
        {'key': 'many', 't': 7, 'value': 'a\\0b\\0\\0'.encode('utf-16le')},
    ])
    if i % 5 == 0:
        h.node_add_child(node, 'below')
for i in range(0, 600, 3):
    h.node_delete_child(h.node_get_child(root, 'key %d \\u00e9' % i))
h.commit(None)
`

type Line = readonly (string | number)[]

/** FILETIME as an integer, as the oracles give it. */
function ticksOf(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}

function ours(bytes: Buffer): Line[] {
  const { root } = openHive(memorySource(bytes))
  const lines: Line[] = []
  for (const key of root === undefined ? [] : walk(root)) {
    const path = key.path === '' ? '' : `\\${key.path}`
    lines.push([path, ticksOf(bytes, key.position + 4)])
    for (const value of key.values()) lines.push([path, value.name, value.type, value.data.toString('hex')])
  }
  return lines
}

function theirs(script: string, file: string): Line[] | undefined {
  const { status, stdout } = spawnSync(python, ['-c', script, file], {
    encoding: 'utf8',
    maxBuffer: 1 << 29,
    timeout: 120_000,
  })
  return status === 0
    ? stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line)
    : undefined
}

const textTypes = new Set([1, 2, 6])

function asLibregf(line: Line, irregular: ReadonlySet<string>): Line {
  const [path = '', name = '', type = 0, data] = line
  if (typeof data !== 'string') return line
  if (irregular.has(`${path}\0${name}`)) return [path, name, type, 'not asked']
  if (data.length < 8) return [path, name, type, `${data.length / 2} bytes`]
  if (!textTypes.has(Number(type))) return line
  return [path, name, type, Buffer.from(data, 'hex').toString('utf16le').split('\0')[0] ?? '']
}

/** Texts without an end, by path and name. */
function irregularTexts(lines: readonly Line[]): Set<string> {
  const places = new Set<string>()
  for (const [path = '', name = '', type = 0, data] of lines) {
    if (typeof data !== 'string' || !textTypes.has(Number(type))) continue
    const bytes = Buffer.from(data, 'hex')
    if (bytes.length % 2 === 1 || !bytes.toString('utf16le').includes('\0')) places.add(`${path}\0${name}`)
  }
  return places
}

/** Lines of `a` that `b` does not have, as often. */
function missing(a: readonly string[], b: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) + 1)
  return a.filter((line) => {
    const left = counts.get(line) ?? 0
    counts.set(line, left - 1)
    return left <= 0
  })
}

/** What reglookup prints: paths in its quoting, UTF-8. */
function lookupLines(file: string): string[] | undefined {
  const { status, stdout } = spawnSync('reglookup', [file], {
    encoding: 'latin1',
    maxBuffer: 1 << 29,
    timeout: 120_000,
  })
  if (status !== 0) return undefined
  return stdout
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [path = '', type = '', value = '', time = ''] = line.split(',')
      if (type === 'KEY') return [unquoted(path), type, time].join('\t')
      return [unquoted(path), type, isExact(type) && value !== '(null)' ? unquotedBytes(value) : ''].join(
        '\t',
      )
    })
    .filter((line) => isLatin(line))
}

/** Types whose data reglookup prints exactly, on data of the usual length. */
function isExact(type: string): boolean {
  return type === 'BINARY' || type === 'DWORD' || type === 'QWORD'
}

function unquotedBytes(text: string): string {
  return Buffer.from(
    text.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('latin1')
}

function unquoted(text: string): string {
  const latin = unquotedBytes(text)
  const utf8 = Buffer.from(latin, 'latin1').toString('utf8')
  return utf8.includes('\ufffd') ? latin : utf8
}

const lookupTypes = [
  'NONE',
  'SZ',
  'EXPAND_SZ',
  'BINARY',
  'DWORD',
  'DWORD_BE',
  'LINK',
  'MULTI_SZ',
  'RSRC_LIST',
  'RSRC_DESC',
  'RSRC_REQ_LIST',
  'QWORD',
]

function ourLookup(bytes: Buffer): string[] {
  const { root } = openHive(memorySource(bytes))
  const lines: string[] = []
  for (const key of root === undefined ? [] : walk(root)) {
    const path = key.path === '' ? '/' : `/${key.path.replaceAll('\\', '/')}`
    lines.push([path, 'KEY', key.time.slice(0, 19).replace('T', ' ')].join('\t'))
    for (const value of key.values()) {
      const type = lookupTypes[value.type] ?? `0x${value.type.toString(16).toUpperCase().padStart(8, '0')}`
      const place = `${path}/${value.name}`
      lines.push([place, type, isExact(type) ? lookupData(type, value.data) : ''].join('\t'))
    }
  }
  return lines.filter((line) => isLatin(line))
}

/** The first field, the path. */
function isLatin(line: string): boolean {
  const [path = ''] = line.split('\t')
  // eslint-disable-next-line no-control-regex -- reglookup's bare UTF-16 has nulls
  return /^[\u0001-\u00ff]*$/.test(path)
}

function lookupData(type: string, data: Buffer): string {
  const [size, digits] = type === 'DWORD' ? [4, 8] : [8, 16]
  if (type === 'BINARY') return data.toString('latin1')
  if (data.length === 0) return ''
  if (data.length !== size) return `0x${'0'.repeat(digits)}`
  const number = size === 4 ? BigInt(data.readUInt32LE()) : data.readBigUInt64LE()
  return `0x${number.toString(16).toUpperCase().padStart(digits, '0')}`
}

interface Tally {
  hives: number
  lines: number
  missing: number
  extra: number
  oracleFails: string[]
  examples: string[]
}

function compare(
  tally: Tally,
  name: string,
  mine: readonly string[],
  other: readonly string[] | undefined,
): void {
  if (other === undefined) {
    tally.oracleFails.push(name)
    return
  }
  const lost = missing(other, mine)
  const extra = missing(mine, other)
  tally.hives += 1
  tally.lines += other.length
  tally.missing += lost.length
  tally.extra += extra.length
  for (const line of lost.slice(0, 3)) tally.examples.push(`${name} lacks ${line.slice(0, 300)}`)
  for (const line of extra.slice(0, 3)) tally.examples.push(`${name} has ${line.slice(0, 300)}`)
}

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  using corpus = evidenceFiles()
  const tallies: Record<string, Tally> = {}
  const tallyOf = (oracle: string): Tally =>
    (tallies[oracle] ??= { hives: 0, lines: 0, missing: 0, extra: 0, oracleFails: [], examples: [] })
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-registry-'))
  const seen = new Map<string, Buffer>()
  try {
    for (const file of corpus?.files(/\/(registry|plaso)\//) ?? []) {
      const bytes = file.endsWith('.xz')
        ? execFileSync('xz', ['-dc', file], { maxBuffer: 1 << 28 })
        : readFileSync(file)
      const name = basename(file, '.xz')
      seen.set(name.toLowerCase(), bytes)
      if (!isHive(bytes) || /\.log\d?$/i.test(name)) continue
      const plain = join(folder, 'hive')
      writeFileSync(plain, bytes)
      compareAll(name, plain, tallyOf)
    }
    for (const [name, path] of madeHives(folder)) compareAll(name, path, tallyOf)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { name: 'registry hives', figures: { ...figuresOf(tallies), ...replayFigures(seen) } }
}

/** With lists of every kind, UTF-16 names and segments; and one that hivex wrote. */
function madeHives(folder: string): [name: string, path: string][] {
  const many = Array.from({ length: 50 }, (_, index) => ({ name: `n${index}` }))
  const written = writeHive({
    name: 'ROOT',
    className: 'class',
    values: [
      sz('', 'x'),
      sz('값', '한국어'),
      multiSz('m', 'a', 'b'),
      dword('d', 5),
      binary('big', Buffer.alloc(70_000, 'ab')),
    ],
    subkeys: (['lf', 'lh', 'li', 'ri'] as const).map((list) => ({
      name: `${list} 한글`,
      list,
      subkeys: many,
    })),
  })
  const paths = { 'written hive': join(folder, 'written'), 'hive of hivex': join(folder, 'changed') }
  writeFileSync(paths['written hive'], written)
  writeFileSync(paths['hive of hivex'], writeHive({ name: 'ROOT', subkeys: [{ name: 'first' }] }))
  const { status, stderr } = spawnSync(python, ['-c', changer, paths['hive of hivex']], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`hivex cannot write: ${stderr}`)
  return Object.entries(paths)
}

function compareAll(name: string, path: string, tallyOf: (oracle: string) => Tally): void {
  const bytes = readFileSync(path)
  const mine = ours(bytes)
  const irregular = irregularTexts(mine)
  for (const [oracle, script] of Object.entries(dumpers)) {
    const text = (line: Line): string =>
      JSON.stringify(oracle === 'libregf' ? asLibregf(line, irregular) : line)
    compare(tallyOf(oracle), name, mine.map(text), theirs(script, path)?.map(text))
  }
  compare(tallyOf('reglookup'), name, ourLookup(bytes), lookupLines(path))
}

/** Dirty hives with their logs: what was replayed, and whether the result holds together. regipy's tests expect 315, 158 and 132 pages. */
function replayFigures(files: ReadonlyMap<string, Buffer>): Record<string, string> {
  const figures: Record<string, string> = {}
  for (const [name, bytes] of files) {
    const logs = ['.log1', '.log2'].flatMap((ending) => {
      const log = files.get(name + ending)
      return log === undefined ? [] : [{ name: name + ending, source: memorySource(log) }]
    })
    if (logs.length === 0) continue
    const hive = openHive(memorySource(bytes), logs)
    const keys = hive.root === undefined ? 0 : [...walk(hive.root)].length
    const pages = hive.appliedLogs.reduce((sum, log) => sum + log.pages, 0)
    figures[`replay: ${name}`] = `${pages} pages, ${keys} keys, ${hive.notes.kept.length} notes`
  }
  return figures
}

function figuresOf(tallies: Record<string, Tally>): Record<string, number | string> {
  const figures: Record<string, number | string> = {}
  for (const [oracle, tally] of Object.entries(tallies)) {
    figures[`${oracle}: hives`] = tally.hives
    figures[`${oracle}: keys and values`] = tally.lines
    figures[`${oracle}: equal, %`] = (
      (1 - (tally.missing + tally.extra) / Math.max(1, tally.lines)) *
      100
    ).toFixed(4)
    figures[`${oracle}: cannot read`] = tally.oracleFails.join(' ')
    figures[`${oracle}: differences`] = tally.examples.slice(0, 20).join('\n')
  }
  return figures
}

if (import.meta.main) {
  const { name, figures } = await agree()
  process.stdout.write(`${name}\n`)
  for (const [what, figure] of Object.entries(figures)) process.stdout.write(`  ${what}: ${figure}\n`)
}
