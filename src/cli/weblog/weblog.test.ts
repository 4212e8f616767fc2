import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'

import { weblogLines } from '../../model/weblog-lines.ts'
import { exitCodes } from '../exit-codes.ts'
import { createTerminal } from '../render/terminal.ts'
import { LineSplitter } from './line-splitter.ts'
import type { WeblogOptionValues } from './options.ts'
import { runWeblog } from './run.ts'

class Sink extends EventEmitter {
  text = ''
  write(text: string): boolean {
    this.text += text
    return true
  }
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-weblog-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

async function run(files: readonly string[], options: WeblogOptionValues = {}): Promise<Ran> {
  const stdout = new Sink()
  const stderr = new Sink()
  const terminal = createTerminal({ stdout, stderr, color: false, quit: () => undefined })
  const exit = await runWeblog(files, options, terminal)
  return { exit, out: stdout.text, err: stderr.text }
}

function logLine(target: string, address = '192.0.2.7'): string {
  return `${address} - - [22/Nov/2026:08:00:05 +0000] "GET ${target} HTTP/1.1" 200 5 "-" "Mozilla/5.0"\n`
}

const attack = logLine('/a/b.php.jpg?<i>\u001b[31m')

test('the exit code says whether attacks were found or a file could not be read', async (t) => {
  const folder = folderOf(t)
  const clean = join(folder, 'clean.log')
  const bad = join(folder, 'bad.log')
  writeFileSync(clean, logLine('/index.html') + logLine('/jquery-3.7.1.min.js'))
  writeFileSync(bad, logLine('/') + attack)
  assert.equal((await run([clean])).exit, exitCodes.clean)
  assert.equal((await run([clean, bad])).exit, exitCodes.found)
  const missing = await run([join(folder, 'none.log'), bad])
  assert.equal(missing.exit, exitCodes.error)
  assert.match(missing.err, /none\.log: ENOENT/)
  assert.match(missing.out, /1 attacks, 1 incidents/)
})

test('the text report shows what was found, without obeying it', async (t) => {
  const file = join(folderOf(t), 'access.log')
  writeFileSync(file, attack)
  const { out } = await run([file])
  assert.match(out, /#1 +192\.0\.2\.7 +2026-11-22 08:00:05Z .*likely +80 +double-extension 1/)
  assert.ok(out.includes('GET /a/b.php.jpg?<i>\\x1b[31m'))
  assert.ok(!out.includes('\u001b'))
})

test('--json writes a line for each finding, then the incidents and a summary', async (t) => {
  const file = join(folderOf(t), 'access.log')
  writeFileSync(file, logLine('/') + logLine('/a/b.php.jpg'))
  const { out } = await run([file], { json: true })
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['attack', 'web-incident', 'weblog-summary'],
  )
  weblogLines.attack.schema.parse(lines[0])
  weblogLines['web-incident'].schema.parse(lines[1])
  weblogLines['weblog-summary'].schema.parse(lines[2])
  assert.deepEqual(
    ['@timestamp', 'class', 'outcome', 'client', 'status', 'value', 'cwe', 'incident', 'file', 'line'].map(
      (name) => lines[0]?.[name],
    ),
    [
      '2026-11-22T08:00:05.000Z',
      'double-extension',
      'likely',
      '192.0.2.7',
      200,
      '/a/b.php.jpg',
      'CWE-434',
      1,
      file,
      2,
    ],
  )
  assert.deepEqual(lines[1]?.['classes'], {
    'double-extension': { count: 1, confidence: 80, outcome: 'likely' },
  })
  assert.equal(lines[2]?.['lines'], 2)
})

test('the HTML report needs nothing else and takes no markup from the log', async (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'access.log')
  const html = join(folder, 'report.html')
  writeFileSync(file, attack)
  await run([file], { html })
  const page = readFileSync(html, 'utf8')
  assert.ok(page.includes('/a/b.php.jpg?&lt;i&gt;\\x1b[31m'))
  assert.ok(!page.includes('<i>'))
  assert.doesNotMatch(page, /<script|src=|href=|url\(/)
})

test('compressed logs are read as what they are, whatever their name; a damaged one is an error', async (t) => {
  const folder = folderOf(t)
  const text = logLine('/').repeat(2000) + attack
  const packed: [string, Buffer][] = [
    ['gz', gzipSync(text)],
    ['zst', zstdCompressSync(text)],
  ]
  for (const program of ['xz', 'bzip2']) {
    if (existsSync(`/usr/bin/${program}`))
      packed.push([program, execFileSync(program, ['-c'], { input: text })])
    else t.diagnostic(`${program} is not installed`)
  }
  for (const [name, bytes] of packed) {
    const file = join(folder, `log-${name}`)
    writeFileSync(file, bytes)
    const { exit, out } = await run([file])
    assert.equal(exit, exitCodes.found, name)
    assert.match(out, /2,001 lines/, name)
    writeFileSync(file, bytes.subarray(0, -12))
    assert.equal((await run([file])).exit, exitCodes.error, name)
  }
})

test('--since, --until and --min-confidence narrow the report', async (t) => {
  const file = join(folderOf(t), 'access.log')
  writeFileSync(file, attack)
  assert.equal((await run([file], { since: '2026-11-23' })).exit, exitCodes.clean)
  assert.equal((await run([file], { until: '2026-11-21' })).exit, exitCodes.clean)
  assert.equal((await run([file], { since: '2026-11-21', until: '2026-11-23' })).exit, exitCodes.found)
  assert.equal((await run([file], { 'min-confidence': 81 })).exit, exitCodes.clean)
  await assert.rejects(run([file], { since: 'soon' }), /--since is a time, not soon/)
})

test('several files are read oldest first', async (t) => {
  const folder = folderOf(t)
  const files = ['access.log', 'access.log.1'].map((name) => join(folder, name))
  for (const [index, file] of files.entries()) {
    writeFileSync(file, attack)
    utimesSync(file, 1000 - index, 1000 - index)
  }
  const { out } = await run(files, { json: true })
  const summary = JSON.parse(out.trim().split('\n').at(-1) ?? '') as { files: { file: string }[] }
  assert.deepEqual(
    summary.files.map(({ file }) => file),
    files.toReversed(),
  )
})

test('lines are found wherever the blocks are cut, and one without an end is given up', () => {
  const text = 'one\r\ntwo\n\nfour'
  for (let size = 1; size <= text.length; size += 1) {
    const lines: string[] = []
    const splitter = new LineSplitter((line) => lines.push(line))
    for (let at = 0; at < text.length; at += size) splitter.push(Buffer.from(text.slice(at, at + size)))
    splitter.end()
    assert.deepEqual(lines, ['one', 'two', '', 'four'])
  }
  const lengths: number[] = []
  const splitter = new LineSplitter((line) => lengths.push(line.length))
  for (let index = 0; index < 40; index += 1) splitter.push(Buffer.alloc(100_000, 97))
  splitter.push(Buffer.from('\nnext\n'))
  assert.deepEqual(lengths, [1_048_576, 4])
})

test('--root: a script that answered and is a web shell is told with its file, whatever it is named', async (t) => {
  const folder = folderOf(t)
  const root = join(folder, 'www')
  mkdirSync(join(root, 'img'), { recursive: true })
  writeFileSync(join(root, 'img', 'help.php'), '<?php system($_GET["c"]); ?>')
  writeFileSync(join(root, 'index.php'), '<?php echo "hello"; ?>')
  writeFileSync(join(folder, 'outside.php'), '<?php system($_GET["c"]); ?>')
  symlinkSync(join(folder, 'outside.php'), join(root, 'link.php'))
  mkdirSync(join(root, 'folder.php'))
  const targets = [
    '/index.php?id=7',
    '/img/help.php',
    '/img/%68elp.php/a/b?x=1',
    '/link.php',
    '/../outside.php',
    '/folder.php',
    '/none.php',
  ]
  const file = join(folder, 'access.log')
  const refused = logLine('/img/help.php').replace('" 200', '" 403')
  writeFileSync(file, targets.map((target) => logLine(target)).join('') + refused)
  const found = async (options: WeblogOptionValues): Promise<unknown[][]> =>
    (await run([file], { json: true, ...options })).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ detector }) => detector === 'host-file')
      .map(({ line, class: name, outcome, confidence }) => [line, name, outcome, confidence])
  assert.deepEqual(await found({ root: [join(folder, 'nothing-of-it'), root].slice(1) }), [
    [2, 'webshell', 'likely', 95],
    [3, 'webshell', 'likely', 95],
  ])
  assert.deepEqual(await found({}), [])
  const { out } = await run([file], { root: [root] })
  assert.match(
    out,
    /The script that answered is a web shell: .*\/www\/img\/help\.php, last changed at .*Heuristic/,
  )
  await assert.rejects(run([file], { root: [join(folder, 'nothing')] }), /document root cannot be read/)
})

