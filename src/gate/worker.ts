// A gate worker: one thread, one engine instance. Waits for events, judges, answers; everything synchronous, so
// that an answer never depends on an event loop. It opens nothing but /proc and O_PATH: an ordinary open could ask
// the very thread that would have to answer.

import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'

import { monotonicMs, since } from '../base/clock.ts'
import { HeapWatch } from '../base/collect-garbage.ts'
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
import type { GateSettings } from './settings.ts'
import { Control, Slots } from './shared-state.ts'
import { lowNice, SlowLane } from './slow-lane.ts'
import { VerdictTable } from './verdict-table.ts'

/** A thread's work, from the start to the end of the gate. Throws what is a fault of ours. */
export function run(data: unknown): void {
  if (parentPort === null) throw new Error('the gate worker runs in a worker thread only')
  new GateWorker(data as WorkerStart, parentPort).run()
}

/** So many in a row that waiting again costs little, so few that nothing else starves. */
const inARow = 32
const heapLookMs = 10_000

class GateWorker {
  readonly #port: MessagePort
  readonly #worker: number
  readonly #isSpare: boolean
  readonly #descriptors: WorkerStart['descriptors']
  readonly #control: Int32Array
  readonly #slots: Slots
  readonly #counters: Counters
  readonly #questions: FanotifyGroup
  readonly #knownBad: FanotifyGroup
  readonly #written: FanotifyGroup
  readonly #moved: FanotifyGroup
  readonly #judge: Judge
  readonly #priority = new ThreadPriority()
  readonly #lane: SlowLane
  readonly #work: CaseWork
  readonly #records = Buffer.alloc(64 * 1024)
  readonly #heap = new HeapWatch()
  #places: Places
  #retired = false
  /** Messages may have come before this thread ran: the first look is always taken. */
  #configuration = -1

