// What clients may do to clamd's protocol: too many, too slow, too much, nonsense, gone in the middle. The guard goes
// on, answers the others, and holds no descriptor and no temporary file longer than it must.

import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import type { GuardStatus } from '../../src/daemon/index.ts'
import { statusOf } from '../support/ask.ts'
import {
  type ClamdGuard,
  dial,
  instream,
  listenTo,
  openFiles,
  pass,
  startClamdGuard,
  talk,
} from '../support/clamd.ts'
import { withFolder } from '../support/folder.ts'
import { eicar, eventually, python } from '../support/opener.ts'
import { randomBytes } from '../support/random.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'
import { tarOf } from '../support/tar-writer.ts'
import { trouble, troublemaker } from '../support/troublemaker.ts'

const found = 'Eicar-Test-Signature FOUND'

async function isAlive({ socket }: ClamdGuard): Promise<boolean> {
  return (await talk(socket, 'nPING\n')) === 'PONG\n'
}

async function clientsOf({ guard }: ClamdGuard): Promise<NonNullable<GuardStatus['clamd']>> {
  const { clamd } = await statusOf(guard)
  assert.ok(clamd)
  return clamd
}

/** Fails when the daemon has more descriptors open than before, after everybody had the time to go. */
async function assertDescriptors(served: ClamdGuard, before: number): Promise<void> {
  // One look more could meet a descriptor that is open for an instant: a question to /proc, a status.
  const gone = await eventually(() => Promise.resolve(served.descriptors() <= before), 6000)
  assert.ok(gone, `${served.descriptors()} descriptors, ${before} before`)
}

/** Everything that is started lazily has been started: what is counted from now on is somebody's leak. */
async function warmUp(served: ClamdGuard): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => talk(served.socket, instream('z', eicar))),
  )
  assert.deepEqual(new Set(answers), new Set([`stream: ${found}\0`]))
  await eventually(async () => (await clientsOf(served)).served === 0, 5000)
  return served.descriptors()
}

test('fifty clients at once, each with several commands, get their own answers, and nothing stays open', async (t) => {
  await using served = await startClamdGuard(t)
  const { folder, socket, port } = served
  folder.file('e.com', eicar)
  folder.file('clean', 'clean')
  const before = await warmUp(served)
  const large = `${eicar}${'x'.repeat(3_000_000)}`
  async function client(index: number): Promise<void> {
    const address = index % 2 === 0 ? socket : { host: '127.0.0.1', port }
    for (let round = 0; round < 3; round++) {
      assert.equal(
        await talk(address, instream('z', index % 3 === 0 ? eicar : `clean ${index}`)),
        index % 3 === 0 ? `stream: ${found}\0` : 'stream: OK\0',
      )
      assert.equal(await talk(address, `nSCAN ${folder.path}/e.com\n`), `${folder.path}/e.com: ${found}\n`)
      assert.equal(await talk(address, `zCONTSCAN ${folder.path}/clean\0`), `${folder.path}/clean: OK\0`)
    }
    if (index % 10 === 0) assert.equal(await talk(address, instream('n', large)), 'stream: OK\n')
    if (index % 10 === 1) {
      const steps = [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: [`${folder.path}/e.com`] }]
      assert.match(await pass(socket, steps), /^fd\[\d+\]: Eicar-Test-Signature FOUND/)
    }
  }
  await Promise.all(Array.from({ length: 50 }, (_, index) => client(index)))
  await assertDescriptors(served, before)
})

