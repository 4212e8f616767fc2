// The sockets of clamd's protocol: who may connect, what happens when they cannot be made, and that scans of guarded
// places never wait for the guard itself.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'

import { instream, startClamdGuard, talk } from '../support/clamd.ts'
import { withFolder } from '../support/folder.ts'
import { nobody, startGuard } from '../support/guard.ts'
import { eicar, must, python, tryRead, write } from '../support/opener.ts'
import { haechi } from '../support/run-haechi.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const found = 'Eicar-Test-Signature FOUND'

test('without an address nothing is served; --clamd gives one', async (t) => {
  const place = withFolder(t).path
  const args = ['--mode', 'observe', '--no-sweep']
  {
    await using guard = await startGuard({ places: [place], args })
    assert.doesNotMatch(guard.stderr, /clamd/)
  }
  const socket = `${withFolder(t).path}/sub/clamd.sock`
  await using guard = await startGuard({ places: [place], args: [...args, '--clamd', socket] })
  await guard.waitForStderr(/served on .*\/sub\/clamd\.sock/)
  assert.equal(await talk(socket, 'zPING\0'), 'PONG\0')
  assert.equal(await guard.stop(), 0)
  assert.equal(existsSync(socket), false)
})

test('the socket has the mode and the group that it is given, whatever the umask', async (t) => {
  if (!requireRoot(t)) return
  {
    await using served = await startClamdGuard(t)
    assert.equal(statSync(served.socket).mode & 0o777, 0o660)
  }
  await using served = await startClamdGuard(t, {
    clamd: ['socket_mode = "0666"', 'socket_group = "nogroup"'],
  })
  const { mode, gid } = statSync(served.socket)
  assert.equal(mode & 0o777, 0o666)
  assert.equal(gid, Number(/^nogroup:[^:]*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8'))?.[1]))
})

const connect = `
import socket, sys
client = socket.socket(socket.AF_UNIX)
try: client.connect(sys.argv[1])
except PermissionError: print('refused')
else:
  client.sendall(b'nPING\\n')
  print(client.recv(100).decode().strip())`

test('others than the owner and the group may not connect', async (t) => {
  if (!requireRoot(t)) return
  for (const [mode, expected] of [
    ['0660', 'refused\n'],
    ['0666', 'PONG\n'],
  ] as const) {
    await using served = await startClamdGuard(t, { clamd: [`socket_mode = "${mode}"`] })
    await must('chmod', ['755', served.folder.path])
    const { stdout } = await python(connect, [served.socket], { uid: nobody })
    assert.equal(stdout, expected, mode)
  }
})

test('a socket left behind is replaced; a socket in use and a file are left alone, and the guard stands', async (t) => {
  const folder = withFolder(t)
  const socket = `${folder.path}/clamd.sock`
  const args = ['--mode', 'observe', '--no-sweep', '--clamd', socket]
  const place = withFolder(t).path
  const killed = await startGuard({ places: [place], args })
  await killed.waitForStderr(/served on/)
  await killed.stop('SIGKILL')
  assert.ok(statSync(socket).isSocket())
  {
    await using first = await startGuard({ places: [place], args })
    await first.waitForStderr(/served on/)
    assert.equal(await talk(socket, 'zPING\0'), 'PONG\0')
    await using second = await startGuard({ places: [place], args })
    await second.waitForStderr(/another program answers on .*clamd\.sock/)
    assert.equal(await talk(socket, 'zPING\0'), 'PONG\0')
  }
  writeFileSync(socket, 'precious')
  await using guard = await startGuard({ places: [place], args })
  await guard.waitForStderr(/cannot be served on .*no socket/)
  assert.equal(readFileSync(socket, 'utf8'), 'precious')
})

test('a TCP port in use is told, and the unix socket is served all the same', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const address = other.address()
  assert.ok(typeof address === 'object' && address !== null)
  const folder = withFolder(t)
  const socket = `${folder.path}/clamd.sock`
  const config = folder.file('h.toml', `[clamd]\nsocket = "clamd.sock"\ntcp = "localhost:${address.port}"\n`)
  await using guard = await startGuard({
    places: [withFolder(t).path],
    args: ['--mode', 'observe', '--no-sweep', '--config', config],
  })
  await guard.waitForStderr(/cannot be served on localhost:\d+: .*EADDRINUSE/)
  assert.equal(await talk(socket, 'zPING\0'), 'PONG\0')
})

test('an address for others than this host is served with a warning', async (t) => {
  const config = withFolder(t).file('h.toml', '[clamd]\ntcp = "0.0.0.0:0"\n')
  await using guard = await startGuard({
    places: [withFolder(t).path],
    args: ['--mode', 'observe', '--no-sweep', '--config', config],
  })
  await guard.waitForStderr(/served on 0\.0\.0\.0:\d+, where everybody .* may ask/)
})

for (const [line, expected] of [
  ['tcp = "nonsense"', /nonsense is no address/],
  ['tcp = "localhost:70000"', /no address/],
  ['socket = "/tmp/x.sock"\nsocket_group = "no-such-group"', /there is no group no-such-group/],
  ['socket_mode = "0777"', /socket_mode must be one of "0600", "0660", "0666"/],
  ['stream_max_length = "0"', /stream_max_length must be a size/],
] as const) {
  test(`the configuration ${JSON.stringify(line)} is refused before anything is guarded`, (t) => {
    const config = withFolder(t).file('h.toml', `[clamd]\n${line}\n`)
    const run = haechi(['guard', '--mode', 'observe', '--config', config, withFolder(t).path])
    assert.equal(run.code, 2)
    assert.match(run.stderr, expected)
  })
}

test(
  'files of a guarded place are scanned for clients, although nobody may open them',
  { timeout: 60_000 },
  async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const place = scratch.folder('place')
    // The temporary files of streams lie in the guarded place too.
    await using served = await startClamdGuard(t, { place, env: { TMPDIR: place } })
    const paths = Array.from({ length: 40 }, (_, index) => `${place}/file ${index}`)
    for (const path of paths) await write(path, eicar)
    assert.match((await tryRead(paths[0] ?? '')).stderr, /Operation not permitted/)
    const started = performance.now()
    const answers = await Promise.all(paths.map((path) => talk(served.socket, `zSCAN ${path}\0`)))
    assert.deepEqual(
      answers,
      paths.map((path) => `${path}: ${found}\0`),
    )
    const all = (await talk(served.socket, `zMULTISCAN ${place}\0`)).split('\0').slice(0, -1)
    assert.deepEqual(all.toSorted(), paths.map((path) => `${path}: ${found}`).toSorted())
    assert.equal(await talk(served.socket, instream('z', 'x'.repeat(3_000_000))), 'stream: OK\0')
    // Far below the deadline that an opener would have waited for.
    assert.ok(performance.now() - started < 4000)
  },
)
