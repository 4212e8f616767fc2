import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { ChunkWriter, eventRecord, type EventSpec, logFile } from '../../../test/support/evtx-writer.ts'
import { evtxLines } from '../../model/evtx-lines.ts'
import { exitCodes } from '../exit-codes.ts'
import { createTerminal } from '../render/terminal.ts'
import { logFiles } from './files.ts'
import type { EvtxOptionValues } from './options.ts'
import { runInventory } from './inventory.ts'
import { runEvtx } from './run.ts'

class Sink extends EventEmitter {
  text = ''
  write(text: string): boolean {
    this.text += text
    return true
  }
}

async function run(
  operands: readonly string[],
  options: EvtxOptionValues = {},
): Promise<{ code: number; lines: string[]; err: string }> {
  const stdout = new Sink()
  const stderr = new Sink()
  const terminal = createTerminal({ stdout, stderr, color: false, quit: () => undefined })
  const code = await runEvtx(operands, options, terminal)
  return { code, lines: stdout.text.split('\n').slice(0, -1), err: stderr.text }
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-evtx-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const day = 864_000_000_000n
const start = 133_444_512_000_000_000n

function process(command: string, days: number): EventSpec {
  const data = { NewProcessId: '0x10', NewProcessName: 'C:\\Windows\\cmd.exe', CommandLine: command }
  return { channel: 'Security', eventId: 4688, time: start + BigInt(days) * day, data }
}

function log(...specs: readonly EventSpec[]): Buffer {
  const chunk = new ChunkWriter()
  for (const [index, spec] of specs.entries()) chunk.add(eventRecord(index + 1, spec))
  return logFile([chunk.bytes()])
}

/** Two logs, one of them in a folder below, and something else. */
function logsOf(t: TestContext): string {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'B.evtx'), log(process('whoami /all', 2), { channel: 'System', eventId: 7036 }))
  writeFileSync(join(folder, 'sub', 'A.EVTX'), log(process('ping\n-n 1', 1), process('whoami', 3)))
  writeFileSync(join(folder, 'notes.txt'), 'no log')
  symlinkSync('..', join(folder, 'sub', 'up'))
  return folder
}

test('records of all logs below a folder are rows, in the order of files', async (t) => {
  const { code, lines, err } = await run([logsOf(t)])
  assert.equal(code, exitCodes.clean)
  assert.match(lines[0] ?? '', /^TIME +ID +CHANNEL +COMPUTER +ACTION +WHAT$/)
  assert.deepEqual(
    lines.slice(1).map((line) => line.replace(/ {2,}/g, '|').trim()),
    [
      '2023-11-16 16:00:00.000|4688|Security|HOST|process exec|whoami /all',
      '2022-06-18 04:26:40.000|7036|System|HOST|service unit-started|?: ?',
      '2023-11-15 16:00:00.000|4688|Security|HOST|process exec|ping -n 1',
      '2023-11-17 16:00:00.000|4688|Security|HOST|process exec|whoami',
    ],
  )
  assert.match(err, /^2 files, 4 records, 4 shown, /)
})

test('the inventory tells of each log what it holds and what is missing, as rows and as JSON', (t) => {
  const folder = logsOf(t)
  const chunk = new ChunkWriter()
  for (const id of [4, 9]) chunk.add(eventRecord(id, process('x', id)))
  writeFileSync(join(folder, 'C.evtx'), logFile([chunk.bytes()], { isDirty: true }))
  const show = (options: EvtxOptionValues): { code: number; lines: string[] } => {
    const stdout = new Sink()
    const terminal = createTerminal({ stdout, stderr: new Sink(), color: false, quit: () => undefined })
    const code = runInventory([folder], options, terminal)
    return { code, lines: stdout.text.split('\n').slice(0, -1) }
  }
  const { code, lines } = show({})
  assert.equal(code, exitCodes.clean)
  assert.deepEqual(
    lines.slice(1).map((line) => line.replace(folder, '').replace(/ {2,}/g, '|')),
    [
      'Security, System|2|1–2|2022-06-18 04:26:40|2023-11-16 16:00:00|clock back 1 times|/B.evtx',
      'Security|2|4–9|2023-11-18 16:00:00|2023-11-23 16:00:00|4 missing in 1 gaps, not closed|/C.evtx',
      'Security|2|1–2|2023-11-15 16:00:00|2023-11-17 16:00:00|/sub/A.EVTX',
    ],
  )
  const json = show({ json: true }).lines.map((line) => evtxLines['evtx-log'].schema.parse(JSON.parse(line)))
  assert.deepEqual(
    json.map(({ records, missing }) => [records, missing]),
    [
      [2, 0],
      [2, 4],
      [2, 0],
    ],
  )
})

