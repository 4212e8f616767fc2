import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Gone, Intake, TimedOut } from './intake.ts'

interface Fed {
  readonly intake: Intake
  readonly closed: number[]
  feed(text: string, ...descriptors: number[]): void
}

function open(): Fed {
  const closed: number[] = []
  const intake = new Intake({ onTaken: () => undefined, close: (fd) => closed.push(fd) })
  return {
    intake,
    closed,
    feed: (text, ...descriptors) => intake.push(Buffer.from(text, 'latin1'), descriptors),
  }
}

/** From 1. */
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const ascending = (a: number, b: number): number => a - b

async function names(fed: Fed): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const command = await fed.intake.nextCommand(1000)
    if (command === undefined) return found
    found.push(command.name)
    if (command.name === '') return found
  }
}

test('commands come one after the other, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 }), async (cuts) => {
      const fed = open()
      let rest = 'zPING\0nVERSION\nzSCAN /a\nb\0nSTATS\r\n'
      for (const cut of cuts) {
        if (rest === '') break
        fed.feed(rest.slice(0, cut))
        rest = rest.slice(cut)
      }
      if (rest !== '') fed.feed(rest)
      fed.intake.end()
      assert.deepEqual(await names(fed), ['PING', 'VERSION', 'SCAN', 'STATS'])
    }),
  )
})

test('an old command is what came at once, up to its first line feed', async () => {
  const fed = open()
  fed.feed('PING')
  assert.equal((await fed.intake.nextCommand(10))?.name, 'PING')
  fed.feed('PI')
  assert.equal((await fed.intake.nextCommand(10))?.name, '')
  fed.feed('FILDES\n\0', 7)
  assert.equal((await fed.intake.nextCommand(10))?.name, 'FILDES')
  assert.equal(await fed.intake.takeDescriptor(10), 7)
})

test('a command that never ends is no command, and little of it is held', async () => {
  const fed = open()
  fed.feed(`z${'A'.repeat(5000)}`)
  assert.equal((await fed.intake.nextCommand(1000))?.name, '')
})

test('who does not go on times out, also when bytes dribble; what ended before its end is nothing', async () => {
  const fed = open()
  fed.feed('zPI')
  const dribble = setInterval(() => fed.feed('x'), 10)
  await assert.rejects(fed.intake.nextCommand(100), TimedOut)
  clearInterval(dribble)
  await assert.rejects(fed.intake.takeExactly(1000, 20), TimedOut)
  fed.intake.end()
  assert.equal(await fed.intake.nextCommand(20), undefined)
  assert.equal(await fed.intake.takeExactly(1000, 20), undefined)
})

test('bytes are taken as they come, exactly or at most so many', async () => {
  const fed = open()
  fed.feed('abc', 3)
  fed.feed('defgh')
  assert.equal((await fed.intake.takeExactly(4, 10))?.toString(), 'abcd')
  assert.equal((await fed.intake.take(2, 10))?.toString(), 'ef')
  assert.equal((await fed.intake.take(100, 10))?.toString(), 'gh')
  fed.intake.end()
  assert.equal(await fed.intake.take(1, 10), undefined)
})

test('each descriptor belongs to the bytes with which it came', async () => {
  const fed = open()
  fed.intake.beginSession()
  fed.feed('zFILDES\0')
  fed.feed('\0', 11)
  fed.feed('zFILDES\0')
  fed.feed('X', 12)
  fed.feed('zFILDES\0', 13)
  fed.feed('zFILDES\0')
  fed.feed('\0zPING\0', 14)
  fed.feed('zFILDES\0\0')
  const taken: unknown[] = []
  for (let round = 0; round < 4; round++) {
    assert.equal((await fed.intake.nextCommand(10))?.name, 'FILDES')
    taken.push(await fed.intake.takeDescriptor(10))
  }
  assert.deepEqual(taken, [11, 12, 13, 14])
  assert.equal((await fed.intake.nextCommand(10))?.name, 'PING')
  assert.equal((await fed.intake.nextCommand(10))?.name, 'FILDES')
  assert.equal(await fed.intake.takeDescriptor(10), undefined)
  fed.intake.end()
  assert.equal(await fed.intake.takeDescriptor(10), 'end')
  assert.deepEqual(fed.closed, [])
})

test('a descriptor that nobody asked for, or one of several, is closed', async () => {
  const fed = open()
  fed.feed('zPING\0', 21)
  fed.feed('zFILDES\0')
  assert.equal((await fed.intake.nextCommand(10))?.name, 'PING')
  assert.equal((await fed.intake.nextCommand(10))?.name, 'FILDES')
  assert.deepEqual(fed.closed, [21])
  fed.feed('\0', 22, 23, 24)
  assert.equal(await fed.intake.takeDescriptor(10), undefined)
  assert.deepEqual(fed.closed.toSorted(ascending), [21, 22, 23, 24])
})

test('after the client is gone whoever waits learns it, and everything is closed', async () => {
  const fed = open()
  fed.feed('zP', 31)
  const waiting = assert.rejects(fed.intake.nextCommand(5000), Gone)
  fed.intake.abort()
  await waiting
  fed.feed('ING\0', 32)
  await assert.rejects(fed.intake.take(1, 10), Gone)
  assert.deepEqual(fed.closed.toSorted(ascending), [31, 32])
})

test('single bytes do not become many pieces: there is room until the bytes are many', () => {
  const fed = open()
  for (let index = 0; index < 10_000; index++) fed.feed('x')
  assert.equal(fed.intake.isFull, false)
  fed.feed('x'.repeat(300_000))
  assert.equal(fed.intake.isFull, true)
})

test('any bytes and descriptors: no throw but its own, no descriptor lost, none closed twice', async () => {
  const start = fc.constantFrom('', 'z', 'n', 'zFILDES\0', 'zSCAN /x\0', 'nPING\n')
  const message = fc.record({
    text: fc
      .tuple(start, fc.string({ unit: 'binary-ascii', maxLength: 8 }))
      .map(([a, b]) => `${a}${b}` || 'x'),
    count: fc.integer({ min: 0, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 20 }), fc.boolean(), async (messages, isSession) => {
      const fed = open()
      if (isSession) fed.intake.beginSession()
      const taken: number[] = []
      let sent = 0
      for (const { text, count } of messages) {
        fed.feed(text, ...numbers(sent + count).slice(sent))
        sent += count
      }
      fed.intake.end()
      for (;;) {
        const command = await fed.intake.nextCommand(10)
        if (command === undefined || command.name === '') break
        if (command.name !== 'FILDES') continue
        const fd = await fed.intake.takeDescriptor(10)
        if (typeof fd === 'number') taken.push(fd)
      }
      fed.intake.abort()
      const all = [...taken, ...fed.closed].toSorted(ascending)
      assert.deepEqual(all, numbers(sent))
    }),
    { numRuns: 300 },
  )
})
