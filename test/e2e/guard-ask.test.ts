// status, explain and doctor beside a running guard, as a user sees them.

import assert from 'node:assert/strict'
import { lstatSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { outputLines } from '../../src/model/output.ts'
import { ask, statusOf } from '../support/ask.ts'
import { nobody, startGuard } from '../support/guard.ts'
import { makeInfected } from '../support/infected.ts'
import { eventually, must, run, tryRead } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const launcher = `${import.meta.dirname}/../../bin/haechi`

test('status shows places, instances, counters and how long openers waited', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('plätze', 'eins'))
  writeFileSync(scratch.at('plätze/clean'), 'clean')
  await using guard = await startGuard({
    places: [scratch.at('plätze')],
    args: ['--instances', '3', '--no-sweep'],
  })
  for (const path of [...infected.all, scratch.at('plätze/clean')]) await tryRead(path)
  const status = await statusOf(guard)
  assert.equal(status.pid, guard.pid)
  assert.equal(status.mode, 'open')
  assert.deepEqual(status.gate.places, [{ path: scratch.at('plätze'), kind: 'directory' }])
  assert.equal(status.gate.instances, 3)
  const { questions, allowed, denied, found } = status.gate.counters
  assert.deepEqual([questions, allowed, denied, found], [4, 1, 3, 3])
  assert.ok(status.gate.latencyUs.p50 > 0)
  const text = await ask(guard, 'status')
  assert.equal(text.code, 0)
  assert.match(text.stdout, new RegExp(`places +${scratch.at('plätze')} \\(directory\\)`))
  assert.match(text.stdout, /questions +4: 1 allowed, 3 denied, 0 past the deadline/)
})

test('status without a guard says so, with a hint and exit code 2; the socket is for root only', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const attempt = await run(launcher, ['status', '--socket', scratch.at('none')])
  assert.equal(attempt.code, 2)
  assert.match(attempt.stderr, /no guard answers on \S+none/)
  assert.match(attempt.stderr, /haechi guard PLACE/)
  await using guard = await startGuard({ places: [scratch.folder('place')] })
  assert.equal(lstatSync(guard.socket).mode & 0o777, 0o600)
  const code = 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])'
  const stranger = await run('python3', ['-c', code, guard.socket], { uid: nobody })
  assert.ok(!stranger.ok)
})

test('a client of the socket that says nonsense, too much or nothing does the guard no harm', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const code = `
import socket, sys
def say(data):
  client = socket.socket(socket.AF_UNIX)
  client.settimeout(3)
  client.connect(sys.argv[1])
  try:
    client.sendall(data)
    return client.recv(300)
  except OSError as error: return repr(error).encode()
kept = socket.socket(socket.AF_UNIX)
kept.connect(sys.argv[1])
for data in [b'nonsense\\n', b'[]\\n', b'{"command":"__proto__"}\\n', b'{"command":"explain"}\\n',
             b'\\xff\\xfe\\n', b'{"command":"explain","path":{}}\\n', b'{"command":7}\\n']:
  answer = say(data)
  assert b'"ok":false' in answer, (data, answer)
say(b'x' * 1000000)`
  await must('python3', ['-c', code, guard.socket])
  assert.equal((await statusOf(guard)).pid, guard.pid)
  assert.ok(!(await tryRead(infected.plain)).ok)
})

test('the JSON lines of status, explain and doctor are what the reference says', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const lines = [
    ...(await ask(guard, 'status', '--json')).stdout.trim().split('\n'),
    ...(await ask(guard, 'explain', '--json', infected.zip)).stdout.trim().split('\n'),
    ...(await ask(guard, 'doctor', '--json')).stdout.trim().split('\n'),
  ].map((line) => JSON.parse(line) as { type: 'status' | 'explain' | 'check' })
  for (const line of lines) outputLines[line.type].schema.parse(line)
  assert.deepEqual([...new Set(lines.map(({ type }) => type))], ['status', 'explain', 'check'])
})

const explainWhileWriting = `
import subprocess, sys
launcher, socket, path = sys.argv[1:]
file = open(path, 'r+')
file.write('changed')
file.flush()
print(subprocess.run([launcher, 'explain', '--socket', socket, path], capture_output=True, text=True).stdout)
`

