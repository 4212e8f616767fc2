// What the guard writes: one line a decision, in JSON and for people, whatever a file or a process is called.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { eicar, must, python, run, tryRead, write } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/

const awkward = {
  newline: 'two\nlines',
  quotes: `it's "quoted" \\ and \`so\``,
  injection: `x'; touch injected; echo '`,
  python: `');__import__('os').system('true');print('`,
  escape: '\u001B[31mred\u001B]0;title\u0007\u009B2J',
  carriage: 'evil\rallowed',
  format: '%s%n%d ${HOME} $(id)',
  bidi: 'gpj.\u202Eexe',
  umlaut: 'Prüfung — 検査',
  long: 'n'.repeat(255),
  option: '--mode=observe',
} as const

test('JSON lines carry every name exactly: newline, quotes, escape sequences, injection, 255 bytes', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  for (const [kind, name] of Object.entries(awkward)) {
    const path = scratch.at('place', name)
    await write(path, eicar)
    assert.match((await tryRead(path)).stderr, refused, kind)
    const line = await guard.waitForDecision((decision) => decision.path === path)
    assert.equal(line.path_base64, undefined)
    assert.deepEqual(line.detections[0]?.chain, [name])
  }
  // Every line was valid against its schema, or the end of this test reports it.
  assert.ok(guard.lines.length > Object.keys(awkward).length)
})

test('a name that is not UTF-8 stands in path_base64, byte for byte, and is guarded', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  await using guard = await startGuard({ places: [place], args: ['--no-sweep'] })
  const code = `
import os, sys
path = os.fsencode(sys.argv[1]) + b'/\\xff\\xfe\\x80name'
with open(path, 'w') as file: file.write(sys.argv[2])
try:
  open(path)
except PermissionError as error: print(error.errno)`
  assert.equal((await python(code, [place, eicar])).stdout, '1\n')
  const line = await guard.waitForDecision(({ path_base64 }) => path_base64 !== undefined)
  const expected = Buffer.concat([Buffer.from(`${place}/`), Buffer.from('fffe806e616d65', 'hex')])
  assert.deepEqual(Buffer.from(line.path_base64 ?? '', 'base64'), expected)
  assert.ok(line.path.startsWith(`${place}/\uFFFD`))
})

test('a process name and a command line of its own choosing stay inside their fields', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = `${scratch.folder('place')}/file`
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  await write(path, eicar)
  const rename = `
import ctypes, sys
ctypes.CDLL(None).prctl(15, b'a"}\\n\\x1b[31m', 0, 0, 0)
try: open(sys.argv[1])
except PermissionError: pass`
  await must('python3', ['-c', rename, path, '"}\n{"type":"decision"}'])
  const line = await guard.waitForDecision(({ process }) => process.startsWith('a"}\n'))
  assert.match(line.cmdline ?? '', /"}\n{"type":"decision"}$/)
})

test('one line a decision for people: instance, verdict, malware name, pid, process, user, path', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = `${scratch.folder('place')}/evil`
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'], text: true })
  await write(path, eicar)
  await must('chmod', ['644', path])
  const attempt = await run('sh', ['-c', 'echo $$; exec cat "$1"', 'sh', path])
  assert.match(attempt.stderr, refused)
  const line = await guard.waitForLine((text) => text.includes(': cat '))
  const pid = attempt.stdout.trim()
  assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} {2}#\d+ {2}found/)
  for (const part of ['Eicar-Test-Signature', 'denied', `pid ${pid}`, `cat ${path}`, 'user root', ' µs']) {
    assert.ok(line.includes(part), `${part} is missing in: ${line}`)
  }
  await run('cat', [path], { uid: 65_534 })
  await guard.waitForLine((text) => text.includes('user nobody'))
})

test('no name reaches the terminal raw: control characters are escaped, and a line stays one line', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'], text: true })
  for (const name of Object.values(awkward)) {
    await write(scratch.at('place', name), eicar)
    await tryRead(scratch.at('place', name))
  }
  await guard.waitForLine((line) => line.includes('mode=observe'))
  await guard.stop()
  assert.ok(guard.lines.length >= 1 + Object.keys(awkward).length)
  for (const line of guard.lines) {
    assert.doesNotMatch(line, /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
    assert.match(
      line,
      /^(\d\d:\d\d:\d\d\.\d{3} {2}#\d+ {2}|guarding |stopped )/,
      'no line of a name’s making',
    )
  }
  assert.equal(guard.stderr, '')
})

test('--verbose writes clean decisions too, and without it nothing is said about them', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using quiet = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  await write(scratch.at('place/file'), 'clean')
  await tryRead(scratch.at('place/file'))
  await quiet.stop()
  assert.deepEqual(quiet.decisions, [])
  await using verbose = await startGuard({ places: [scratch.at('place')], args: ['-v', '--no-sweep'] })
  await tryRead(scratch.at('place/file'))
  const line = await verbose.waitForDecision(({ event }) => event === 'open')
  assert.equal(line.verdict, 'clean')
  assert.equal(line.decision, 'allow')
})

for (const [what, leave] of [
  ['goes away', (output: Readable) => output.destroy()],
  ['does not read', (output: Readable) => output.pause()],
] as const) {
  test(`a reader of the lines that ${what} neither ends nor stops the guard`, async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const place = scratch.folder('place')
    const socket = scratch.at('sock')
    const launcher = join(import.meta.dirname, '../../bin/haechi')
    const child = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        launcher,
        'guard',
        '--json',
        '-v',
        '--watchdog',
        '3s',
        '--socket',
        socket,
        place,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    t.after(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    leave(child.stdout)
    const opens = 'for n in $(seq 20); do for f in $(seq 50); do echo $n > $f; done; cat * >/dev/null; done'
    await must('sh', ['-c', opens], { cwd: place, timeoutMs: 20_000 })
    await write(`${place}/evil`, eicar)
    assert.match((await tryRead(`${place}/evil`)).stderr, refused)
    const status = await run(launcher, ['status', '--socket', socket])
    assert.match(status.stdout, /questions/, status.stderr)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const timeout = setTimeout(() => child.kill('SIGKILL'), 5000)
    assert.deepEqual(await exited, [0, null], 'it ends when it is told to')
    clearTimeout(timeout)
  })
}
