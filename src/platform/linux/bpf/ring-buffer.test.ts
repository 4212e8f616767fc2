import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../../test/support/scratch.ts'
import { Assembler } from './assembler.ts'
import { Helper, ProgramType, R, ringNoWakeup } from './instructions.ts'
import { Counters } from './maps.ts'
import { attachTracepoint } from './perf-event.ts'
import { Program } from './programs.ts'
import { RingBuffer } from './ring-buffer.ts'
import { type BpfObject, enableRunStatistics } from './system-call.ts'
import { Tracefs } from './tracefs.ts'

interface Ticker {
  readonly ring: RingBuffer
  readonly counters: Counters
  readonly program: Program
  /** Makes records: one for each call, with its number. */
  make(count: number): void
}

/** A program that writes a record at each getpriority(2) of this process. */
function openTicker(t: TestContext, bytes: number): Ticker | undefined {
  if (!requireRoot(t)) return undefined
  const held: { [Symbol.dispose](): void }[] = []
  const hold = <T extends { [Symbol.dispose](): void }>(made: T): T => {
    held.push(made)
    return made
  }
  t.after(() => {
    for (const one of held.toReversed()) one[Symbol.dispose]()
  })
  const ring = hold(new RingBuffer('test_ring', bytes))
  const counters = hold(new Counters('test_counters', 2))
  const program = hold(
    Program.load({ type: ProgramType.tracepoint, name: 'test', code: codeOf(ring, counters) }),
  )
  hold(attach(program))
  return {
    ring,
    counters,
    program,
    make(count) {
      for (let done = 0; done < count; done++) getPriority()
    },
  }
}

function attach(program: Program): BpfObject {
  using tracefs = new Tracefs()
  return attachTracepoint(program, tracefs.tracepointId('syscalls/sys_exit_getpriority') ?? 0)
}

function codeOf(ring: RingBuffer, counters: Counters): Buffer {
  const a = new Assembler()
  a.call(Helper.currentPidTgid).set('shiftRight', R.r0, 32).jumpIf(R.r0, 'ne', process.pid, 'out')
  a.storeConstant(4, R.fp, -4, 0).map(R.r1, counters.map).address(R.r2, R.fp, -4).call(Helper.mapLookup)
  a.jumpIf(R.r0, 'eq', 0, 'out').move(R.r6, R.r0).constant(R.r1, 1).atomicAdd(R.r6, 0, R.r1)
  for (let at = 0; at < 496; at += 8) a.storeConstant(8, R.fp, -504 + at, 7)
  a.load(8, R.r1, R.r6, 0).store(8, R.fp, -504, R.r1)
  a.map(R.r1, ring.map).address(R.r2, R.fp, -504).constant(R.r3, 496).constant(R.r4, ringNoWakeup)
  a.call(Helper.ringbufOutput).jumpIf(R.r0, 'eq', 0, 'out')
  a.constant(R.r1, 1).atomicAdd(R.r6, 8, R.r1)
  return a.label('out').constant(R.r0, 0).exit().build()
}

test('records come once, in order, whole, also across the end of the ring', (t) => {
  const ticker = openTicker(t, 4096)
  if (ticker === undefined) return
  let records = 0
  const check = (data: Buffer, offset: number, length: number): void => {
    assert.equal(length, 496)
    records += 1
    const words = Array.from({ length: length / 8 }, (_, index) => data.readUInt32LE(offset + index * 8))
    assert.deepEqual(words, [records, ...Array<number>(61).fill(7)])
  }
  for (let round = 0; round < 50; round++) {
    ticker.make(5)
    assert.equal(ticker.ring.drain(check, 100), 5)
  }
  assert.equal(records, 250)
  assert.equal(ticker.ring.pending(), 0)
})

test('what did not fit is counted: delivered and dropped are what was run', (t) => {
  const ticker = openTicker(t, 4096)
  if (ticker === undefined) return
  using statistics = enableRunStatistics()
  assert.ok(statistics.fd > 0)
  ticker.make(100)
  const delivered = ticker.ring.drain(() => undefined, 1000)
  // 504 bytes each with its header; one byte of the ring stays free.
  assert.equal(delivered, 8)
  const [runs = 0, dropped = 0] = ticker.counters.read()
  assert.equal(runs, 100)
  assert.equal(delivered + dropped, runs)
  assert.ok(ticker.program.statistics().runs >= runs)
  assert.ok(ticker.program.statistics().runTimeNs > 0)
})

test('no more records are given than were asked for, and none after the end', (t) => {
  const ticker = openTicker(t, 1 << 16)
  if (ticker === undefined) return
  ticker.make(10)
  assert.equal(
    ticker.ring.drain(() => undefined, 4),
    4,
  )
  assert.equal(ticker.ring.pending(), 6 * 504)
  assert.equal(
    ticker.ring.drain(() => undefined, 100),
    6,
  )
  ticker.make(1)
  ticker.ring[Symbol.dispose]()
  assert.equal(ticker.ring.pending(), 0)
  assert.equal(
    ticker.ring.drain(() => assert.fail(), 100),
    0,
  )
})

test('every descriptor and every mapping goes', (t) => {
  if (!requireRoot(t)) return
  const open = (): number => readdirSync('/proc/self/fd').length
  const mapped = (): number => readFileSync('/proc/self/maps', 'latin1').split('bpf').length
  const before = [open(), mapped()]
  for (let round = 0; round < 20; round++) {
    using ring = new RingBuffer('test_ring', 1 << 16)
    using counters = new Counters('test_counters', 1)
    assert.deepEqual(counters.read(), [0])
    assert.equal(ring.pending(), 0)
  }
  assert.deepEqual([open(), mapped()], before)
})

test('the reason of the verifier is told', (t) => {
  if (!requireRoot(t)) return
  const code = new Assembler().load(8, R.r0, R.r5, 0).exit().build()
  assert.throws(() => Program.load({ type: ProgramType.rawTracepoint, name: 'bad', code }), /R5 !read_ok/)
})