test('beyond the connections clients wait for their turn, and beyond the queue they are turned away', async (t) => {
  await using served = await startClamdGuard(t, { clamd: ['max_connections = 2', 'max_queue = 2'] })
  const clients = [await dial(served.socket), await dial(served.socket)]
  await eventually(async () => (await clientsOf(served)).served === 2, 5000)
  const waiting = [await dial(served.socket), await dial({ host: '127.0.0.1', port: served.port })]
  const answers = waiting.map((client) => listenTo(client))
  for (const client of waiting) client.write('zPING\0')
  const { promise: turnedAway, resolve } = Promise.withResolvers<undefined>()
  const fifth = await dial(served.socket)
  fifth.once('close', () => resolve(undefined))
  fifth.resume()
  await turnedAway
  const present = await clientsOf(served)
  assert.deepEqual(present, { served: 2, waiting: 2, turnedAway: 1 })
  for (const client of clients) client.destroy()
  assert.deepEqual(await Promise.all(answers), ['PONG\0', 'PONG\0'])
})

test('a waiting client that leaves gives its place in the queue to another', async (t) => {
  await using served = await startClamdGuard(t, { clamd: ['max_connections = 1', 'max_queue = 1'] })
  const first = await dial(served.socket)
  const second = await dial(served.socket)
  await eventually(async () => (await clientsOf(served)).waiting === 1, 5000)
  second.destroy()
  await eventually(async () => (await clientsOf(served)).waiting === 0, 5000)
  const third = await dial(served.socket)
  const answer = listenTo(third)
  third.write('zPING\0')
  first.destroy()
  assert.equal(await answer, 'PONG\0')
})

test(
  'garbage is answered or ignored, never believed, and the next client is served',
  { timeout: 60_000 },
  async (t) => {
    await using served = await startClamdGuard(t, {
      clamd: ['command_read_timeout = "200 ms"', 'read_timeout = "200 ms"'],
    })
    const before = await warmUp(served)
    const starts = [
      '',
      'z',
      'n',
      'zINSTREAM\0',
      'nIDSESSION\n',
      'zIDSESSION\0zINSTREAM\0',
      'zSCAN ',
      'zFILDES\0',
      'nSTATS',
    ]
    const garbage = Array.from({ length: 120 }, (_, seed) =>
      Buffer.concat([
        Buffer.from(starts[seed % starts.length] ?? '', 'latin1'),
        randomBytes(seed * 37, seed),
      ]),
    )
    const answers = await Promise.all(garbage.map((bytes) => talk(served.socket, bytes)))
    for (const answer of answers) assert.doesNotMatch(answer, /OK[\0\n]|FOUND/)
    assert.equal(await talk(served.socket, `z${'A'.repeat(100_000)}`), 'UNKNOWN COMMAND\0')
    assert.equal(await talk(served.socket, `z${'A'.repeat(3000)}`), 'COMMAND READ TIMED OUT\n')
    assert.ok(await isAlive(served))
    await assertDescriptors(served, before)
  },
)

test(
  'clients that are killed in the middle of whatever they do leave nothing behind',
  { timeout: 60_000 },
  async (t) => {
    await using served = await startClamdGuard(t)
    served.folder.file('e.com', eicar)
    const before = await warmUp(served)
    const inTheMiddle = [
      'zPI',
      'zINSTREAM\0\0\x20\0\0abc',
      `zINSTREAM\0\0\x30\0\0${'x'.repeat(2_000_000)}`,
      `zIDSESSION\0${instream('z', eicar)}zINSTREAM\0\0\0\0\x09abc`,
      'zFILDES\0',
      `zCONTSCAN /usr/share\0`,
      `zMULTISCAN /usr/share\0`,
      instream('z', 'y'.repeat(3_000_000)),
    ]
    const clients = await Promise.all(
      Array.from({ length: 5 }, () => inTheMiddle)
        .flat()
        .map(async (bytes) => {
          const client = await dial(served.socket)
          client.write(bytes, 'latin1')
          return client
        }),
    )
    await delay(200)
    for (const client of clients) client.destroy()
    await eventually(async () => (await clientsOf(served)).served === 0, 10_000)
    await assertDescriptors(served, before)
    assert.ok(await isAlive(served))
  },
)

