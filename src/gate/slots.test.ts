// The slots of shared-state.ts: who may answer which question.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { SlotsAnswer, SlotsTask } from '../../test/support/slots-thread.ts'
import { runThread } from '../../test/support/thread.ts'
import { type Kind, maxWorkers, type Slot, Slots } from './shared-state.ts'

const make = (): Slots => new Slots(Slots.allocate())
const slotOf = (fd: number, more: Partial<Slot> = {}): Slot => ({
  fd,
  pid: 100 + fd,
  kind: 'open',
  started: fd,
  group: 5,
  ...more,
})
const queueSlots = 1024

test('what a worker begins is seen by the guardian as it is, until it ends', () => {
  const slots = make()
  const slot = slotOf(7, { kind: 'exec', pid: -1, started: -2_000_000_000, group: 9 })
  slots.begin(3, slot, true)
  assert.deepEqual([...slots.used()], [3])
  assert.deepEqual(slots.waiting(3)?.slot, slot)
  assert.deepEqual([slots.isWorking(3), slots.isWaiting(3), slots.workerOf(3)], [true, true, 3])
  slots.end(3)
  assert.deepEqual([...slots.used()], [])
  assert.deepEqual([slots.isWorking(3), slots.isWaiting(3), slots.waiting(3)], [false, false, undefined])
})

test('every kind comes back as the kind it was', () => {
  const slots = make()
  const kinds: readonly Kind[] = ['open', 'exec', 'close-write', 'moved', 'sweep', 'late']
  for (const [index, kind] of kinds.entries()) {
    slots.begin(index, slotOf(index, { kind }), false)
    assert.equal(slots.get(index).kind, kind)
  }
})

test('a question is answered once: by the worker that claims it first', () => {
  const slots = make()
  slots.begin(0, slotOf(1), true)
  const ticket = slots.waiting(0)
  assert.ok(ticket !== undefined)
  assert.equal(slots.claim(0), true)
  assert.equal(slots.claim(0), false)
  assert.equal(
    slots.answerFor(ticket, () => assert.fail('answered twice')),
    false,
  )
})

test('a question is answered once: by the guardian that was first', () => {
  const slots = make()
  slots.begin(0, slotOf(1), true)
  const ticket = slots.waiting(0)
  assert.ok(ticket !== undefined)
  let written = 0
  assert.equal(
    slots.answerFor(ticket, () => written++),
    true,
  )
  assert.equal(
    slots.answerFor(ticket, () => written++),
    false,
  )
  assert.equal(written, 1)
  assert.deepEqual([slots.isWaiting(0), slots.claim(0)], [false, false])
})

test('a file that nobody waits for can be claimed by nobody', () => {
  const slots = make()
  slots.begin(0, slotOf(1), false)
  assert.deepEqual([slots.claim(0), slots.waiting(0)], [false, undefined])
})

test('an old ticket never answers a later question in the same slot', () => {
  const slots = make()
  slots.begin(0, slotOf(1), true)
  const old = slots.waiting(0)
  assert.ok(old !== undefined)
  slots.end(0)
  slots.begin(0, slotOf(1), true)
  assert.equal(
    slots.answerFor(old, () => assert.fail('the wrong question')),
    false,
  )
  assert.equal(slots.claim(0), true)
})

test('deferring keeps exactly one open question: in the queue, with everything about it', () => {
  const slots = make()
  const slot = slotOf(4, { kind: 'exec' })
  slots.begin(2, slot, true)
  assert.equal(slots.defer(2), true)
  assert.deepEqual([slots.isWorking(2), slots.isWaiting(2), slots.queued()], [false, false, 1])
  const [queued, ...others] = slots.used()
  assert.ok(queued !== undefined && queued >= maxWorkers)
  assert.deepEqual(others, [])
  assert.deepEqual(slots.waiting(queued)?.slot, slot)
  assert.equal(slots.take(9, false), queued)
  assert.deepEqual([slots.workerOf(queued), slots.isWorking(queued), slots.queued()], [9, true, 0])
  assert.equal(slots.claim(queued), true)
  slots.end(queued)
  assert.deepEqual([...slots.used()], [])
})

test('a ticket of before the deferral is void, one of after it is good', () => {
  const slots = make()
  slots.begin(2, slotOf(4), true)
  const before = slots.waiting(2)
  assert.ok(before !== undefined)
  slots.defer(2)
  assert.equal(
    slots.answerFor(before, () => assert.fail('moved meanwhile')),
    false,
  )
  const after = slots.waiting(maxWorkers)
  assert.ok(after !== undefined)
  assert.equal(
    slots.answerFor(after, () => undefined),
    true,
  )
  const taken = slots.take(0, true)
  assert.equal(taken, maxWorkers)
  assert.equal(slots.claim(maxWorkers), false)
})