test('one thread and two say the same', async (t) => {
  const folder = logsOf(t)
  assert.deepEqual((await run([folder], { threads: 2 })).lines, (await run([folder], { threads: 1 })).lines)
})

test('long logs come whole from several threads, one after another', async (t) => {
  const folder = folderOf(t)
  const long = (first: number): Buffer => {
    const chunks = Array.from({ length: 20 }, (_, chunk) => {
      const writer = new ChunkWriter()
      for (let at = 0; at < 100; at += 1)
        writer.add(eventRecord(first + chunk * 100 + at, { channel: 'System', eventId: 7036 }))
      return writer.bytes()
    })
    return logFile(chunks)
  }
  for (const [index, name] of ['a', 'b', 'c'].entries())
    writeFileSync(join(folder, `${name}.evtx`), long(index * 2000))
  const { lines } = await run([folder], { threads: 2, json: true })
  const ids = lines.slice(0, -1).map((line) => (JSON.parse(line) as { record: number }).record)
  assert.deepEqual(
    ids,
    Array.from({ length: 6000 }, (_, id) => id),
  )
})

test('a folder comes before its neighbours, with all below it', (t) => {
  const folder = folderOf(t)
  for (const path of ['a/z', 'b']) mkdirSync(join(folder, path), { recursive: true })
  for (const path of ['c.evtx', 'a/z/2.evtx', 'a/1.evtx', 'b/3.evtx']) writeFileSync(join(folder, path), '')
  assert.deepEqual(
    logFiles([folder], false).map((path) => path.slice(folder.length + 1)),
    ['c.evtx', 'a/1.evtx', 'a/z/2.evtx', 'b/3.evtx'],
  )
})

test('filters choose by our names, by those of the log, and by time', async (t) => {
  const folder = logsOf(t)
  const messages = async (options: EvtxOptionValues): Promise<string[]> =>
    (await run([folder], { threads: 1, ...options })).lines
      .slice(1)
      .map((line) => line.slice(line.lastIndexOf('  ') + 2))
  assert.deepEqual(await messages({ where: 'action = exec and process.command_line contains "whoami"' }), [
    'whoami /all',
    'whoami',
  ])
  assert.deepEqual(await messages({ where: 'hx.winlog.event_id = 7036' }), ['?: ?'])
  assert.deepEqual(await messages({ where: 'hx.winlog.data.CommandLine ~ "ping*"' }), ['ping -n 1'])
  assert.deepEqual(await messages({ since: '2023-11-16T00:00:00Z', until: '2023-11-17T00:00:00Z' }), [
    'whoami /all',
  ])
  await assert.rejects(run([folder], { where: 'action =' }), /a value is expected here/)
  await assert.rejects(run([folder], { since: 'soon' }), /--since is a time, not soon/)
})

test('the timeline is in the order of time', async (t) => {
  const { lines } = await run([logsOf(t)], { timeline: true })
  assert.deepEqual(
    lines.slice(1).map((line) => line.slice(0, 10)),
    ['2022-06-18', '2023-11-15', '2023-11-16', '2023-11-17'],
  )
})

test('JSON lines are as their schemas say, XML is one document', async (t) => {
  const folder = logsOf(t)
  const { lines } = await run([folder], { json: true })
  const parsed = lines.map((line) => JSON.parse(line) as { type: keyof typeof evtxLines })
  assert.deepEqual(
    parsed.map(({ type }) => type),
    ['evtx-record', 'evtx-record', 'evtx-record', 'evtx-record', 'evtx-summary'],
  )
  for (const line of parsed) evtxLines[line.type].schema.parse(line)
  const xml = await run([folder], { xml: true })
  assert.deepEqual(xml.lines.slice(0, 2), ['<?xml version="1.1" encoding="UTF-8"?>', '<Events>'])
  assert.equal(xml.lines.at(-1), '</Events>')
  assert.equal(xml.lines.filter((line) => line.startsWith('<Event ')).length, 4)
})

const rule = `title: Who am I
id: 00000000-0000-0000-0000-000000000001
logsource: {product: windows, category: process_creation}
detection: {selection: {CommandLine|contains: whoami}, condition: selection}
level: high
tags: [attack.t1033]
author: A
`

