// A gate worker: one thread, one engine instance. Waits for events, judges, answers; everything synchronous, so
// that an answer never depends on an event loop. It opens nothing but /proc and O_PATH: an ordinary open could ask
// the very thread that would have to answer.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'

import { monotonicMs, since } from '../base/clock.ts'
import { collectGarbage } from '../base/collect-garbage.ts'
import { Poller } from '../platform/linux/epoll.ts'
import { closeFd, Ev, FanotifyGroup } from '../platform/linux/fanotify.ts'
import { nameEvents } from '../platform/linux/file-handles.ts'
import { processFacts } from '../platform/linux/processes.ts'
import { ThreadPriority } from '../platform/linux/scheduling.ts'
import { CaseWork } from './case-work.ts'
import { Counters } from './counters.ts'
import { Judge } from './judge.ts'
import { forgetAll, forgetClean } from './marks.ts'
import type { ControlMessage, WorkerMessage, WorkerStart } from './messages.ts'
import { Places } from './places.ts'
import { Selector } from './selection.ts'
import { Control, Slots } from './shared-state.ts'
import { lowNice, SlowLane } from './slow-lane.ts'
import { VerdictTable } from './verdict-table.ts'

const start = workerData as WorkerStart
const { worker, descriptors, settings } = start
const port = parentPort
if (port === null) throw new Error('the gate worker runs in a worker thread only')

const control = new Int32Array(start.buffers.control)
const slots = new Slots(start.buffers.slots)
const counters = new Counters(start.buffers.counters)
const questions = new FanotifyGroup(descriptors.questions)
const knownBad = new FanotifyGroup(descriptors.knownBad)
const written = new FanotifyGroup(descriptors.written)
const moved = new FanotifyGroup(descriptors.moved)
const judge = new Judge({
  engine: start.engine,
  generation: start.generation,
  verdicts: new VerdictTable(start.buffers.verdicts),
  pulse: counters.pulseOf(worker),
})
let places = new Places(settings.places)
const priority = new ThreadPriority()
// A spare never takes a long scan; with a single instance there is nobody to leave free, and spares step in.
const lane = new SlowLane(
  { control, slots, counters, priority },
  worker,
  start.spare ? 0 : Math.max(1, settings.instances - 1),
)
const records = Buffer.alloc(64 * 1024)
let retired = false
// Messages may have come before this thread ran: the first look is always taken.
let configuration = -1

const work = new CaseWork({
  worker,
  settings,
  control,
  slots,
  counters,
  lane,
  judge,
  selector: new Selector(settings),
  groups: { questions, knownBad, written },
  queued: descriptors.queued,
  places: () => ({ places, configuration }),
  send,
  wakeGuardian,
})

function send(message: WorkerMessage): void {
  port?.postMessage(message)
}

/** Reads one event of a group that asks. False when there was none. */
function serveQuestion(group: FanotifyGroup): boolean {
  const event = group.next()
  if (event === undefined) return false
  priority.set(0)
  const { fd, pid, mask } = event
  if (fd < 0) return true
  // Our own threads open files too (the main thread reads what was moved in): they must never wait for us.
  if (pid === process.pid) {
    group.answer(fd, true)
    closeFd(fd)
    return true
  }
  const kind = (mask & Ev.openExecPerm) === 0 ? 'open' : 'exec'
  const startedUs = performance.now() * 1000
  slots.begin(worker, { fd, pid, kind, started: monotonicMs(), group: group.fd }, true)
  counters.add(worker, 'questions')
  work.handle({ slot: worker, fd, pid, kind, group, startedUs })
  return true
}

function serveWritten(): boolean {
  const event = written.next()
  if (event === undefined) return false
  // Nobody waits for this one; whoever writes many files keeps the processor, and so do the answers to him.
  priority.set(lowNice)
  const { fd, pid } = event
  if (fd < 0) return true
  if (pid === process.pid) {
    closeFd(fd)
    return true
  }
  // A store through a writable mapping does not drop the mark; this event is the last moment to do it.
  forgetClean(questions, fd)
  const startedUs = performance.now() * 1000
  slots.begin(worker, { fd, pid, kind: 'close-write', started: monotonicMs(), group: -1 }, false)
  counters.add(worker, 'written')
  work.handle({ slot: worker, fd, pid, kind: 'close-write', group: undefined, startedUs })
  return true
}

