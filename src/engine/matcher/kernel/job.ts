// The first pass's job and its room in the shared memory: one for each thread.

import type { Image } from '../../image.ts'
import { pairTableBytes, sieveBits } from '../layout.ts'
import { type Kernel, loadKernel } from './kernel.ts'

/** Fields of a job, as words; the same order as in assembly/sweep.ts. */
const field = {
  data: 0,
  length: 1,
  bitmap: 2,
  shift: 3,
  pairs: 4,
  slots: 5,
  slotMask: 6,
  lists: 7,
  checks: 8,
  profile: 9,
  done: 10,
  out: 11,
  outCapacity: 12,
  held: 13,
  block: 14,
  heldCount: 15,
  heldNext: 16,
  listNext: 17,
  pairTables: 19,
  sieve: 20,
} as const

/** Bytes of an object that the first pass gets at a time: what it touches stays in the processor's second cache. */
const windowBytes = 64 * 1024
/** Bytes before and after them that checks may look at. */
const margin = 64
const blockBytes = 4096
/** Both of a block's loops may keep every position, and write up to one more. */
const heldBytes = (2 * blockBytes + 8) * 4
const outCapacity = 8192

export class Job {
  /** One byte for each pattern: nothing more to find. */
  readonly done: Uint8Array
  /** Pairs of a position from the window's begin and the number of a shape. */
  readonly candidates: Int32Array
  readonly #kernel: Kernel
  readonly #address: number
  readonly #words: Int32Array
  readonly #window: Uint8Array
  readonly #image: Image
  readonly #bits: number
  readonly #pairsUsed: Uint8Array

  constructor(image: Image, patterns: number) {
    this.#image = image
    const jobBytes = 128
    const sizes = [jobBytes, patterns, outCapacity * 8, heldBytes, windowBytes + 2 * margin]
    const offsets: number[] = []
    let end = 0
    for (const size of sizes) {
      offsets.push(end)
      end += Math.ceil(size / 64) * 64
    }
    const base = image.take(end)
    const [job = 0, done = 0, out = 0, held = 0, window = 0] = offsets.map((offset) => base + offset)
    const { buffer } = image.shared.memory
    this.#kernel = loadKernel(image.shared.memory)
    this.#address = job
    this.#words = new Int32Array(buffer, job, jobBytes / 4)
    this.done = new Uint8Array(buffer, done, patterns)
    this.candidates = new Int32Array(buffer, out, outCapacity * 2)
    this.#window = new Uint8Array(buffer, window, windowBytes + 2 * margin)
    this.#bits = image.bytes('bits')[0] ?? 15
    this.#pairsUsed = image.bytes('pairsUsed')
    const words = this.#words
    words[field.data] = window + margin
    words[field.shift] = 32 - this.#bits
    words[field.slots] = image.offsetOf('slots')
    words[field.slotMask] = image.bytes('slots').length / 8 - 1
    words[field.lists] = image.offsetOf('lists')
    words[field.checks] = image.offsetOf('checks')
    words[field.done] = done
    words[field.out] = out
    words[field.outCapacity] = outCapacity
    words[field.held] = held
  }

  /** Copies the bytes at `from` and starts on them; returns how many they are. */
  start(bytes: Uint8Array, from: number, profile: number): number {
    const length = Math.min(windowBytes, bytes.length - from)
    const first = Math.max(0, from - margin)
    const last = Math.min(bytes.length, from + length + margin)
    const window = this.#window
    const at = margin - (from - first)
    window.fill(0, 0, at)
    window.set(bytes.subarray(first, last), at)
    const end = at + last - first
    window.fill(0, end, end + margin)
    const words = this.#words
    words[field.length] = length
    words[field.bitmap] = this.#image.offsetOf('bitmaps') + (profile * 2 ** this.#bits) / 8
    words[field.pairs] =
      this.#pairsUsed[profile] === 1 ? this.#image.offsetOf('pairs') + (profile * 65536) / 8 : 0
    words[field.sieve] = this.#image.offsetOf('sieves') + (profile * 2 ** sieveBits) / 8
    words[field.pairTables] = this.#image.offsetOf('pairTables') + profile * pairTableBytes
    words[field.profile] = 1 << profile
    words[field.block] = 0
    words[field.heldCount] = 0
    words[field.listNext] = 0
    return length
  }

  /** More candidates; `ended` afterwards says whether these were the last. */
  next(): number {
    return this.#kernel.sweep(this.#address)
  }

  get ended(): boolean {
    return this.#words[field.block] === this.#words[field.length]
  }
}