/** A client that passes descriptors in ways nobody should, and dies. */
const sprayer = `
import array, os, signal, socket, sys
address, file = sys.argv[1:3]
def say(*messages):
  client = socket.socket(socket.AF_UNIX)
  client.connect(address)
  for data, count in messages:
    fds = [os.open(file, os.O_RDONLY) for _ in range(count)]
    try: client.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else [])
    except BrokenPipeError: pass
    for fd in fds: os.close(fd)
  return client
held = []
for _ in range(10):
  held.append(say((b'zPING\\0', 1)))
  held.append(say((b'zFILDES\\0', 0), (b'\\0', 253)))
  held.append(say((b'zFILDES\\0', 5)))
  held.append(say((b'z', 1), (b'F', 1), (b'I', 2), (b'X', 3)))
  held.append(say((b'zIDSESSION\\0', 1), (b'zFILDES\\0', 1), (b'\\0', 1), (b'\\0', 1), (b'zFILDES\\0', 0)))
  held.append(say((b'zINSTREAM\\0\\0\\0\\0\\3abc', 7)))
  held.append(say(*[(b'zP', 1)] * 200))
os.kill(os.getpid(), signal.SIGKILL)`

test('descriptors that are passed unasked, in masses, or by a client that dies are all closed', async (t) => {
  await using served = await startClamdGuard(t)
  const file = served.folder.file('e.com', eicar)
  const before = await warmUp(served)
  const { code } = await python(sprayer, [served.socket, file])
  assert.equal(code, null)
  await eventually(async () => (await clientsOf(served)).served === 0, 10_000)
  await assertDescriptors(served, before)
  assert.ok(await isAlive(served))
})

