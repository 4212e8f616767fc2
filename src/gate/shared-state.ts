// The memory that all threads of the gate share: control words, the questions that are open, and each worker's
// counters. Exactly one answer is written to the kernel for a question, because its state changes by
// compare-and-swap and only the winner writes.

export const maxWorkers = 64
const queueSlots = 1024
const slotWords = 8

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
const Answer = { none: 0, waiting: 1, given: 2, givenByGuardian: 3 } as const
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

/** Slots 0…maxWorkers-1 are the workers' current files, the rest is the queue of long scans. */
export class Slots {
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer)
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer((maxWorkers + queueSlots) * slotWords * 4)
  }

  /** Worker `index` starts on a file. `asked`: the kernel waits. */
  begin(index: number, slot: Slot, asked: boolean): void {
    this.#fill(index, slot, asked)
    this.#store(index, Word.worker, index)
    this.#store(index, Word.phase, Phase.working)
  }

  end(index: number): void {
    this.#store(index, Word.phase, Phase.free)
    this.#store(index, Word.answer, Answer.none)
  }

  /** True for the one thread that may now write the answer. */
  claim(index: number, by: 'worker' | 'guardian'): boolean {
    const to = by === 'worker' ? Answer.given : Answer.givenByGuardian
    const at = index * slotWords + Word.answer
    return Atomics.compareExchange(this.#words, at, Answer.waiting, to) === Answer.waiting
  }

  isWaiting(index: number): boolean {
    return this.#load(index, Word.answer) === Answer.waiting
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

  /** Puts a file into the queue; its index, or -1 when the queue is full. */
  enqueue(slot: Slot, asked: boolean): number {
    for (let index = maxWorkers; index < maxWorkers + queueSlots; index++) {
      const at = index * slotWords + Word.phase
      if (Atomics.compareExchange(this.#words, at, Phase.free, Phase.filling) !== Phase.free) continue
      this.#fill(index, slot, asked)
      this.#store(index, Word.phase, Phase.queued)
      return index
    }
    return -1
  }

  /** Moves worker `index`'s question into the queue, without a moment in which nobody would answer it. */
  defer(index: number): boolean {
    const asked = this.isWaiting(index)
    const queued = this.enqueue(this.get(index), asked)
    if (queued < 0) return false
    // The guardian may have answered meanwhile: then the copy needs no answer either.
    const at = index * slotWords + Word.answer
    if (asked && Atomics.compareExchange(this.#words, at, Answer.waiting, Answer.none) !== Answer.waiting) {
      this.claim(queued, 'guardian')
    }
    return true
  }

  /** Takes the file that waits longest, questions first; undefined when there is none (for this worker). */
  take(worker: number, mayBackground: boolean): number | undefined {
    for (;;) {
      const best = this.#oldest(mayBackground)
      if (best === undefined) return undefined
      this.#store(best, Word.worker, worker)
      const at = best * slotWords + Word.phase
      if (Atomics.compareExchange(this.#words, at, Phase.queued, Phase.working) === Phase.queued) return best
    }
  }

  /** Whether there is something that `take` would give. */
  hasQueued(mayBackground: boolean): boolean {
    return this.#oldest(mayBackground) !== undefined
  }

  queued(): number {
    let count = 0
    for (let index = maxWorkers; index < maxWorkers + queueSlots; index++) {
      if (this.#load(index, Word.phase) === Phase.queued) count++
    }
    return count
  }

  /** Every slot whose opener still waits, or that a worker is busy with. */
  *open(): Generator<number> {
    for (let index = 0; index < maxWorkers + queueSlots; index++) {
      if (this.#load(index, Word.phase) !== Phase.free || this.isWaiting(index)) yield index
    }
  }

  #oldest(mayBackground: boolean): number | undefined {
    let best: number | undefined
    let bestAsked = false
    let bestStarted = 0
    for (let index = maxWorkers; index < maxWorkers + queueSlots; index++) {
      if (this.#load(index, Word.phase) !== Phase.queued) continue
      const asked = this.isWaiting(index)
      if (!asked && !mayBackground) continue
      const started = this.#load(index, Word.started)
      const older =
        best === undefined || asked !== bestAsked
          ? asked || best === undefined
          : ((started - bestStarted) | 0) < 0
      if (older) [best, bestAsked, bestStarted] = [index, asked, started]
    }
    return best
  }

  #fill(index: number, slot: Slot, asked: boolean): void {
    this.#store(index, Word.fd, slot.fd)
    this.#store(index, Word.pid, slot.pid)
    this.#store(index, Word.started, slot.started)
    this.#store(index, Word.kind, kinds.indexOf(slot.kind))
    this.#store(index, Word.group, slot.group)
    this.#store(index, Word.answer, asked ? Answer.waiting : Answer.none)
  }

  #load(index: number, word: number): number {
    return Atomics.load(this.#words, index * slotWords + word)
  }

  #store(index: number, word: number, value: number): void {
    Atomics.store(this.#words, index * slotWords + word, value)
  }
}
