import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

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
