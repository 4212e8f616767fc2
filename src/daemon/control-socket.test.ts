import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../test/support/folder.ts'
import { AppError } from '../base/app-error.ts'
import { ask, type ControlSocket, type Handlers, listen } from './control-socket.ts'

interface Served {
  readonly path: string
  readonly calls: string[]
  readonly socket: ControlSocket
}

async function serve(t: TestContext, more: Handlers = {}, name = 'haechi.sock'): Promise<Served> {
  const path = join(withFolder(t).path, name)
  const calls: string[] = []
  const socket = await listen(path, {
    ping: () => 'pong',
    echo: (request) => {
      calls.push(String(request['value']))
      return request['value']
    },
    fails: () => {
      throw new AppError('not-found', 'there is no such thing')
    },
    ...more,
  })
  t.after(() => {
    socket.close()
  })
  return { path, calls, socket }
}

/** Sends bytes as they are and gives what comes back until the other side closes; 'closed' for nothing. */
async function send(path: string, bytes: string | Uint8Array): Promise<string> {
  const client = createConnection(path)
  client.on('error', () => undefined)
  client.write(bytes)
  try {
    return (await text(client)) || 'closed'
  } catch {
    return 'closed'
  }
}

const coded = (code: string) => (thrown: unknown) => thrown instanceof AppError && thrown.code === code

test('a request gets the result of its command', async (t) => {
  const { path } = await serve(t)
  assert.equal(await ask(path, { command: 'ping' }), 'pong')
  const value = { list: [1, 'two\nlines', { ü: null }] }
  assert.deepEqual(await ask(path, { command: 'echo', value }), value)
})

test('a large answer arrives whole, and twenty clients at once each get their own', async (t) => {
  const large = 'x'.repeat(3_000_000)
  const { path } = await serve(t, { large: () => large })
  assert.equal(await ask(path, { command: 'large' }), large)
  const values = Array.from({ length: 20 }, (_, index) => index)
  assert.deepEqual(await Promise.all(values.map((value) => ask(path, { command: 'echo', value }))), values)
})

test('what a command throws is the error of the client, and the socket goes on', async (t) => {
  const { path } = await serve(t)
  await assert.rejects(ask(path, { command: 'fails' }), /there is no such thing/)
  assert.equal(await ask(path, { command: 'ping' }), 'pong')
})

const nonsense = [
  'not json\n',
  '\n',
  '7\n',
  'null\n',
  '[]\n',
  '{"command":7}\n',
  '{}\n',
  '{"command":"unknown"}\n',
  '{"command":"toString"}\n',
  '{"command":"__proto__"}\n',
  '\xff\xfe\n',
]
for (const line of nonsense) {
  test(`the request ${JSON.stringify(line)} is answered with an error, and the socket goes on`, async (t) => {
    const { path } = await serve(t)
    const reply = JSON.parse(await send(path, line)) as { ok: boolean; error: string }
    assert.equal(reply.ok, false)
    assert.ok(reply.error.length > 0)
    assert.equal(await ask(path, { command: 'ping' }), 'pong')
  })
}

test('an unknown command is told which ones there are', async (t) => {
  const { path } = await serve(t)
  await assert.rejects(ask(path, { command: 'nonsense' }), /there are ping, echo, fails/)
})

test('a request that comes in pieces is one, and only the first line is carried out', async (t) => {
  const { path, calls } = await serve(t)
  const client = createConnection(path)
  const reply = text(client)
  for (const piece of ['{"command":"ec', 'ho","value":"ü', '1"}\n{"command":"echo","value":"2"}\n']) {
    client.write(piece)
    const { promise, resolve } = Promise.withResolvers<undefined>()
    setTimeout(resolve, 20, undefined)
    await promise
  }
  assert.equal(await reply, '{"ok":true,"result":"ü1"}\n')
  assert.deepEqual(calls, ['ü1'])
})

test('a client that sends without end is dropped', async (t) => {
  const { path } = await serve(t)
  assert.equal(await send(path, Buffer.alloc(300_000, 'x')), 'closed')
  assert.equal(await ask(path, { command: 'ping' }), 'pong')
})

