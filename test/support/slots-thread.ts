// Threads of a gate without a kernel: workers that begin, answer, defer and take questions as fast as they can, and a
// guardian that answers in between. Every question has a number, which stands where a descriptor would.

import { parentPort, workerData } from 'node:worker_threads'

import { Slots } from '../../src/gate/shared-state.ts'

export interface SlotsTask {
  readonly role: 'worker' | 'guardian'
  readonly index: number
  readonly buffer: SharedArrayBuffer
  /** Answers by question. */
  readonly answers: Int32Array
  /** By question: 0 not begun, 1 its descriptor is open, 2 closed. */
  readonly open: Int32Array
  /** Word 0: questions given out so far. Word 1: workers that have ended. */
  readonly shared: Int32Array
  readonly workers: number
  readonly ms: number
}

export interface SlotsAnswer {
  /** Questions that this worker began: each has to be answered once, by whomever. */
  readonly asked: number
  readonly answered: number
  readonly deferred: number
  readonly taken: number
  readonly faults: readonly string[]
}

const { role, index, buffer, answers, open, shared, workers, ms } = workerData as SlotsTask
const slots = new Slots(buffer)
const faults: string[] = []
let askedCount = 0
let answered = 0
let deferred = 0
let taken = 0
let state = index + 1

function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return (state >>> 10) % below
}

/** Writes the answer to the kernel: the descriptor must be open. */
function write(question: number): void {
  if (Atomics.load(open, question) !== 1) faults.push(`${role} answered ${question} when it was not open`)
  Atomics.add(answers, question, 1)
  if (random(50) === 0) for (let spin = 0; spin < 2000; spin++) Atomics.load(shared, 0)
  if (Atomics.load(open, question) !== 1) faults.push(`${question} was closed while ${role} answered it`)
  answered++
}

function close(slot: number, question: number): void {
  slots.end(slot)
  Atomics.store(open, question, 2)
}

/** One question or, rarely, a file that nobody waits for. */
function serve(): void {
  const question = Atomics.add(shared, 0, 1)
  if (question >= open.length) return
  const asked = random(8) !== 0
  Atomics.store(open, question, 1)
  const slot = { fd: question, pid: asked ? 1 : 0, kind: 'open', started: question, group: 3 } as const
  if (!asked && random(2) === 0) {
    if (!slots.enqueue(slot)) Atomics.store(open, question, 2)
    return
  }
  if (asked) askedCount++
  slots.begin(index, slot, asked)
  if (random(3) === 0) for (let spin = 0; spin < random(3000); spin++) Atomics.load(shared, 0)
  if (random(4) === 0 && slots.defer(index)) {
    deferred++
    return
  }
  if (slots.claim(index)) write(question)
  close(index, question)
}

function take(): boolean {
  const slot = slots.take(index, random(2) === 0)
  if (slot === undefined) return false
  taken++
  const { fd: question } = slots.get(slot)
  if (slots.workerOf(slot) !== index || !slots.isWorking(slot)) faults.push(`${question} was taken twice`)
  if (slots.claim(slot)) write(question)
  close(slot, question)
  return true
}

function work(): void {
  const end = performance.now() + ms
  while (performance.now() < end && Atomics.load(shared, 0) < open.length) {
    serve()
    if (random(3) === 0) take()
  }
  while (slots.hasQueued(true)) take()
  Atomics.add(shared, 1, 1)
}

function guard(): void {
  while (Atomics.load(shared, 1) < workers) {
    for (const slot of slots.used()) {
      const ticket = slots.waiting(slot)
      // Sometimes late: the question may be answered, and the slot in use for another one, by then.
      if (ticket === undefined || random(3) === 0) continue
      if (random(20) === 0) for (let spin = 0; spin < 5000; spin++) Atomics.load(shared, 0)
      slots.answerFor(ticket, () => {
        write(ticket.slot.fd)
      })
    }
  }
}

if (role === 'worker') work()
else guard()
const answer: SlotsAnswer = { asked: askedCount, answered, deferred, taken, faults: faults.slice(0, 5) }
parentPort?.postMessage(answer)