test('Sigma rules tell what they detect, with the record', async (t) => {
  const folder = logsOf(t)
  const rules = join(folder, 'rules')
  mkdirSync(rules)
  writeFileSync(join(rules, 'who.yml'), rule)
  writeFileSync(join(rules, 'linux.yml'), rule.replace('windows', 'linux').replace('0001', '0002'))
  writeFileSync(join(rules, 'low.yml'), rule.replace('high', 'low').replace('0001', '0003'))
  for (const threads of [1, 2]) {
    const { code, lines } = await run([folder], { sigma: [rules], level: 'medium', json: true, threads })
    assert.equal(code, exitCodes.found)
    const parsed = lines.map(
      (line) => JSON.parse(line) as Record<string, unknown> & { type: keyof typeof evtxLines },
    )
    for (const line of parsed) evtxLines[line.type].schema.parse(line)
    assert.deepEqual(
      parsed
        .slice(0, -1)
        .map(({ ruleId, record, level, techniques, author }) => [ruleId, record, level, techniques, author]),
      [
        ['00000000-0000-0000-0000-000000000001', 1, 'high', ['T1033'], 'A'],
        ['00000000-0000-0000-0000-000000000001', 2, 'high', ['T1033'], 'A'],
      ],
    )
  }
  const text = await run([join(folder, 'B.evtx')], { sigma: [rules] })
  assert.match(
    text.lines[2] ?? '',
    /^2023-11-16 16:00:00\.000 {2}high +Who am I +4688 +1 {2}HOST +whoami \/all \(/,
  )
  assert.match(text.err, /1 files, 2 records, 2 detections/)
  assert.equal(
    (await run([join(folder, 'B.evtx')], { sigma: [rules], level: 'critical' })).code,
    exitCodes.clean,
  )
  mkdirSync(join(folder, 'none'))
  await assert.rejects(run([folder], { sigma: [join(folder, 'none')] }), /there are no Sigma rules/)
})

test('rules that count see the records of all files', async (t) => {
  const folder = logsOf(t)
  const rules = join(folder, 'count.yml')
  const correlation = `title: Again
id: 00000000-0000-0000-0000-000000000009
correlation: {type: event_count, rules: [00000000-0000-0000-0000-000000000001], group-by: [Computer], timespan: 7d, condition: {gte: 2}}
level: high
`
  writeFileSync(rules, `${rule}---\n${correlation}`)
  const { lines } = await run([folder], { sigma: [rules], json: true, threads: 2 })
  const titles = lines.map((line) => (JSON.parse(line) as { title?: string }).title)
  assert.deepEqual(titles, ['Again', undefined])
})

test('what is damaged, missing or no log is told, and the rest is shown', async (t) => {
  const folder = folderOf(t)
  const damaged = log(process('one', 1), process('two', 2))
  damaged.writeUInt32LE(0, 4096 + 512 + 4)
  writeFileSync(join(folder, 'd.evtx'), damaged)
  const partial = await run([folder])
  assert.equal(partial.code, exitCodes.partial)
  assert.equal(partial.lines.length, 2)
  assert.match(partial.err, /d\.evtx at 4608: \d+ bytes before the next record are damaged/)
  assert.doesNotMatch((await run([folder], { quiet: true })).err, /damaged/)
  writeFileSync(join(folder, 'x.evtx'), 'something else')
  const failed = await run([folder])
  assert.equal(failed.code, exitCodes.error)
  assert.match(failed.err, /x\.evtx: it is no event log/)
  await assert.rejects(run([join(folder, 'nowhere')]), /nowhere cannot be read/)
  mkdirSync(join(folder, 'empty'))
  await assert.rejects(run([join(folder, 'empty')]), /there are no \.evtx files/)
})

test('carving looks into every file, and finds what a log still holds', async (t) => {
  const folder = folderOf(t)
  const image = Buffer.concat([Buffer.alloc(1234, 7), log(process('carved', 1)).subarray(4096)])
  writeFileSync(join(folder, 'disk.raw'), image)
  const { lines } = await run([folder], { carve: true, json: true })
  const [record] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    [record?.['origin'], record?.['offset'], record?.['channel']],
    ['carved', 1234 + 512, 'Security'],
  )
})

test('nothing from a log reaches the terminal as a control', async (t) => {
  const folder = folderOf(t)
  const spec = { ...process('\u001b[31mred\u0007', 1), computer: '\u001b]0;x' }
  writeFileSync(join(folder, 'e.evtx'), log(spec))
  for (const options of [{}, { json: true }, { xml: true }]) {
    const { lines } = await run([folder], options)
    assert.doesNotMatch(lines.join(''), /\p{Cc}/u)
  }
})
