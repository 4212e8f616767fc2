import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { LogStory } from '../../../test/support/logfile-story.ts'
import {
  fileName,
  recordBytes,
  residentData,
  standardInformation,
  writeRecord,
} from '../../../test/support/mft-writer.ts'
import { mftLines } from '../../model/mft-lines.ts'
import { exitCodes } from '../exit-codes.ts'
import { createTerminal } from '../render/terminal.ts'
import type { MftOptionValues } from './options.ts'
import { runMft } from './run.ts'

const times = { created: '2026-11-22T10:00:00.1234567Z' }
const root = [5, 5] as const

function table(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-mft-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const named = (name: string, more: readonly Buffer[] = []): Buffer[] => [
    standardInformation(times),
    fileName({ parent: root, name, times }),
    ...more,
  ]
  const specs = new Map([
    [0, { attributes: [] }],
    [5, { sequence: 5, isDirectory: true, attributes: named('.') }],
    [10, { attributes: named('=cmd|x\u001b[31m.exe', [residentData('Zone.Identifier', 'ZoneId=3')]) }],
    [11, { attributes: named('gone.txt'), inUse: false }],
    [
      12,
      {
        attributes: [
          standardInformation({ created: '2009-07-14T00:00:00Z' }),
          fileName({ parent: root, name: 'old.dll', times }),
        ],
      },
    ],
  ])
  const records = Array.from({ length: 16 }, (_, entry) => {
    const spec = specs.get(entry)
    return spec === undefined ? Buffer.alloc(recordBytes) : writeRecord(spec)
  })
  const file = join(folder, '$MFT')
  writeFileSync(file, Buffer.concat(records))
  return file
}

async function run(
  file: string,
  options: MftOptionValues,
): Promise<{ exit: number; lines: string[]; err: string }> {
  let out = ''
  let err = ''
  const sink = (take: (text: string) => void): { write(text: string): void; on(): void } => ({
    write: take,
    on() {},
  })
  const terminal = createTerminal({
    stdout: sink((text) => (out += text)),
    stderr: sink((text) => (err += text)),
    color: false,
    quit() {},
  })
  const exit = await runMft([file], options, terminal)
  return { exit, lines: out.trimEnd().split('\n'), err }
}

test('JSON: a line a file, as the schema says, and a summary', async (t) => {
  const { exit, lines } = await run(table(t), { json: true })
  assert.equal(exit, exitCodes.clean)
  const values = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  for (const value of values.slice(0, -1)) mftLines['mft-entry'].schema.parse(value)
  const summary = mftLines['mft-summary'].schema.parse(values.at(-1))
  assert.deepEqual([summary.entries, summary.shown, values.length], [5, 5, 6])
})

test('filters: deleted, streams, stamped, names, times', async (t) => {
  const file = table(t)
  const paths = async (options: MftOptionValues): Promise<unknown[]> => {
    const { lines } = await run(file, { ...options, json: true })
    return lines.slice(0, -1).map((line) => (JSON.parse(line) as Record<string, unknown>)['entry'])
  }
  assert.deepEqual(await paths({ deleted: true }), [11])
  assert.deepEqual(await paths({ streams: true }), [10])
  assert.deepEqual(await paths({ stamped: true }), [12])
  assert.deepEqual(await paths({ name: 'G*.T?T' }), [11])
  assert.deepEqual(await paths({ name: '\\old*' }), [12])
  assert.deepEqual(await paths({ until: '2010-01-01' }), [12])
  await assert.rejects(paths({ since: 'never' }), /--since is a time/)
})

test('CSV: cells cannot become formulas, names cannot end a line', async (t) => {
  const { lines } = await run(table(t), { format: 'csv', name: '*.exe' })
  assert.equal(lines.length, 2)
  assert.match(lines[0] ?? '', /^Entry,Sequence,InUse/)
  assert.match(lines[1] ?? '', /^10,1,true,false,\\=cmd\|x/)
  assert.match(lines[1] ?? '', /Zone\.Identifier:8,,ZoneId=3,/)
})

test('bodyfile: a line for each set of times and stream, without foreign separators', async (t) => {
  const { lines } = await run(table(t), { format: 'bodyfile', name: '*.exe' })
  assert.deepEqual(lines, [
    '0|/=cmd_x_[31m.exe|10-128|r/rrwxrwxrwx|0|0|0|1795341600|1795341600|1795341600|1795341600',
    '0|/=cmd_x_[31m.exe ($FILE_NAME)|10-48|r/rrwxrwxrwx|0|0|1000|1795341600|1795341600|1795341600|1795341600',
    '0|/=cmd_x_[31m.exe:Zone.Identifier|10-128|r/rrwxrwxrwx|0|0|8|1795341600|1795341600|1795341600|1795341600',
  ])
})

