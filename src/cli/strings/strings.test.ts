import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { stringsLines } from '../../model/strings-lines.ts'
import { exitCodes } from '../exit-codes.ts'
import { createTerminal } from '../render/terminal.ts'
import type { StringsOptionValues } from './options.ts'
import { runStrings } from './run.ts'

function fileOf(t: TestContext, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-strings-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'bytes.bin')
  writeFileSync(file, bytes)
  return file
}

async function run(
  files: readonly string[],
  options: StringsOptionValues,
  color = false,
): Promise<{ exit: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const sink = (take: (text: string) => void): { write(text: string): void; on(): void } => ({
    write: take,
    on() {},
  })
  const terminal = createTerminal({
    stdout: sink((text) => (out += text)),
    stderr: sink((text) => (err += text)),
    color,
    quit() {},
  })
  const exit = await runStrings(files, options, terminal)
  return { exit, out, err }
}

const sample = Buffer.concat([
  Buffer.from('\0\x01plain text\0\0\0'),
  Buffer.from('https://a.example/x', 'utf16le'),
  Buffer.from('\0\0'),
  Buffer.alloc(100, 'long '),
])

test('offsets and strings, in each radix', async (t) => {
  const file = fileOf(t, sample)
  const long = 'long '.repeat(20)
  const rows = (offsets: readonly string[]): string =>
    ['plain text', 'https://a.example/x', long]
      .map((text, index) => `${(offsets[index] ?? '').padStart(10)}  ${text}\n`)
      .join('')
  assert.equal((await run([file], {})).out, rows(['2', 'f', '37']))
  assert.equal((await run([file], { radix: 'd' })).out, rows(['2', '15', '55']))
  assert.equal((await run([file], { radix: 'o' })).out, rows(['2', '17', '67']))
  assert.equal((await run([file], { radix: 'none', encoding: ['utf-16le'] })).out, 'https://a.example/x\n')
})

test('indicators alone, with their kinds; colour does not let the string speak', async (t) => {
  const file = fileOf(t, Buffer.concat([sample, Buffer.from('\0x http://b.example/\u001b')]))
  assert.equal(
    (await run([file], { indicators: true })).out,
    '         f  url  https://a.example/x\n        9c  url  x http://b.example/\n',
  )
  const { out } = await run([file], { kind: ['url'] }, true)
  assert.equal(out.split('\n')[1], '        9c  x \u001b[31mhttp://b.example/\u001b[39m')
  assert.equal((await run([file], { kind: ['email'] })).out, '')
})

test('JSON lines are as the schema says', async (t) => {
  const { out } = await run([fileOf(t, sample)], { json: true })
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  assert.equal(lines.length, 4)
  for (const line of lines.slice(0, 3)) stringsLines.string.schema.parse(line)
  assert.deepEqual(lines[1], {
    type: 'string',
    version: 1,
    offset: 15,
    encoding: 'utf-16le',
    text: 'https://a.example/x',
    indicators: [{ kind: 'url', text: 'https://a.example/x' }],
  })
  const summary = stringsLines['strings-summary'].schema.parse(lines[3])
  assert.deepEqual([summary.strings, summary.bytes], [3, sample.length])
})

test('several files are named in front; one that is missing is told, and the others are read', async (t) => {
  const file = fileOf(t, Buffer.from('only text'))
  const { exit, out, err } = await run([file, `${file}.none`, file], {})
  assert.equal(exit, exitCodes.error)
  assert.equal(out, `${file}:          0  only text\n`.repeat(2))
  assert.match(err, /bytes\.bin\.none cannot be read/)
})

test('wrong names on the command line are told', async () => {
  await assert.rejects(run(['x'], { encoding: ['ebcdic'] }), /--encoding is one of/)
  await assert.rejects(run(['x'], { 'code-page': 'cp37' }), /--code-page is one of/)
  await assert.rejects(run(['x'], { kind: ['secret'] }), /--kind is one of/)
  await assert.rejects(run(['x'], { least: 0 }), /--least is 1 to/)
  await assert.rejects(run([], {}), /name a file/)
})

test('memory of a process, by its addresses', async (t) => {
  if (!requireRoot(t)) return
  const secret = `planted-${process.pid}-in-the-environment`
  const child = spawn('sleep', ['60'], { env: { SECRET: secret }, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const { pid = 0 } = child
  // Between fork and exec the memory is still ours.
  while (readlinkSync(`/proc/${pid}/exe`) === process.execPath) await new Promise(setImmediate)
  const { exit, out } = await run([], { pid: [pid], least: 20, encoding: ['ascii'], json: true })
  assert.equal(exit, exitCodes.clean)
  const hit = out.split('\n').find((line) => line.includes(`SECRET=${secret}`))
  assert.ok(hit !== undefined)
  assert.ok((JSON.parse(hit) as { offset: number }).offset > 0x10000)
})