test('a request that is too long is not carried out, also when its line ends', async (t) => {
  const { path, calls } = await serve(t)
  const padding = 'x'.repeat(100_000)
  assert.equal(await send(path, `${JSON.stringify({ command: 'echo', value: 'late', padding })}\n`), 'closed')
  assert.deepEqual(calls, [])
})

test(
  'an answer that is too long rejects, it does not leave the asker waiting',
  { timeout: 20_000 },
  async (t) => {
    const { path } = await serve(t, { huge: () => 'x'.repeat(17 * 1024 * 1024) })
    const { promise: waited, resolve } = Promise.withResolvers<string>()
    setTimeout(resolve, 8000, 'still waiting').unref()
    const asked = ask(path, { command: 'huge' }).then(
      () => 'answered',
      (thrown: unknown) => (thrown instanceof AppError ? 'rejected' : 'crashed'),
    )
    assert.equal(await Promise.race([asked, waited]), 'rejected')
  },
)

test('nobody but the owner may connect: mode 0600, whatever the umask', async (t) => {
  const before = process.umask(0)
  t.after(() => process.umask(before))
  const { path } = await serve(t)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(process.umask(0), 0)
  assert.ok(statSync(path).isSocket())
})

test('two guards on one socket: the second is refused, and the first one still answers', async (t) => {
  const { path } = await serve(t)
  await assert.rejects(listen(path, { ping: () => 'second' }), coded('unsupported'))
  assert.equal(await ask(path, { command: 'ping' }), 'pong')
})

test('the socket file that a killed guard left behind is replaced', async (t) => {
  const path = join(withFolder(t).path, 'haechi.sock')
  const code = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  assert.throws(() => execFileSync(process.execPath, ['-e', code, path], { stdio: 'ignore' }))
  assert.ok(statSync(path).isSocket())
  await assert.rejects(ask(path, { command: 'ping' }), coded('not-running'))
  const socket = await listen(path, { ping: () => 'new' })
  assert.equal(await ask(path, { command: 'ping' }), 'new')
  socket.close()
})

test('a file at the path that is no socket is left alone', async (t) => {
  const path = withFolder(t).file('precious', 'data')
  let socket: ControlSocket | undefined
  t.after(() => socket?.close())
  const listening = listen(path, { ping: () => 'pong' }).then((made) => (socket = made))
  await assert.rejects(listening, coded('kernel'))
  assert.equal(readFileSync(path, 'utf8'), 'data')
})

test('a dangling link, or a socket of somebody who does not speak our language, is told clearly', async (t) => {
  const folder = withFolder(t)
  const path = join(folder.path, 'dangling')
  symlinkSync('nowhere', path)
  await assert.rejects(ask(path, { command: 'ping' }), coded('not-running'))
  const other = join(folder.path, 'other')
  const server = createServer((client) => client.end('220 hello\n')).listen(other)
  await assert.rejects(ask(other, { command: 'ping' }), coded('not-running'))
  server.close()
})

test('folders on the way to the socket are made; a file on the way is an error', async (t) => {
  const { path } = await serve(t, {}, 'a/b/haechi.sock')
  assert.equal(await ask(path, { command: 'ping' }), 'pong')
  const file = withFolder(t).file('file', '')
  await assert.rejects(listen(join(file, 'haechi.sock'), {}), coded('kernel'))
})

test('closing removes the socket file and lets nobody in any more; closing twice does no harm', async (t) => {
  const { path, socket } = await serve(t)
  socket.close()
  assert.equal(existsSync(path), false)
  await assert.rejects(ask(path, { command: 'ping' }), (thrown) => {
    assert.ok(thrown instanceof AppError)
    assert.equal(thrown.code, 'not-running')
    assert.match(thrown.hint, /haechi guard/)
    return true
  })
  socket.close()
})

test('a socket that may be used by root only says so to others', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root')
  const { path } = await serve(t)
  const module = JSON.stringify(new URL('control-socket.ts', import.meta.url).href)
  // The folder of the test is for its owner only: the error is the same as that of the socket.
  const script = `import { ask } from ${module}
    process.setgid(65534); process.setuid(65534)
    ask(process.argv[1], { command: 'ping' }).catch(({ code, hint }) => console.log(code + ': ' + hint))`
  const args = ['--input-type=module-typescript', '-e', script, path]
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }), 'permission: run as root\n')
})