test('text does not obey names; what is no table is an error', async (t) => {
  const file = table(t)
  const { lines } = await run(file, {})
  assert.match(lines[0] ?? '', /^ENTRY +STATE +CREATED/)
  assert.ok(lines.some((line) => line.includes('=cmd|x\\x1b[31m.exe :Zone.Identifier (8)')))
  assert.ok(!lines.join('').includes('\u001b'))
  writeFileSync(file, 'something else')
  const failed = await run(file, {})
  assert.equal(failed.exit, exitCodes.error)
  assert.match(failed.err, /this is no \$MFT/)
})

function log(t: TestContext): string {
  const file = join(table(t), '..', '$LogFile')
  const name = { parent: root, name: '=a|b\u001b.exe', times }
  const own = { entry: 70, sequence: 3 }
  const story = new LogStory()
    .begin()
    .create(own, name, [residentData('s', 'x')])
    .rename(own, name, { ...name, name: 'b.exe' })
    .setTimes(own, times, { created: '2009-07-14T00:00:00Z', changed: '2026-11-22T11:00:00Z' })
    .remove(own, { ...name, name: 'b.exe' })
  writeFileSync(file, story.log.file())
  return file
}

test('a $LogFile is told by its bytes: JSON as the schema says', async (t) => {
  const { exit, lines } = await run(log(t), { json: true })
  assert.equal(exit, exitCodes.clean)
  const changes = lines.slice(0, -1).map((line) => mftLines['log-file-change'].schema.parse(JSON.parse(line)))
  assert.deepEqual(
    changes.map(({ change, path }) => [change, path]),
    [
      ['file-created', '\\=a|b\u001b.exe'],
      ['attribute-created', '\\=a|b\u001b.exe'],
      ['file-renamed', '\\b.exe'],
      ['times-set', '\\b.exe'],
      ['file-deleted', '\\b.exe'],
    ],
  )
  assert.equal(mftLines['mft-summary'].schema.parse(JSON.parse(lines.at(-1) ?? '')).shown, 5)
})

test('a $LogFile as text, CSV and bodyfile, and what is asked of it', async (t) => {
  const file = log(t)
  const text = (await run(file, {})).lines
  assert.match(text[0] ?? '', /^LSN +ENTRY +CHANGE +PATH +DETAILS/)
  assert.match(text[1] ?? '', /^\d+ +70-3 +file-created +\\=a\|b\\x1b\.exe +created 2026-11-22 10:00:00;/)
  assert.match(text[2] ?? '', /\$DATA:s$/)
  assert.match(text[3] ?? '', /file-renamed +\\b\.exe +from =a\|b/)
  assert.match(
    text[4] ?? '',
    /created 2026-11-22 10:00:00 → 2009-07-14 00:00:00 \(back\); .*changed 2026-11-22 10:00:00 → 2026-11-22 11:00:00/,
  )
  const csv = (await run(file, { format: 'csv', stamped: true })).lines
  assert.equal(csv.length, 2)
  assert.equal(csv[0]?.split(',').length, csv[1]?.split(',').length)
  assert.match(csv[1] ?? '', /,times-set,70,3,5,5,\\b\.exe,b\.exe,.*,created modified,/)
  const renamed = (await run(file, { format: 'csv', name: '=a*', since: '2026-01-01' })).lines
  assert.deepEqual(
    renamed.slice(1).map((line) => line.split(',')[2]),
    ['file-created'],
  )
  const body = (await run(file, { format: 'bodyfile', stamped: true })).lines
  assert.deepEqual(body, [
    '0|/b.exe ($LogFile: times-set, before)|70|r/rrwxrwxrwx|0|0|0|1795341600|1795341600|1795341600|1795341600',
    '0|/b.exe ($LogFile: times-set)|70|r/rrwxrwxrwx|0|0|0|1247529600|1247529600|1795345200|1247529600',
  ])
  const entries = async (options: MftOptionValues): Promise<number> =>
    (await run(file, { ...options, json: true })).lines.length - 1
  assert.deepEqual(
    [
      await entries({ deleted: true }),
      await entries({ streams: true }),
      await entries({ until: '2010-01-01' }),
    ],
    [1, 1, 1],
  )
  assert.equal(await entries({ name: '\\=A*' }), 2)
})
