import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { memoryTree } from '../../test/support/memory-tree.ts'
import { Notes } from '../evidence/note.ts'
import { memorySource } from '../evidence/source.ts'
import type { Event } from '../model/index.ts'
import { linesOf } from './artefacts/lines.ts'
import { expressionOf } from './programs/glob.ts'
import type { ProgramFacts } from './programs/programs.ts'
import { RanPrograms } from './programs/ran.ts'
import { CaseFolding, treePathOf } from './programs/windows-path.ts'
import type { ArtefactRecord } from './record.ts'
import { WindowsProcesses } from './story/processes.ts'
import { lineOf } from './timeline/formats.ts'
import { keyOf } from './timeline/row.ts'
import { ExternalSorter } from './timeline/sorter.ts'

function folderOf(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-sorter-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('lines come in order however little fits into memory, equal ones as they were added', (t) => {
  const folder = folderOf(t)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.string({ unit: 'grapheme', maxLength: 20 })), {
        maxLength: 300,
      }),
      fc.integer({ min: 1, max: 3000 }),
      (given, maxHeld) => {
        const lines = given.map(([key, text], index) => ({
          key: `k${key}`,
          text: `${text.replaceAll(/[\n\ud800-\udfff]/g, '')}#${index}`,
        }))
        using sorter = new ExternalSorter(folder, maxHeld)
        for (const { key, text } of lines) sorter.add(key, text)
        assert.deepEqual(
          [...sorter.sorted()],
          lines.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))),
        )
      },
    ),
    { numRuns: 60 },
  )
  assert.deepEqual(readdirSync(folder), [])
})

test('more runs than may be open at once are merged in turns', (t) => {
  const folder = folderOf(t)
  using sorter = new ExternalSorter(folder, 1)
  for (let index = 0; index < 150; index += 1) sorter.add(`k${index % 7}`, String(index))
  const sorted = [...sorter.sorted()].map(({ text }) => Number(text))
  const expected = Array.from({ length: 150 }, (_, index) => index).toSorted(
    (a, b) => (a % 7) - (b % 7) || a - b,
  )
  assert.deepEqual(sorted, expected)
  assert.deepEqual(readdirSync(folder), [])
})

test('times of every precision sort as what they are', () => {
  const times = [
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.1Z',
    '2026-01-02T03:04:05.1234567Z',
    '2026-01-02T03:04:06',
  ]
  const keys = times.map((time) => String(keyOf(time)))
  assert.deepEqual(
    keys,
    keys.toSorted((a, b) => (a < b ? -1 : 1)),
  )
  assert.equal(keyOf('+060056-05-28T05:36:10Z'), undefined)
  assert.equal(keyOf('yesterday'), undefined)
})

test('cells of a spreadsheet are no formulas, and fields of a bodyfile no others', () => {
  const row = {
    time: '2026-01-02T03:04:05Z',
    is: 'created',
    kind: 'lnk',
    source: '/a',
    title: '=cmd|"x",\n',
    line: 1,
  }
  assert.equal(lineOf(row, 'csv'), '2026-01-02T03:04:05Z,created,lnk,/a,"\'=cmd|""x"", ",1\n')
  const fields = lineOf(row, 'bodyfile').trimEnd().split('|')
  assert.equal(fields.length, 11)
  assert.deepEqual(fields.slice(7), ['0', '0', '0', '1767323045'])
})

test('paths as Windows writes them are found in the tree, whatever their case', () => {
  const tree = memoryTree('windows', {
    '/Windows/System32/Drivers/A.sys': 'x',
    '/Program Files (x86)/B/b.exe': 'x',
  })
  const folding = new CaseFolding(tree)
  const found = (path: string): string | undefined => {
    const wanted = treePathOf(path)
    return wanted === undefined ? undefined : folding.locate(wanted)
  }
  assert.equal(found('%SystemRoot%\\system32\\drivers\\a.sys'), '/Windows/System32/Drivers/A.sys')
  assert.equal(found('\\SystemRoot\\System32\\DRIVERS\\a.SYS'), '/Windows/System32/Drivers/A.sys')
  assert.equal(found('\\??\\C:\\Program Files (x86)\\B\\B.EXE'), '/Program Files (x86)/B/b.exe')
  assert.equal(found('%ProgramFiles(x86)%\\B\\b.exe'), '/Program Files (x86)/B/b.exe')
  assert.equal(found('C:\\nothing.exe'), undefined)
  for (const path of ['D:\\x.exe', '\\\\server\\share\\x.exe', '%APPDATA%\\x.exe', ''])
    assert.equal(treePathOf(path), undefined, path)
})

