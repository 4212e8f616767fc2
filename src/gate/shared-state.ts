// The memory that all threads of the gate share: control words, the questions that are open, and each worker's
// counters. Exactly one answer is written to the kernel for a question, because its state changes by
// compare-and-swap and only the winner writes.

export const maxWorkers = 64
/** The guardian's row of counters; never a worker's number. */
export const guardianRow = maxWorkers - 1
const queueSlots = 1024
const slotWords = 8
/** Word that counts what waits in the queue: looking must cost nothing when there is nothing. */
const queuedAt = (maxWorkers + queueSlots) * slotWords

/** Words of the control block. */
export const Control = {
  /** 1: the gate ends. */
  stopping: 0,
  /** Grows with every new database or list of places; workers then look for messages. */
  configuration: 1,
  /** Grows with every new database; verdicts of older ones are void. */
  generation: 2,
  /** Workers that wait for events. */
  idle: 3,
  /** Workers in a long scan. */
  slow: 4,
  /** Set to wake the guardian. */
  wake: 5,
  /** 1 while the guardian looks every few milliseconds: no need to wake it. */
  watching: 6,
  /** Workers that scan for nobody who waits (sweep, moved files). */
  background: 7,
  /** 1 once every worker stands and the marks are set. */
  guarding: 8,
  /** Marks on bad files; each keeps an inode in memory. */
  knownBad: 9,
  words: 16,
} as const

/** Why a file is judged. The first two are questions that the kernel waits on. */
export const kinds = ['open', 'exec', 'close-write', 'moved', 'sweep', 'late'] as const
export type Kind = (typeof kinds)[number]

const Phase = { free: 0, filling: 1, queued: 2, working: 3 } as const
const Answer = { none: 0, waiting: 1, given: 2, beingGiven: 3 } as const
/** The answer word is `ticket << answerBits | Answer`: a new ticket for each question, so that nobody answers a later one. */
const answerBits = 2
const answerMask = 3
const Word = { phase: 0, answer: 1, fd: 2, pid: 3, started: 4, kind: 5, worker: 6, group: 7 } as const

/** One file being judged, as the guardian and the queue see it. */
export interface Slot {
  readonly fd: number
  readonly pid: number
  /** monotonicMs when the event was read. */
  readonly started: number
  readonly kind: Kind
  /** Descriptor of the group that waits for the answer. */
  readonly group: number
}

/** An open question, as the guardian has seen it: good for one try to answer exactly that one. */
export interface Ticket {
  readonly index: number
  readonly word: number
  readonly slot: Slot
}

