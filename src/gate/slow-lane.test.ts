import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ThreadPriority } from '../platform/linux/scheduling.ts'
import { Counters } from './counters.ts'
import { Control, type Slot, Slots } from './shared-state.ts'
import { SlowLane } from './slow-lane.ts'

interface Shared {
  readonly control: Int32Array
  readonly slots: Slots
  readonly counters: Counters
  readonly priority: ThreadPriority
}

function share(): Shared {
  return {
    control: new Int32Array(new SharedArrayBuffer(Control.words * 4)),
    slots: new Slots(Slots.allocate()),
    counters: new Counters(Counters.allocate()),
    priority: new ThreadPriority(),
  }
}

const slotOf = (fd: number): Slot => ({ fd, pid: 1, kind: 'open', started: fd, group: 3 })
const words = ({ control }: Shared): (number | undefined)[] => [
  control[Control.slow],
  control[Control.background],
]

/** A question in the queue. */
function queueQuestion({ slots }: Shared, fd: number): void {
  slots.begin(60, slotOf(fd), true)
  assert.ok(slots.defer(60))
}

/** Uses the processor for that long. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

test('as many long scans as there is room for, and room again after one has left', () => {
  const shared = share()
  const lanes = [0, 1, 2].map((worker) => new SlowLane(shared, worker, 2))
  assert.deepEqual(
    lanes.map((lane) => lane.enter()),
    [true, true, false],
  )
  assert.equal(lanes[0]?.enter(), true, 'whoever is inside stays inside')
  assert.deepEqual(words(shared), [2, 0])
  assert.deepEqual([shared.counters.lane(0), shared.counters.lane(2)], [1, 0])
  lanes[0]?.leave()
  assert.deepEqual([words(shared), shared.counters.lane(0)], [[1, 0], 0])
  assert.equal(lanes[2]?.enter(), true)
  for (const lane of lanes) lane.leave()
  assert.deepEqual(words(shared), [0, 0])
})

test('leaving twice, or without having entered, gives nothing back that was not taken', () => {
  const shared = share()
  const [one, other] = [new SlowLane(shared, 0, 3), new SlowLane(shared, 1, 3)]
  other.enter()
  one.leave()
  one.enter()
  one.leave()
  one.leave()
  assert.deepEqual(words(shared), [1, 0])
})

test('a spare (no room at all) neither enters nor takes', () => {
  const shared = share()
  queueQuestion(shared, 1)
  const spare = new SlowLane(shared, 0, 0)
  assert.equal(spare.enter(), false)
  assert.equal(spare.take(), undefined)
  assert.deepEqual([words(shared), shared.slots.queued()], [[0, 0], 1])
})

test('an empty queue gives nothing and takes no room', () => {
  const shared = share()
  assert.equal(new SlowLane(shared, 0, 2).take(), undefined)
  assert.deepEqual(words(shared), [0, 0])
})

test('what nobody waits for is done by one worker at a time, questions by as many as there is room for', () => {
  const shared = share()
  const lanes = [0, 1, 2].map((worker) => new SlowLane(shared, worker, 3))
  for (const fd of [1, 2, 3]) shared.slots.enqueue(slotOf(fd))
  const first = lanes[0]?.take()
  assert.ok(first !== undefined)
  assert.deepEqual([words(shared), shared.counters.lane(0)], [[1, 1], 2])
  assert.equal(lanes[1]?.take(), undefined)
  assert.deepEqual([words(shared), shared.counters.lane(1)], [[1, 1], 0])
  queueQuestion(shared, 9)
  const question = lanes[1]?.take()
  assert.ok(question !== undefined)
  assert.equal(shared.slots.get(question).fd, 9)
  assert.deepEqual(words(shared), [2, 1])
  shared.slots.end(first)
  lanes[0]?.leave()
  assert.deepEqual([words(shared), shared.counters.lane(0)], [[1, 0], 0])
  assert.ok(lanes[2]?.take() !== undefined)
  assert.deepEqual(words(shared), [2, 1])
})

test('with several waiting every file is taken, and everything is given back at the end', () => {
  const shared = share()
  for (const fd of [1, 2, 3]) shared.slots.enqueue(slotOf(fd))
  for (const fd of [7, 8]) queueQuestion(shared, fd)
  const lane = new SlowLane(shared, 0, 1)
  const order: number[] = []
  for (let slot = lane.take(); slot !== undefined; slot = lane.take()) {
    order.push(shared.slots.get(slot).fd)
    shared.slots.end(slot)
    lane.leave()
  }
  assert.deepEqual(order, [7, 8, 1, 2, 3])
  assert.deepEqual([words(shared), shared.slots.queued()], [[0, 0], 0])
})

test('a scan that uses the processor becomes a long one: it goes on where there is room', () => {
  const shared = share()
  const lane = new SlowLane(shared, 0, 1)
  const { afterMs, look } = lane.slice()
  assert.ok(afterMs < 20)
  const next = look()
  assert.ok(next > 0 && next < 20, 'the first look only takes the time')
  work(60)
  assert.equal(look(), Number.POSITIVE_INFINITY)
  assert.deepEqual(words(shared), [1, 0])
  const inside = lane.slice()
  assert.deepEqual([inside.afterMs, inside.look()], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  lane.leave()
  assert.deepEqual(words(shared), [0, 0])
})

test('a scan that becomes a long one is given up where there is no room', () => {
  const shared = share()
  const other = new SlowLane(shared, 1, 1)
  other.enter()
  const { look } = new SlowLane(shared, 0, 1).slice()
  look()
  work(60)
  assert.ok(look() < 0)
  assert.deepEqual(words(shared), [1, 0])
})

test('waiting alone makes no long scan for a while, and then does: it occupies an instance all the same', () => {
  const shared = share()
  const started = performance.now()
  const { look } = new SlowLane(shared, 0, 0).slice()
  look()
  const before = process.threadCpuUsage()
  rest(5)
  const next = look()
  const { user, system } = process.threadCpuUsage(before)
  // On a busy machine the rest itself may have become too long, and compiling this may have used the processor.
  if (performance.now() - started < 40 && user + system < 2000) assert.ok(next > 0, 'not running for 5 ms')
  rest(60)
  assert.ok(look() < 0, 'stalled')
})
