// One call of 7-Zip, seen from the scanning thread: messages in their order, while the archive's bytes are handed over
// as 7-Zip asks for them. Threads are kept for the next archive; one that does not answer is ended.

import { Worker } from 'node:worker_threads'

import type { Budget } from '../limits.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { compiledModule, threadProgram } from './load.ts'
import { type Command, kinds, layout, sharedBytes, type ThreadData } from './protocol.ts'

/** How long a wait lasts before the budget is asked. */
const lookMs = 50
/** How long a run that is not wanted any more has to end by itself. */
const graceMs = 100
/** Threads kept for later. */
const mostIdle = 2
/** A thread whose instance grew beyond this is not kept: its memory comes back at once. */
const keptHeapBytes = 64 * 1024 * 1024
/** Archives of this kind inside each other: each has a thread and an instance of its own. */
const mostActive = 6

class Thread {
  readonly worker: Worker
  readonly words: Int32Array
  readonly window: Uint8Array
  readonly ring: Uint8Array
  readonly view: DataView
  at = 0

  constructor() {
    const memory = new SharedArrayBuffer(sharedBytes)
    this.words = new Int32Array(memory, 0, layout.windowAt >> 2)
    this.window = new Uint8Array(memory, layout.windowAt, layout.windowBytes)
    this.ring = new Uint8Array(memory, layout.ringAt, layout.ringBytes)
    this.view = new DataView(memory, layout.ringAt, layout.ringBytes)
    const workerData: ThreadData = { module: compiledModule(), memory, layout, kinds }
    this.worker = new Worker(threadProgram(), { eval: true, workerData, execArgv: [], env: {} })
    // Its failure shows in the run that waits for it.
    this.worker.on('error', () => {})
    this.worker.unref()
  }
}

const idle: Thread[] = []
let active = 0

/** What a message says; `payload` is valid until `take`. */
export interface Message {
  readonly kind: number
  readonly value: number
  readonly payload: Uint8Array
}

/** How 7-Zip ended. */
export interface Ending {
  readonly code: number
  /** Not empty: it did not end by itself. */
  readonly failure: string
}

/** Undefined: too many runs are active in this thread. */
export function startRun(
  source: ByteSource,
  command: Omit<Command, 'size'>,
  budget: Budget,
): Run | undefined {
  if (active >= mostActive) return undefined
  return new Run(source, { ...command, size: source.size }, budget)
}

export class Run implements Disposable {
  readonly #source: ByteSource
  readonly #budget: Budget
  #thread: Thread | undefined
  #message: Message | undefined
  #taken = 0
  /** Bytes of the archive handed over so far. */
  archiveBytes = 0
  ending: Ending | undefined

  constructor(source: ByteSource, command: Command, budget: Budget) {
    this.#source = source
    this.#budget = budget
    this.#thread = idle.pop() ?? new Thread()
    active++
    const { words } = this.#thread
    for (const word of [layout.stop, layout.skipBelow, layout.reply]) Atomics.store(words, word, 0)
    this.#thread.worker.postMessage(command)
  }

  /** The next message that has not been taken; undefined when 7-Zip has ended. */
  peek(): Message | undefined {
    while (this.#message === undefined && this.#thread !== undefined) this.#receive(this.#thread)
    return this.#message
  }

  take(): void {
    this.#message = undefined
    if (this.#thread !== undefined) this.#free(this.#thread, this.#taken)
    this.#taken = 0
  }

  /** Items with a lower number are extracted without their bytes. */
  skipBelow(serial: number): void {
    if (this.#thread !== undefined) Atomics.store(this.#thread.words, layout.skipBelow, serial)
  }

  /** Ends the run, whatever it is doing. */
  [Symbol.dispose](): void {
    const thread = this.#thread
    if (thread === undefined) return
    const { words } = thread
    Atomics.store(words, layout.stop, 1)
    Atomics.store(words, layout.reply, -1)
    Atomics.notify(words, layout.reply)
    this.take()
    const until = performance.now() + graceMs
    while (this.#thread !== undefined && performance.now() < until) {
      if (this.#wait(thread, 10)) this.#skip(thread)
    }
    if (this.#thread !== undefined) this.#end(false)
  }

  #skip(thread: Thread): void {
    const { kind, value, payload } = this.#front(thread)
    if (kind === kinds.done) this.#finish(value, payload)
    else this.take()
  }

  #receive(thread: Thread): void {
    while (!this.#wait(thread, lookMs)) this.#budget.checkTime()
    const message = this.#front(thread)
    if (message.kind === kinds.pad) this.take()
    else if (message.kind === kinds.read) this.#answer(thread, message)
    else if (message.kind === kinds.done) this.#finish(message.value, message.payload)
    else this.#message = message
  }

  /** Whether there is a message. */
  #wait({ words }: Thread, ms: number): boolean {
    if (Atomics.load(words, layout.used) > 0) return true
    Atomics.wait(words, layout.used, 0, ms)
    // What wakes may be late, for bytes that were taken already.
    return Atomics.load(words, layout.used) > 0
  }

  #front({ view, ring, at }: Thread): Message {
    const length = view.getUint32(at + 4, true)
    const from = at + layout.headerBytes
    this.#taken = layout.headerBytes + ((length + 15) & ~15)
    return {
      kind: view.getUint32(at, true),
      value: view.getFloat64(at + 8, true),
      payload: ring.subarray(from, from + length),
    }
  }

  #free(thread: Thread, bytes: number): void {
    if (bytes === 0) return
    thread.at = (thread.at + bytes) % layout.ringBytes
    Atomics.sub(thread.words, layout.used, bytes)
    Atomics.notify(thread.words, layout.used)
  }

  #answer(thread: Thread, { value, payload }: Message): void {
    const wanted = Math.min(layout.windowBytes, new DataView(payload.slice().buffer).getUint32(0, true))
    this.take()
    this.#budget.checkTime()
    const bytes = this.#source.read(value, wanted)
    thread.window.set(bytes)
    this.archiveBytes += bytes.length
    Atomics.store(thread.words, layout.reply, bytes.length + 1)
    Atomics.notify(thread.words, layout.reply)
  }

  #finish(code: number, payload: Uint8Array): void {
    const { failure, heapBytes } = JSON.parse(Buffer.from(payload).toString()) as {
      failure: string
      heapBytes: number
    }
    this.take()
    this.ending = { code, failure }
    this.#end(heapBytes <= keptHeapBytes)
  }

  #end(isKept: boolean): void {
    const thread = this.#thread
    this.#thread = undefined
    active--
    if (thread === undefined) return
    if (isKept && idle.length < mostIdle) idle.push(thread)
    else void thread.worker.terminate()
  }
}
