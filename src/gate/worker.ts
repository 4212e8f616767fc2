// A gate worker: one thread, one engine instance. Waits for events, judges, answers; everything synchronous, so
// that an answer never depends on an event loop. It opens nothing but /proc and O_PATH: an ordinary open could ask
// the very thread that would have to answer.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'

import { messageOf } from '../base/app-error.ts'
import { monotonicMs, since } from '../base/clock.ts'
import { collectGarbage } from '../base/collect-garbage.ts'
import { Poller, signal } from '../platform/linux/epoll.ts'
import { closeFd, Ev, FanotifyGroup } from '../platform/linux/fanotify.ts'
import { nameEvents } from '../platform/linux/file-handles.ts'
import { pathOfFd, type ProcessFacts, processFacts } from '../platform/linux/processes.ts'
import { ThreadPriority } from '../platform/linux/scheduling.ts'
import { Stat } from '../platform/linux/statx.ts'
import { Counters } from './counters.ts'
import { type Judgement, Judge } from './judge.ts'
import {
  forgetAll,
  forgetClean,
  ignoreDirectory,
  markKnownBad,
  rememberClean,
  unmarkKnownBad,
} from './marks.ts'
import type { ControlMessage, GateDecision, WorkerMessage, WorkerStart } from './messages.ts'
import { Places } from './places.ts'
import { Selector } from './selection.ts'
import { Control, type Kind, Slots } from './shared-state.ts'
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
const outsideGroups = [
  { group: questions, mask: Ev.openPerm | Ev.openExecPerm },
  { group: written, mask: Ev.closeWrite },
]
const judge = new Judge({
  engine: start.engine,
  generation: start.generation,
  verdicts: new VerdictTable(start.buffers.verdicts),
  pulse: counters.pulseOf(worker),
})
const selector = new Selector(settings)
let places = new Places(settings.places)
const priority = new ThreadPriority()
// A spare never takes a long scan; with a single instance there is nobody to leave free, and spares step in.
const lane = new SlowLane(
  { control, slots, counters, priority },
  worker,
  start.spare ? 0 : Math.max(1, settings.instances - 1),
)
const stat = new Stat()
const after = new Stat()
const records = Buffer.alloc(64 * 1024)
let retired = false
// Messages may have come before this thread ran: the first look is always taken.
let configuration = -1

/** One file on its way through the worker. */
interface Case {
  readonly slot: number
  readonly fd: number
  readonly pid: number
  readonly kind: Kind
  /** The group that waits for an answer, if any does. */
  readonly group: FanotifyGroup | undefined
  readonly startedUs: number
}

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
  handle({ slot: worker, fd, pid, kind, group, startedUs })
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
  handle({ slot: worker, fd, pid, kind: 'close-write', group: undefined, startedUs })
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
  handle({ slot: index, fd: queued.fd, pid: queued.pid, kind: queued.kind, group, startedUs })
  return true
}

function handle(item: Case): void {
  let kept = false
  counters.beat(worker)
  try {
    kept = decide(item)
  } catch (thrown) {
    // Ours to fix, not the opener's to suffer from.
    answer(item, settings.onFailed === 'allow')
    send({ type: 'fault', worker, message: messageOf(thrown) })
  }
  if (!kept) {
    // In this order: a slot in use has an open descriptor, whenever this thread is ended.
    slots.end(item.slot)
    closeFd(item.fd)
  }
  lane.leave()
}

/** True when the file went into the queue: its descriptor stays open. */
function decide(item: Case): boolean {
  const { fd } = item
  const isKnown = stat.read(fd)
  if (!isKnown || !stat.isFile || stat.size === 0) {
    // An empty file or a device has nothing to judge; one that cannot even be looked at could not be read.
    answer(item, isKnown || settings.onFailed === 'allow')
    return false
  }
  const path = pathOfFd(fd) ?? ''
  if (passesUnjudged(item, path)) return false
  if (item.kind === 'close-write') judge.forget(stat)
  const generation = judge.generation
  const judgement = judge.judge(fd, stat, baseName(path), lane.slice())
  if (judgement.source === 'cache') counters.add(worker, 'cacheHits')
  else counters.add(worker, 'scanned')
  const preempted = judgement.reasons.some((reason) => reason.code === 'preempted')
  if (preempted && judgement.status !== 'found') {
    counters.add(worker, 'deferred')
    if (defer(item)) return true
    conclude(item, path, {
      ...judgement,
      reasons: [{ code: 'deadline', chain: [baseName(path)], message: 'too many long scans wait already' }],
    })
    return false
  }
  conclude(item, path, judgement)
  remember(item, judgement, generation)
  return false
}