test('a passed descriptor is closed on exec and gone after its scan', async (t) => {
  await using served = await startClamdGuard(t, { args: ['--plugin', troublemaker(t)] })
  const file = served.folder.file('slow', trouble.slow(1500))
  const { pid } = served.guard
  const answer = pass(served.socket, [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: [file] }])
  const held = (): string | undefined =>
    readdirSync(`/proc/${pid}/fd`).find((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === file
      } catch {
        return false
      }
    })
  assert.ok(await eventually(() => Promise.resolve(held() !== undefined), 5000))
  const flags = /^flags:\t0*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${held()}`, 'utf8'))?.[1]
  const closeOnExec = 0o2000000
  assert.equal(Number.parseInt(flags ?? '', 8) & closeOnExec, closeOnExec)
  assert.match(await answer, /^fd\[\d+\]: OK/)
  assert.ok(await eventually(() => Promise.resolve(held() === undefined), 2000))
})

test(
  'a client that sends and never reads is dropped; the guard holds little for it',
  { timeout: 60_000 },
  async (t) => {
    await using served = await startClamdGuard(t, { clamd: ['command_read_timeout = "500 ms"'] })
    const { rssBytes } = await statusOf(served.guard)
    const client = await dial(served.socket)
    client.pause()
    const { promise: closed, resolve } = Promise.withResolvers<undefined>()
    client.once('close', () => resolve(undefined))
    client.write('zIDSESSION\0')
    const flood = 'zVERSIONCOMMANDS\0'.repeat(20_000)
    for (let sent = 0; sent < 20 && !client.destroyed; sent++) client.write(flood)
    await closed
    assert.ok(await isAlive(served))
    const after = await statusOf(served.guard)
    assert.ok(after.rssBytes - rssBytes < 60 * 1024 ** 2, `${rssBytes} → ${after.rssBytes}`)
  },
)

test('a client that leaves during a walk ends it', { timeout: 60_000 }, async (t) => {
  await using served = await startClamdGuard(t, { args: ['--plugin', troublemaker(t)] })
  mkdirSync(`${served.folder.path}/many`)
  for (let index = 0; index < 100; index++) {
    writeFileSync(`${served.folder.path}/many/${index}`, trouble.slow(300, `${index}`))
  }
  const running = async (): Promise<boolean> => /\tMULTISCAN \d/.test(await talk(served.socket, 'nSTATS\n'))
  const client = await dial(served.socket)
  client.write(`zMULTISCAN ${served.folder.path}/many\0`)
  assert.ok(await eventually(running, 5000))
  client.destroy()
  const started = performance.now()
  assert.ok(await eventually(async () => !(await running()), 10_000))
  assert.ok(performance.now() - started < 5000)
})

test('a long stream lies in a file without a name while it comes, and is scanned whole', async (t) => {
  const temporary = withFolder(t).path
  await using served = await startClamdGuard(t, { env: { TMPDIR: temporary } })
  const before = await warmUp(served)
  const archive = Buffer.from(
    tarOf([
      { name: 'filler', data: randomBytes(3_000_000, 1) },
      { name: 'eicar.com', data: eicar },
    ]),
  ).toString('latin1')
  const bytes = instream('z', archive.slice(0, 2_500_000), archive.slice(2_500_000))
  const client = await dial(served.socket)
  const answer = listenTo(client)
  client.write(bytes.slice(0, 2_600_000), 'latin1')
  const nameless = (): boolean =>
    openFiles(served.guard.pid).some((target) => target.startsWith(`${temporary}/`))
  assert.ok(await eventually(() => Promise.resolve(nameless()), 5000))
  assert.deepEqual(readdirSync(temporary), [])
  client.write(bytes.slice(2_600_000), 'latin1')
  assert.equal(await answer, `stream: ${found}\0`)
  assert.ok(await eventually(() => Promise.resolve(!nameless()), 5000))
  await assertDescriptors(served, before)
})

test('a stream that the disk has no room for is an error, and the next one is served', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.mount('-t', 'tmpfs', '-o', 'size=2m', 'haechi-test', scratch.folder('small'))
  await using served = await startClamdGuard(t, { env: { TMPDIR: scratch.at('small') } })
  const answer = await talk(served.socket, instream('z', 'x'.repeat(8_000_000)))
  assert.equal(answer, 'Error writing to temporary file. ERROR\0')
  assert.match(served.guard.stderr, /cannot be stored: ENOSPC/)
  assert.equal(await talk(served.socket, instream('z', eicar)), `stream: ${found}\0`)
})

test('a stream of single bytes is neither slow for others nor dear', { timeout: 60_000 }, async (t) => {
  await using served = await startClamdGuard(t)
  // The first scan starts the threads that scan: what they hold is not the stream's.
  assert.equal(await talk(served.socket, instream('z', 'first')), 'stream: OK\0')
  const { rssBytes } = await statusOf(served.guard)
  const bytes = `zINSTREAM\0${'\0\0\0\x01x'.repeat(300_000)}\0\0\0\0`
  let answered = 0
  const slow = talk(served.socket, bytes)
  const end = slow.then(() => true)
  while (!(await Promise.race([end, delay(1, false)]))) {
    const started = performance.now()
    assert.ok(await isAlive(served))
    assert.ok(performance.now() - started < 2000)
    answered++
  }
  assert.equal(await slow, 'stream: OK\0')
  assert.ok(answered > 0)
  const after = await statusOf(served.guard)
  assert.ok(after.rssBytes - rssBytes < 60 * 1024 ** 2, `${rssBytes} → ${after.rssBytes}`)
})

test(
  'the guard ends in time although clients wait, streams come and a scan hangs',
  { timeout: 60_000 },
  async (t) => {
    await using served = await startClamdGuard(t, { args: ['--plugin', troublemaker(t)] })
    const path = served.folder.file('hang', trouble.hang())
    const answers = [
      `zSCAN ${path}\0`,
      'zINSTREAM\0\0\x10\0\0abc',
      'zIDSESSION\0zPING\0',
      `zMULTISCAN /usr\0`,
    ].map((bytes) => talk(served.socket, bytes))
    await eventually(async () => (await clientsOf(served)).served === answers.length, 5000)
    const started = performance.now()
    assert.equal(await served.guard.stop(), 0)
    assert.ok(performance.now() - started < 5000)
    for (const answer of await Promise.all(answers)) assert.doesNotMatch(answer, /OK\0/)
  },
)