/** Slots 0…maxWorkers-1 are the workers' current files, the rest is the queue of long scans. */
export class Slots {
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer)
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer((queuedAt + 1) * 4)
  }

  /** Worker `index` starts on a file. `asked`: the kernel waits. */
  begin(index: number, slot: Slot, asked: boolean): void {
    this.#store(index, Word.worker, index)
    this.#fill(index, slot)
    this.#store(index, Word.phase, Phase.working)
    this.#open(index, asked)
  }

  /** The file is done with; its descriptor may be closed only afterwards. */
  end(index: number): void {
    this.#store(index, Word.answer, this.#load(index, Word.answer) & ~answerMask)
    this.#store(index, Word.phase, Phase.free)
  }

  /**
   * For the worker that has the file: true when it may write the answer. False when the guardian has written it; then
   * that write is over, and the descriptor may be closed.
   */
  claim(index: number): boolean {
    return this.#leaveWaiting(index, Answer.given)
  }

  /** The question of a slot, when its opener still waits. */
  waiting(index: number): Ticket | undefined {
    const word = this.#load(index, Word.answer)
    return (word & answerMask) === Answer.waiting ? { index, word, slot: this.get(index) } : undefined
  }

  /** For the guardian: answers by `write` if the question is still the same and still open. */
  answerFor(ticket: Ticket, write: () => void): boolean {
    const at = ticket.index * slotWords + Word.answer
    const busy = (ticket.word & ~answerMask) | Answer.beingGiven
    if (Atomics.compareExchange(this.#words, at, ticket.word, busy) !== ticket.word) return false
    write()
    Atomics.store(this.#words, at, (ticket.word & ~answerMask) | Answer.given)
    Atomics.notify(this.#words, at)
    return true
  }

  isWaiting(index: number): boolean {
    return (this.#load(index, Word.answer) & answerMask) === Answer.waiting
  }

  isWorking(index: number): boolean {
    return this.#load(index, Word.phase) === Phase.working
  }

  workerOf(index: number): number {
    return this.#load(index, Word.worker)
  }

  get(index: number): Slot {
    return {
      fd: this.#load(index, Word.fd),
      pid: this.#load(index, Word.pid),
      started: this.#load(index, Word.started),
      kind: kinds[this.#load(index, Word.kind)] ?? 'open',
      group: this.#load(index, Word.group),
    }
  }

  /** Puts a file into the queue that nobody waits for; false when the queue is full. */
  enqueue(slot: Slot): boolean {
    const index = this.#reserve()
    if (index < 0) return false
    this.#fill(index, slot)
    this.#open(index, false)
    this.#publish(index)
    return true
  }

  /** Moves worker `index`'s question into the queue and ends it there; false when the queue is full. */
  defer(index: number): boolean {
    const queued = this.#reserve()
    if (queued < 0) return false
    this.#fill(queued, this.get(index))
    // Nobody can take the copy before it is published, so the question is never in two places.
    this.#open(queued, this.#leaveWaiting(index, Answer.none))
    this.#publish(queued)
    this.end(index)
    return true
  }

  /** Takes the file that waits longest, questions first; undefined when there is none (for this worker). */
  take(worker: number, mayBackground: boolean): number | undefined {
    for (;;) {
      const best = this.#oldest(mayBackground)
      if (best === undefined) return undefined
      const at = best * slotWords + Word.phase
      if (Atomics.compareExchange(this.#words, at, Phase.queued, Phase.filling) !== Phase.queued) continue
      Atomics.sub(this.#words, queuedAt, 1)
      this.#store(best, Word.worker, worker)
      this.#store(best, Word.phase, Phase.working)
      return best
    }
  }

  /** Whether there is something that `take` would give. */
  hasQueued(mayBackground: boolean): boolean {
    return this.queued() > 0 && this.#oldest(mayBackground) !== undefined
  }

  /** How many files wait in the queue. */
  queued(): number {
    return Atomics.load(this.#words, queuedAt)
  }

  /** Every slot that is in use. */
  *used(): Generator<number> {
    for (let index = 0; index < maxWorkers + queueSlots; index++) {
      if (this.#load(index, Word.phase) !== Phase.free) yield index
    }
  }

  /** From waiting to `state`; false when the question was answered. Waits out an answer that is being written. */
  #leaveWaiting(index: number, state: number): boolean {
    const at = index * slotWords + Word.answer
    for (;;) {
      const word = Atomics.load(this.#words, at)
      const answer = word & answerMask
      if (answer === Answer.beingGiven) Atomics.wait(this.#words, at, word, 10)
      else if (answer !== Answer.waiting) return false
      else if (Atomics.compareExchange(this.#words, at, word, (word & ~answerMask) | state) === word)
        return true
    }
  }

  /** Counted first: whoever sees the file sees the count. */
  #publish(index: number): void {
    Atomics.add(this.#words, queuedAt, 1)
    this.#store(index, Word.phase, Phase.queued)
  }

  #reserve(): number {
    for (let index = maxWorkers; index < maxWorkers + queueSlots; index++) {
      const at = index * slotWords + Word.phase
      if (Atomics.compareExchange(this.#words, at, Phase.free, Phase.filling) === Phase.free) return index
    }
    return -1
  }

  #oldest(mayBackground: boolean): number | undefined {
    let best: { index: number; asked: boolean; started: number } | undefined
    for (let index = maxWorkers; index < maxWorkers + queueSlots; index++) {
      if (this.#load(index, Word.phase) !== Phase.queued) continue
      const asked = this.isWaiting(index)
      if (!asked && !mayBackground) continue
      const started = this.#load(index, Word.started)
      const first = best === undefined || (asked && !best.asked)
      const older = best !== undefined && asked === best.asked && ((started - best.started) | 0) < 0
      if (first || older) best = { index, asked, started }
    }
    return best?.index
  }

  #fill(index: number, slot: Slot): void {
    this.#store(index, Word.fd, slot.fd)
    this.#store(index, Word.pid, slot.pid)
    this.#store(index, Word.started, slot.started)
    this.#store(index, Word.kind, kinds.indexOf(slot.kind))
    this.#store(index, Word.group, slot.group)
  }

  /** A new ticket; from here on the guardian sees the question. */
  #open(index: number, asked: boolean): void {
    const ticket = (this.#load(index, Word.answer) >>> answerBits) + 1
    this.#store(index, Word.answer, (ticket << answerBits) | (asked ? Answer.waiting : Answer.none))
  }

  #load(index: number, word: number): number {
    return Atomics.load(this.#words, index * slotWords + word)
  }

  #store(index: number, word: number, value: number): void {
    Atomics.store(this.#words, index * slotWords + word, value)
  }
}