/** Does the longest-waiting file of the queue, as part of the slow lane. */
function serveQueue(): boolean {
  if (Atomics.load(control, Control.stopping) !== 0) return false
  const index = start.spare ? undefined : lane.take()
  if (index === undefined) return false
  const queued = slots.get(index)
  const group = [questions, knownBad].find(({ fd }) => fd === queued.group)
  const startedUs = performance.now() * 1000 - since(queued.started) * 1000
  work.handle({ slot: index, fd: queued.fd, pid: queued.pid, kind: queued.kind, group, startedUs })
  return true
}

function readMessages(): void {
  const now = Atomics.load(control, Control.configuration)
  if (now === configuration) return
  configuration = now
  for (;;) {
    const received = port === null ? undefined : receiveMessageOnPort(port)
    if (received === undefined) return
    const message = received.message as ControlMessage
    if (message.type === 'engine') judge.reload(message.engine, message.generation)
    else if (message.type === 'places') places = new Places(message.places)
    else if (message.type === 'rest') collectGarbage()
    else retired = true
  }
}

function wakeGuardian(): void {
  if (Atomics.load(control, Control.watching) === 1) return
  Atomics.store(control, Control.wake, 1)
  Atomics.notify(control, Control.wake)
}

function serve(descriptor: number): void {
  switch (descriptor) {
    case descriptors.questions:
      serveSome(() => serveQuestion(questions))
      break
    case descriptors.knownBad:
      serveSome(() => serveQuestion(knownBad))
      break
    case descriptors.written:
      // One at a time: a question that came meanwhile goes first.
      serveWritten()
      break
    case descriptors.queued:
      // The loop takes from the queue after the events.
      break
    case descriptors.moved:
      forwardMoves()
      break
    default:
      readMessages()
  }
}

/** So many in a row that waiting again costs little, so few that nothing else starves. */
const inARow = 32

function serveSome(serveOne: () => boolean): void {
  for (let count = 0; count < inARow && serveOne(); count++);
}

function forwardMoves(): void {
  const count = moved.readRecords(records)
  if (count === 0) return
  const copy = Uint8Array.prototype.slice.call(records, 0, count)
  // What was passed over as outside may be inside now: the shortest way to ask about it again.
  if (directoryMoved(copy)) forgetAll([questions, written])
  send({ type: 'moves', records: copy })
}

function directoryMoved(copy: Uint8Array): boolean {
  for (const { mask } of nameEvents(copy)) {
    if ((mask & Ev.onDir) !== 0 && (mask & Ev.movedTo) !== 0) return true
  }
  return false
}

function run(poller: Poller): void {
  let mayBeMore = false
  while (!retired && Atomics.load(control, Control.stopping) === 0) {
    // Between two files of the queue only a look: a question goes first.
    const count = mayBeMore ? poller.wait(0) : rest(poller)
    // Before the events: a verdict must not come from a database that was replaced.
    readMessages()
    for (let index = 0; index < count; index++) serve(poller.ready(index))
    mayBeMore = serveQueue()
  }
}

/** Waits for an event; meanwhile this worker counts as free. */
function rest(poller: Poller): number {
  priority.set(0)
  Atomics.add(control, Control.idle, 1)
  counters.setBusy(worker, false)
  const count = poller.wait(-1)
  counters.setBusy(worker, true)
  // Nobody is left who could answer quickly: the guardian looks after that.
  if (Atomics.sub(control, Control.idle, 1) === 1) wakeGuardian()
  return count
}

function watch(): Poller {
  const poller = new Poller()
  poller.add(descriptors.attention, { trigger: 'edge', shared: false })
  for (const { fd } of [questions, knownBad, written, moved])
    poller.add(fd, { trigger: 'level', shared: true })
  if (!start.spare) poller.add(descriptors.queued, { trigger: 'edge', shared: true })
  return poller
}

judge.warmUp()
processFacts(process.pid)
readMessages()
collectGarbage()
const poller = watch()
send({ type: 'started', worker })
run(poller)
poller.close()
// A thread that has ended is not one that hangs.
counters.setBusy(worker, false)