  constructor(start: WorkerStart, port: MessagePort) {
    const { worker, buffers, descriptors, settings } = start
    this.#port = port
    this.#worker = worker
    this.#isSpare = start.spare
    this.#descriptors = descriptors
    this.#control = new Int32Array(buffers.control)
    this.#slots = new Slots(buffers.slots)
    this.#counters = new Counters(buffers.counters)
    this.#questions = new FanotifyGroup(descriptors.questions)
    this.#knownBad = new FanotifyGroup(descriptors.knownBad)
    this.#written = new FanotifyGroup(descriptors.written)
    this.#moved = new FanotifyGroup(descriptors.moved)
    this.#judge = new Judge({
      engine: start.engine,
      generation: start.generation,
      verdicts: new VerdictTable(buffers.verdicts),
      pulse: this.#counters.pulseOf(worker),
    })
    this.#places = new Places(settings.places)
    // A spare never takes a long scan; with a single instance there is nobody to leave free, and spares step in.
    this.#lane = new SlowLane(
      { control: this.#control, slots: this.#slots, counters: this.#counters, priority: this.#priority },
      worker,
      start.spare ? 0 : Math.max(1, settings.instances - 1),
    )
    this.#work = this.#caseWork(settings)
  }

  run(): void {
    this.#judge.warmUp()
    processFacts(process.pid)
    this.#readMessages()
    this.#heap.collectIfGrown()
    const poller = this.#watch()
    this.#send({ type: 'started', worker: this.#worker })
    this.#loop(poller)
    poller.close()
    // A thread that has ended is not one that hangs.
    this.#counters.setBusy(this.#worker, false)
  }

  #caseWork(settings: GateSettings): CaseWork {
    return new CaseWork({
      worker: this.#worker,
      settings,
      control: this.#control,
      slots: this.#slots,
      counters: this.#counters,
      lane: this.#lane,
      judge: this.#judge,
      selector: new Selector(settings),
      groups: { questions: this.#questions, knownBad: this.#knownBad, written: this.#written },
      queued: this.#descriptors.queued,
      places: () => ({ places: this.#places, configuration: this.#configuration }),
      send: (message) => {
        this.#send(message)
      },
      wakeGuardian: () => {
        this.#wakeGuardian()
      },
    })
  }

  #send(message: WorkerMessage): void {
    this.#port.postMessage(message)
  }

  /** Reads one event of a group that asks. False when there was none. */
  #serveQuestion(group: FanotifyGroup): boolean {
    const event = group.next()
    if (event === undefined) return false
    this.#priority.set(0)
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
    this.#slots.begin(this.#worker, { fd, pid, kind, started: monotonicMs(), group: group.fd }, true)
    this.#counters.add(this.#worker, 'questions')
    this.#work.handle({ slot: this.#worker, fd, pid, kind, group, startedUs })
    return true
  }

  #serveWritten(): boolean {
    const event = this.#written.next()
    if (event === undefined) return false
    // Nobody waits for this one; whoever writes many files keeps the processor, and so do the answers to him.
    this.#priority.set(lowNice)
    const { fd, pid } = event
    if (fd < 0) return true
    if (pid === process.pid) {
      closeFd(fd)
      return true
    }
    // A store through a writable mapping does not drop the mark; this event is the last moment to do it.
    forgetClean(this.#questions, fd)
    const startedUs = performance.now() * 1000
    this.#slots.begin(
      this.#worker,
      { fd, pid, kind: 'close-write', started: monotonicMs(), group: -1 },
      false,
    )
    this.#counters.add(this.#worker, 'written')
    this.#work.handle({ slot: this.#worker, fd, pid, kind: 'close-write', group: undefined, startedUs })
    return true
  }

  /** Does the longest-waiting file of the queue, as part of the slow lane. */
  #serveQueue(): boolean {
    if (Atomics.load(this.#control, Control.stopping) !== 0) return false
    const index = this.#isSpare ? undefined : this.#lane.take()
    if (index === undefined) return false
    const queued = this.#slots.get(index)
    const group = [this.#questions, this.#knownBad].find(({ fd }) => fd === queued.group)
    const startedUs = performance.now() * 1000 - since(queued.started) * 1000
    this.#work.handle({ slot: index, fd: queued.fd, pid: queued.pid, kind: queued.kind, group, startedUs })
    return true
  }

  #readMessages(): void {
    const now = Atomics.load(this.#control, Control.configuration)
    if (now === this.#configuration) return
    this.#configuration = now
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      const message = received.message as ControlMessage
      if (message.type === 'engine') this.#judge.reload(message.engine, message.generation)
      else if (message.type === 'places') this.#places = new Places(message.places)
      else if (message.type === 'rest') this.#heap.collectIfGrown()
      else this.#retired = true
    }
  }

  #wakeGuardian(): void {
    if (Atomics.load(this.#control, Control.watching) === 1) return
    Atomics.store(this.#control, Control.wake, 1)
    Atomics.notify(this.#control, Control.wake)
  }

  #serve(descriptor: number): void {
    switch (descriptor) {
      case this.#descriptors.questions:
        serveSome(() => this.#serveQuestion(this.#questions))
        break
      case this.#descriptors.knownBad:
        serveSome(() => this.#serveQuestion(this.#knownBad))
        break
      case this.#descriptors.written:
        // One at a time: a question that came meanwhile goes first.
        this.#serveWritten()
        break
      case this.#descriptors.queued:
        // The loop takes from the queue after the events.
        break
      case this.#descriptors.moved:
        this.#forwardMoves()
        break
      default:
        this.#readMessages()
    }
  }

  #forwardMoves(): void {
    const count = this.#moved.readRecords(this.#records)
    if (count === 0) return
    const copy = Uint8Array.prototype.slice.call(this.#records, 0, count)
    // What was passed over as outside may be inside now: the shortest way to ask about it again.
    if (directoryMoved(copy)) forgetAll([this.#questions, this.#written])
    this.#send({ type: 'moves', records: copy })
  }

  #loop(poller: Poller): void {
    let mayBeMore = false
    while (!this.#retired && Atomics.load(this.#control, Control.stopping) === 0) {
      // Between two files of the queue only a look: a question goes first.
      const count = mayBeMore ? poller.wait(0) : this.#rest(poller)
      // Before the events: a verdict must not come from a database that was replaced.
      this.#readMessages()
      for (let index = 0; index < count; index++) this.#serve(poller.ready(index))
      mayBeMore = this.#serveQueue()
    }
  }

  /** Waits for an event; meanwhile this worker counts as free. */
  #rest(poller: Poller): number {
    this.#priority.set(0)
    // On a host that is never quiet nobody sends to rest. It takes some time, in which somebody else must be free.
    if (this.#heap.isDue(heapLookMs) && Atomics.load(this.#control, Control.idle) > 0) {
      this.#heap.collectIfGrown()
    }
    Atomics.add(this.#control, Control.idle, 1)
    this.#counters.setBusy(this.#worker, false)
    const count = poller.wait(-1)
    this.#counters.setBusy(this.#worker, true)
    // Nobody is left who could answer quickly: the guardian looks after that.
    if (Atomics.sub(this.#control, Control.idle, 1) === 1) this.#wakeGuardian()
    return count
  }

  #watch(): Poller {
    const poller = new Poller()
    poller.add(this.#descriptors.attention, { trigger: 'edge', shared: false })
    for (const { fd } of [this.#questions, this.#knownBad, this.#written, this.#moved])
      poller.add(fd, { trigger: 'level', shared: true })
    if (!this.#isSpare) poller.add(this.#descriptors.queued, { trigger: 'edge', shared: true })
    return poller
  }
}

function serveSome(serveOne: () => boolean): void {
  for (let count = 0; count < inARow && serveOne(); count++);
}

function directoryMoved(copy: Uint8Array): boolean {
  for (const { mask } of nameEvents(copy)) {
    if ((mask & Ev.onDir) !== 0 && (mask & Ev.movedTo) !== 0) return true
  }
  return false
}