test('--root: an attack on a script that came while the log was written has likely succeeded', async (t) => {
  const root = folderOf(t)
  const file = join(root, 'access.log')
  const script = join(root, 'up.php')
  writeFileSync(script, '<?php echo 1; ?>')
  const line = logLine('/up.php?x=1;cat%20/etc/passwd')
  const outcomeOf = async (log: string): Promise<unknown> => {
    writeFileSync(file, log)
    const { out } = await run([file], { json: true, root: [root] })
    return (JSON.parse(out.split('\n')[0] ?? '') as Record<string, unknown>)['outcome']
  }
  assert.equal(await outcomeOf(line.replace('2026', '2020')), 'likely')
  assert.equal(await outcomeOf(line.replace('2026', '2097')), 'possible')
})

test('--trusted-proxy: the client is who asked the proxy', async (t) => {
  const file = join(folderOf(t), 'access.log')
  writeFileSync(file, attack.replace('Mozilla/5.0"', 'Mozilla/5.0" "6.6.6.6, 203.0.113.9"'))
  const addressIn = (out: string): string | undefined => /#1 +(\S+)/.exec(out)?.[1]
  assert.equal(addressIn((await run([file])).out), '192.0.2.7')
  assert.equal(addressIn((await run([file], { 'trusted-proxy': ['192.0.2.0/24'] })).out), '203.0.113.9')
  await assert.rejects(run([file], { 'trusted-proxy': ['x'] }), /x is neither an address nor a network/)
})