/** Answers at once what is not to be judged. */
function passesUnjudged(item: Case, path: string): boolean {
  // A file known to be bad is judged under every name.
  if (item.group !== knownBad && places.positionOf(path, stat.mountId, stat.links) === 'outside') {
    answer(item, true)
    counters.add(worker, 'outside')
    const current = (): boolean => Atomics.load(control, Control.configuration) === configuration
    const directory = path.slice(0, Math.max(1, path.lastIndexOf('/')))
    ignoreDirectory(
      outsideGroups,
      directory,
      (real, mountId) => places.positionOf(real, mountId, 1) === 'outside' && current(),
    )
    return true
  }
  const selection = selector.byPath(path)
  const excluded = !selection.judged || !selector.byProcess(item.pid).judged
  if (!excluded) return false
  answer(item, true)
  counters.add(worker, 'excluded')
  return true
}

function defer(item: Case): boolean {
  if (item.slot !== worker || !slots.defer(worker)) return false
  signal(descriptors.queued)
  wakeGuardian()
  return true
}

function conclude(item: Case, path: string, judgement: Judgement): void {
  const allow = settings.mode === 'observe' || policyOf(judgement)
  // A bad file stays bad under every name; marked before the answer, so that no other name slips through.
  if (judgement.status === 'found' && settings.mode !== 'observe') markBad(item.fd)
  else if (item.group === knownBad && judgement.status === 'clean') unmarkKnownBad(knownBad, item.fd)
  const worthALine = judgement.status !== 'clean' || settings.verbose
  // Before the answer: afterwards the process may be gone.
  const facts = worthALine ? processFacts(item.pid) : undefined
  const inTime = item.group === undefined || answer(item, allow)
  if (facts === undefined) return
  if (judgement.status !== 'clean') counters.add(worker, judgement.status)
  const given: GateDecision = allow ? 'allow' : 'deny'
  const decision = inTime ? given : settings.onDeadline
  report(item, path, judgement, { kind: inTime ? item.kind : 'late', decision, facts })
}

/** Every mark keeps an inode in memory: when there are many, they are all dropped and set anew as they are met. */
const maxKnownBad = 10_000

function markBad(fd: number): void {
  if (Atomics.add(control, Control.knownBad, 1) >= maxKnownBad) {
    Atomics.store(control, Control.knownBad, 0)
    forgetAll([knownBad])
  }
  markKnownBad(knownBad, settings.mode, fd)
}

function policyOf(judgement: Judgement): boolean {
  switch (judgement.status) {
    case 'clean':
      return true
    case 'found':
      return false
    case 'partial':
      return (
        (judgement.reasons.some(({ code }) => code === 'deadline')
          ? settings.onDeadline
          : settings.onPartial) === 'allow'
      )
    case 'failed':
      return settings.onFailed === 'allow'
  }
}

/** False when the guardian had answered already. */
function answer(item: Case, allow: boolean): boolean {
  if (item.group === undefined || !slots.claim(item.slot)) return false
  item.group.answer(item.fd, allow)
  counters.add(worker, allow ? 'allowed' : 'denied')
  counters.time(worker, performance.now() * 1000 - item.startedUs)
  return true
}

/** `generation`: of the database that judged. */
function remember(item: Case, judgement: Judgement, generation: number): void {
  const outdated = (): boolean => generation !== Atomics.load(control, Control.generation)
  if (outdated()) return
  if (judgement.status === 'found') judge.remember(stat, judgement)
  if (judgement.status !== 'clean' || !rememberClean(questions, item.fd, stat, after)) return
  // A reload drops all marks; ours may have come after that.
  if (outdated()) {
    forgetClean(questions, item.fd)
    return
  }
  counters.add(worker, 'marksSet')
  judge.remember(stat, judgement)
}

interface Outcome {
  readonly kind: Kind
  readonly decision: GateDecision
  readonly facts: ProcessFacts
}

function report(item: Case, path: string, judgement: Judgement, outcome: Outcome): void {
  send({
    type: 'decision',
    kind: outcome.kind,
    path,
    verdict: {
      status: judgement.status,
      detections: judgement.detections,
      reasons: judgement.reasons,
      size: stat.size,
    },
    decision: outcome.decision,
    pid: item.pid,
    uid: outcome.facts.uid,
    process: outcome.facts.name,
    commandLine: outcome.facts.commandLine,
    instance: worker,
    us: Math.round(performance.now() * 1000 - item.startedUs),
    device: stat.device,
    inodeLow: stat.inodeLow,
    inodeHigh: stat.inodeHigh,
  })
}

function baseName(path: string): string {
  return Buffer.from(path.slice(path.lastIndexOf('/') + 1), 'latin1').toString('utf8')
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
  for (const descriptor of [descriptors.questions, descriptors.knownBad, descriptors.written]) {
    poller.add(descriptor, { trigger: 'level', shared: true })
  }
  if (descriptors.moved >= 0) poller.add(descriptors.moved, { trigger: 'level', shared: true })
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