test('a pid that is given again is another process; later events belong to the one that runs', () => {
  const processes = new WindowsProcesses()
  const event = (action: string, time: string, more: object = {}): Event => ({
    '@timestamp': time,
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action,
      dataset: 'hx.process',
      provider: 'evtx',
    },
    process: { pid: 100, executable: 'C:\\a.exe', ...more },
    hx: { winlog: { computer: 'PC' } },
  })
  const idOf = (given: Event): string | undefined => processes.named(given).process?.entity_id
  const first = idOf(event('exec', '2026-01-01T00:00:00Z', { command_line: 'a -x' }))
  assert.equal(idOf(event('connect', '2026-01-01T00:00:10Z')), first)
  // The same start, told by Sysmon with a name of its own.
  assert.equal(idOf(event('exec', '2026-01-01T00:00:01Z', { entity_id: '{guid}' })), first)
  assert.equal(processes.named(event('connect', '2026-01-01T00:00:11Z')).process?.command_line, 'a -x')
  assert.equal(idOf(event('exit', '2026-01-01T00:00:20Z')), first)
  assert.notEqual(idOf(event('exec', '2026-01-01T00:01:00Z')), first)
  const child = processes.named(
    event('exec', '2026-01-01T00:02:00Z', { pid: 101, parent: { pid: 100, executable: 'C:\\a.exe' } }),
  )
  assert.equal(child.process?.parent?.entity_id, idOf(event('connect', '2026-01-01T00:02:01Z')))
})

test('lines are whole wherever a chunk ends, long ones are cut, packed ones unpacked', async () => {
  const { gzipSync } = await import('node:zlib')
  const text = `${'a'.repeat(1_048_570)}\nsecond line across\r\n${'b'.repeat(200_000)}\nlast`
  for (const bytes of [Buffer.from(text), gzipSync(text)]) {
    const notes = new Notes()
    const lines = [...linesOf(memorySource(bytes), notes)].map((line) => line.text)
    assert.deepEqual(
      lines.map((line) => `${line.slice(0, 6)} ${line.length}`),
      ['aaaaaa 65536', 'second 18', 'bbbbbb 65536', 'last 4'],
    )
    assert.ok(notes.kept.length >= 1)
  }
})

test('programs that ran are examined up to a number, and those beyond are counted once', () => {
  let asked = 0
  const programs = {
    factsOf: (image: string): ProgramFacts => {
      asked += 1
      return { path: image, size: 1, status: 'invalid', code: 'TRUST_E_BAD_DIGEST' }
    },
  }
  const found: string[] = []
  const ran = new RanPrograms(programs, ({ rule, what }) => found.push(`${rule}: ${what}`))
  const record = (path: string): ArtefactRecord => ({
    kind: 'prefetch',
    source: 'x.pf',
    times: [],
    title: '',
    data: { path },
  })
  for (let index = 0; index < 2003; index += 1) ran.withProgram(record(`\\x\\${index}.exe`), '')
  ran.withProgram(record('\\x\\2002.exe'), '')
  ran.withProgram(record('\\X\\1.EXE'), '')
  ran.withProgram(record('bare.exe'), '')
  assert.equal(asked, 2001)
  assert.equal(ran.leftOut, 3)
  assert.equal(found[0], 'broken-signature: prefetch runs \\x\\0.exe')
})

test('a glob fits whole names, and folders in between may be none', () => {
  const fits = (glob: string, path: string): boolean => expressionOf(glob).test(path)
  assert.ok(fits('/etc/**/*.conf', '/etc/a.conf') && fits('/etc/**/*.conf', '/etc/b/c/a.conf'))
  assert.ok(!fits('/etc/**/*.conf', '/etc/a.conf/x') && !fits('/etc/*.conf', '/etc/b/a.conf'))
  assert.ok(fits('/etc/cron.d/*', '/etc/cron.d/x') && !fits('/etc/cron.d/*', '/etc/cronxd/x'))
})