test('explain tells whether a file is remembered; what is being written is not', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  const path = scratch.at('place/file')
  writeFileSync(path, 'clean')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  const cache = async (): Promise<string> =>
    /^cache .*$/m.exec((await ask(guard, 'explain', path)).stdout)?.[0] ?? ''
  assert.match(await cache(), /nothing is remembered/)
  await tryRead(path)
  assert.ok(await eventually(async () => (await cache()).includes('the kernel remembers it'), 5000))
  const { stdout } = await must('python3', ['-c', explainWhileWriting, launcher, guard.socket, path])
  assert.match(stdout, /^cache +nothing is remembered/m)
})

test('explain shows what would happen and why: inside, outside, excluded, in a member', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await makeInfected(scratch.folder('outside'))
  writeFileSync(scratch.at('place/clean'), 'clean')
  writeFileSync(scratch.at('place/disk.iso'), 'clean')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--exclude', '*.iso'] })
  const clean = await ask(guard, 'explain', scratch.at('place/clean'))
  assert.equal(clean.code, 0, clean.stderr)
  assert.match(clean.stdout, /place +inside the guarded places/)
  assert.match(clean.stdout, /mode +every open waits for the verdict/)
  assert.match(clean.stdout, /verdict +clean/)
  const evil = await ask(guard, 'explain', infected.plain)
  assert.equal(evil.code, 1, 'explain reads what is refused to others')
  assert.match(evil.stdout, /verdict +found \(Eicar-Test-Signature\)/)
  const zip = await ask(guard, 'explain', infected.zip)
  assert.match(zip.stdout, /zip: .*\(the file/)
  assert.match(zip.stdout, /eicar: .*\(docs\/eicar\.com/)
  const outside = await ask(guard, 'explain', scratch.at('outside/eicar.com'))
  assert.match(outside.stdout, /place +outside the guarded places.*opens without a question/)
  const excluded = await ask(guard, 'explain', scratch.at('place/disk.iso'))
  assert.match(excluded.stdout, /excluded by .*\*\.iso.*opens without a question/)
  const missing = await ask(guard, 'explain', scratch.at('place/missing'))
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /cannot explain \S+missing/)
  const json = await ask(guard, 'explain', '--json', infected.zip)
  const steps = json.stdout.split('\n').filter((line) => line !== '')
  assert.ok(steps.every((line) => (JSON.parse(line) as { type?: string }).type === 'explain'))
})

test('explain calls a malicious file malicious although it lies outside and would open', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  await makeInfected(scratch.folder('outside'))
  await using guard = await startGuard({ places: [scratch.folder('place')] })
  const outside = await ask(guard, 'explain', scratch.at('outside/eicar.com'))
  assert.equal(outside.code, 1)
  assert.match(outside.stdout, /found \(Eicar-Test-Signature\)/)
})

test('doctor says that this host can be guarded, what is guarded and what is not', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('mount'))
  await using guard = await startGuard({ places: [scratch.folder('plätze')] })
  const doctor = await ask(guard, 'doctor')
  assert.equal(doctor.code, 0, doctor.stdout)
  assert.match(doctor.stdout, /ok +fanotify permission events/)
  assert.match(doctor.stdout, new RegExp(`places: ${scratch.at('plätze')}`))
  assert.match(doctor.stdout, new RegExp(`not guarded: .*${scratch.at('mount')}`))
  await guard.stop()
  const alone = await run(launcher, ['doctor', '--socket', scratch.at('none')], { env: { NO_COLOR: '1' } })
  assert.match(alone.stdout, /nothing is guarded/)
  const stranger = await run(launcher, ['doctor', '--socket', scratch.at('none')], { uid: nobody })
  assert.equal(stranger.code, 2)
  assert.match(stranger.stdout, /fail +.*needs root/)
})

test('doctor does not call a file system unguarded that is mounted below a place, nor one guarded as a whole', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('place/below'))
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('whole'))
  const args = ['--filesystem', scratch.folder('whole/deep')]
  await using guard = await startGuard({ places: [scratch.at('place')], args })
  const doctor = await ask(guard, 'doctor')
  const open = doctor.stdout.split('\n').find((line) => line.includes('not guarded: ')) ?? ''
  assert.ok(!open.includes(scratch.at('place/below')), 'below the place')
  assert.ok(!open.includes(scratch.at('whole')), 'the whole file system')
})