test('a question that was answered before it is deferred goes on as a file that nobody waits for', () => {
  const slots = make()
  slots.begin(2, slotOf(4), true)
  const ticket = slots.waiting(2)
  assert.ok(ticket !== undefined)
  slots.answerFor(ticket, () => undefined)
  assert.equal(slots.defer(2), true)
  assert.equal(slots.waiting(maxWorkers), undefined)
  assert.equal(slots.take(0, false), undefined)
  assert.equal(slots.take(0, true), maxWorkers)
})

test('questions come before what nobody waits for, and the oldest first, also over the wrap of time', () => {
  const slots = make()
  slots.enqueue(slotOf(1, { started: 1 }))
  slots.enqueue(slotOf(2, { started: 0 }))
  const moments = [0x7ffffffe, 0x7fffffff, -0x80000000, -0x7fffffff]
  for (const [index, started] of moments.toReversed().entries()) {
    slots.begin(index, slotOf(10 + index, { started }), true)
    slots.defer(index)
  }
  const order: number[] = []
  for (let slot = slots.take(0, true); slot !== undefined; slot = slots.take(0, true)) {
    const { fd, started } = slots.get(slot)
    order.push(fd >= 10 ? started : fd)
  }
  assert.deepEqual(order, [...moments, 2, 1])
})

test('without room in the background only questions are given', () => {
  const slots = make()
  slots.enqueue(slotOf(1))
  assert.deepEqual([slots.hasQueued(false), slots.hasQueued(true)], [false, true])
  assert.equal(slots.take(0, false), undefined)
  slots.begin(0, slotOf(2), true)
  slots.defer(0)
  assert.equal(slots.hasQueued(false), true)
  const taken = slots.take(0, false)
  assert.equal(taken === undefined ? -1 : slots.get(taken).fd, 2)
  assert.equal(slots.queued(), 1)
})

test('a full queue refuses: the worker keeps its question, open, and there is room again after one', () => {
  const slots = make()
  for (let fd = 0; fd < queueSlots; fd++) assert.equal(slots.enqueue(slotOf(fd)), true)
  assert.equal(slots.queued(), queueSlots)
  assert.equal(slots.enqueue(slotOf(0)), false)
  slots.begin(5, slotOf(9), true)
  assert.equal(slots.defer(5), false)
  assert.deepEqual([slots.isWorking(5), slots.isWaiting(5)], [true, true])
  const taken = slots.take(1, true)
  assert.ok(taken !== undefined)
  slots.end(taken)
  assert.equal(slots.defer(5), true)
  assert.equal(slots.queued(), queueSlots)
})

test('four workers and a guardian for two seconds: no answer is lost, double, or given for a closed descriptor', async () => {
  const workers = 4
  const most = 2_000_000
  const buffer = Slots.allocate()
  const answers = new Int32Array(new SharedArrayBuffer(most * 4))
  const open = new Int32Array(new SharedArrayBuffer(most * 4))
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const module = new URL('../../test/support/slots-thread.ts', import.meta.url)
  const common = { buffer, answers, open, shared, workers, ms: 2000 }
  const tasks: SlotsTask[] = Array.from({ length: workers }, (_, index) => ({
    ...common,
    role: 'worker',
    index,
  }))
  tasks.push({ ...common, role: 'guardian', index: workers })
  const done = await Promise.all(tasks.map((task) => runThread<SlotsAnswer>(module, task)))
  assert.deepEqual(
    done.flatMap(({ faults }) => faults),
    [],
  )
  const slots = new Slots(buffer)
  assert.deepEqual([slots.queued(), [...slots.used()]], [0, []])
  const questions = Math.min(most, shared[0] ?? 0)
  let answered = 0
  for (let question = 0; question < questions; question++) {
    const count = answers[question] ?? 0
    assert.equal(open[question], 2, `question ${question} was closed`)
    assert.ok(count <= 1, `question ${question} was answered ${count} times`)
    answered += count
  }
  const asked = done.reduce((sum, one) => sum + one.asked, 0)
  assert.ok(asked > 10_000, `${asked} questions`)
  assert.equal(answered, asked)
  assert.ok((done.at(-1)?.answered ?? 0) > 0, 'the guardian had a share')
  assert.ok(done.every(({ deferred, taken }, index) => index === workers || (deferred > 0 && taken > 0)))
})
