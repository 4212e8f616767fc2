// The guardian: a small thread that never scans and never opens a file. It answers for workers that pass their
// deadline, tells the main thread which worker is stuck, and winds up the timer with which the kernel kills this
// process when even the guardian stands still.

import { parentPort, workerData } from 'node:worker_threads'

import { since } from '../base/clock.ts'
import { collectGarbage } from '../base/collect-garbage.ts'
import { closeFd, FanotifyGroup, type FdEvent } from '../platform/linux/fanotify.ts'
import { pathOfFd } from '../platform/linux/processes.ts'
import { KillTimer } from '../platform/linux/watchdog.ts'
import { Counters } from './counters.ts'
import type { GuardianMessage, GuardianStart } from './messages.ts'
import { Control, guardianRow, maxWorkers, Slots, type Ticket } from './shared-state.ts'

const { buffers, settings, descriptors } = workerData as GuardianStart
const control = new Int32Array(buffers.control)
const slots = new Slots(buffers.slots)
const counters = new Counters(buffers.counters)
const killTimer = new KillTimer()

/** Nobody needs an answer: how often the timer is wound and the slots are looked at. */
const restMs = Math.min(
  500,
  Math.max(20, Math.floor(settings.deadlineMs / 4)),
  Math.floor(settings.watchdogMs / 4),
)
/** All workers are busy: how often that is looked at, and how long it may last. */
const watchMs = 10
const crowdedAfterMs = 20
/** How long the process may take to end after the gate has. */
const endMs = 10_000

function send(message: GuardianMessage): void {
  parentPort?.postMessage(message)
}

/** Answers what is past its deadline; the milliseconds until the next one passes it. */
function expire(): number {
  let next = restMs
  for (const index of slots.used()) {
    const ticket = slots.waiting(index)
    if (ticket === undefined) continue
    const age = since(ticket.slot.started)
    if (age >= settings.deadlineMs) answer(ticket, age)
    else next = Math.min(next, settings.deadlineMs - age)
  }
  return Math.max(1, next)
}

function answer(ticket: Ticket, age: number): void {
  const { slot, index } = ticket
  // Before the answer: afterwards the worker may close the descriptor, and its number may mean another file.
  const path = pathOfFd(slot.fd) ?? ''
  const worker = slots.isWorking(index) ? slots.workerOf(index) : -1
  const allow = settings.onDeadline === 'allow'
  if (!slots.answerFor(ticket, () => new FanotifyGroup(slot.group).answer(slot.fd, allow))) return
  counters.add(guardianRow, 'deadlines')
  counters.add(guardianRow, allow ? 'allowed' : 'denied')
  counters.time(guardianRow, age * 1000)
  send({
    type: 'expired',
    path,
    pid: slot.pid,
    kind: slot.kind,
    worker,
    decision: settings.onDeadline,
    ms: age,
  })
}

interface Sign {
  pulse: number
  since: number
  told: boolean
}
const signs = Array.from({ length: maxWorkers }, (): Sign => ({ pulse: 0, since: 0, told: false }))

/** A busy worker whose pulse stands still for a whole deadline hangs: in a plugin, or in a read that never ends. */
function findStuck(): void {
  for (const [worker, sign] of signs.entries()) {
    const pulse = counters.pulse(worker)
    if (pulse !== sign.pulse || !counters.isBusy(worker)) {
      sign.pulse = pulse
      sign.since = performance.now()
      sign.told = false
    } else if (!sign.told && performance.now() - sign.since >= settings.deadlineMs) {
      sign.told = true
      send({ type: 'stuck', worker })
    }
  }
}

let crowdBegan = Number.POSITIVE_INFINITY
let crowdedSince = Number.POSITIVE_INFINITY
let answered = 0
let read = 0
let readAt = 0

/**
 * True while nobody is free. Being busy is no crowd as long as answers come; when none has come for a moment, a
 * spare worker is asked for.
 */
function findCrowd(): boolean {
  if (Atomics.load(control, Control.guarding) === 0 || Atomics.load(control, Control.idle) > 0) {
    crowdedSince = Number.POSITIVE_INFINITY
    crowdBegan = Number.POSITIVE_INFINITY
    return false
  }
  const now = performance.now()
  crowdBegan = Math.min(crowdBegan, now)
  const progress = counters.total('allowed') + counters.total('denied') + counters.total('scanned')
  crowdedSince = progress === answered ? Math.min(crowdedSince, now) : now
  answered = progress
  if (now - crowdedSince >= crowdedAfterMs) {
    send({ type: 'crowded' })
    crowdedSince = now + 200
  }
  return true
}

/**
 * The last resort: nobody has read a question for a whole deadline and nobody is free, so those in the kernel's queue
 * would wait for ever. They are answered by policy here.
 */
function rescue(): void {
  const total = counters.total('questions')
  if (total !== read) {
    read = total
    readAt = performance.now()
  }
  if (performance.now() - Math.max(readAt, crowdBegan) < settings.deadlineMs) return
  for (const group of [new FanotifyGroup(descriptors.questions), new FanotifyGroup(descriptors.knownBad)]) {
    for (let event = group.next(); event !== undefined; event = group.next()) answerUnread(group, event)
  }
}

function answerUnread(group: FanotifyGroup, { fd, pid }: FdEvent): void {
  if (fd < 0) return
  const path = pathOfFd(fd) ?? ''
  group.answer(fd, pid === process.pid || settings.onDeadline === 'allow')
  closeFd(fd)
  counters.add(guardianRow, 'deadlines')
  const ms = settings.deadlineMs
  send({ type: 'expired', path, pid, kind: 'open', worker: -1, decision: settings.onDeadline, ms })
}

collectGarbage()
send({ type: 'guardian-started' })
while (Atomics.load(control, Control.stopping) < 2) {
  killTimer.wind(settings.watchdogMs)
  const next = expire()
  findStuck()
  // In this order: a worker that becomes the last busy one meanwhile sees that it must wake us.
  Atomics.store(control, Control.watching, 0)
  const crowded = findCrowd()
  if (crowded) {
    Atomics.store(control, Control.watching, 1)
    rescue()
  }
  Atomics.wait(control, Control.wake, 0, crowded ? Math.min(next, watchMs) : next)
  Atomics.store(control, Control.wake, 0)
}
// Not stopped: a thread that hangs in the kernel must not keep the process for ever.
killTimer.wind(endMs)
