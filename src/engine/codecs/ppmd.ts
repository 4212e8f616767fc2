// PPMd variant I, revision 1, as zip's method 98 uses it (APPNOTE 5.10): two bytes of parameters, then one stream of
// Dmitry Subbotin's carryless range coder.

import type { ByteSource } from '../source/byte-source.ts'
import type { Codec } from './codec.ts'
import { InputBuffer } from './input-buffer.ts'
import { binaryScale, PpmdModel, type PpmdRestoration } from './ppmd-model.ts'
import { stateBytes } from './ppmd-records.ts'

const top = 2 ** 24
const bottom = 2 ** 15
const headerBytes = 2
const cutOff = 'the PPMd data end early'
const restorations: readonly PpmdRestoration[] = ['restart', 'cut-off']
const endMark = -1
const impossible = -2

export class Ppmd implements Codec {
  readonly #input: InputBuffer
  readonly #start: number
  #left: number
  #model: PpmdModel | undefined
  #low = 0
  #range = 0xffffffff
  #code = 0
  #isDone = false
  #fault: string | undefined
  #isUnsupported = false
  /** Symbols that were escaped from, in a generation each. */
  readonly #masked = new Uint32Array(256)
  #generation = 0
  readonly #candidates = new Uint32Array(256)

  /** Decodes the stream whose parameters stand at `start`. Without `unpackedSize` an end mark is due. */
  constructor(input: ByteSource, start: number, end: number, unpackedSize?: number) {
    this.#input = new InputBuffer(input, start, end)
    this.#start = start
    this.#left = unpackedSize ?? Number.POSITIVE_INFINITY
  }

  get consumed(): number {
    return this.#input.offset - this.#start
  }

  get fault(): string | undefined {
    return this.#fault
  }

  get isUnsupported(): boolean {
    return this.#isUnsupported
  }

  read(out: Uint8Array): number {
    if (this.#model === undefined && !this.#isDone) this.#begin()
    const end = Math.min(out.length, this.#left)
    let to = 0
    while (to < end && !this.#isDone) {
      const symbol = this.#next()
      if (symbol >= 0) out[to++] = symbol
    }
    this.#left -= to
    if (to > 0) return to
    this.#isDone = true
    this.#model?.memory.close()
    this.#model = undefined
    if (this.#input.thrown !== undefined) throw this.#input.thrown
    return 0
  }

  #stop(fault: string): number {
    if (this.#input.thrown === undefined) this.#fault ??= fault
    this.#isDone = true
    return impossible
  }

  #begin(): void {
    const input = this.#input
    if (!input.has(headerBytes + 4)) {
      this.#stop(cutOff)
      return
    }
    const parameters = input.bytes[input.at]! | (input.bytes[input.at + 1]! << 8)
    input.at += headerBytes
    const order = (parameters & 15) + 1
    const restoration = restorations[parameters >> 12]
    if (order < 2 || restoration === undefined) {
      this.#isUnsupported = restoration === undefined
      this.#stop('the PPMd parameters are not supported')
      return
    }
    const memoryBytes = (((parameters >> 4) & 0xff) + 1) * 2 ** 20
    this.#model = new PpmdModel({ order, memoryBytes, restoration })
    for (let i = 0; i < 4; i++) this.#code = this.#code * 256 + input.bytes[input.at++]!
  }

  /** Negative: there is none. */
  #next(): number {
    const model = this.#model
    if (model === undefined) return impossible
    if (this.#input.at > this.#input.limit) this.#input.fill()
    const symbol = this.#decode(model)
    // The symbol may have been made of the zeros behind the input.
    if (this.#input.isOverrun) {
      this.#fault = undefined
      return this.#stop(cutOff)
    }
    if (symbol === endMark) {
      this.#isDone = true
      if (this.#left !== Number.POSITIVE_INFINITY) this.#stop('the PPMd data end before their length')
    } else if (symbol === impossible) this.#stop('the PPMd data are impossible')
    return symbol
  }

  #decode(model: PpmdModel): number {
    if (++this.#generation > 0xfffffff0) {
      this.#masked.fill(0)
      this.#generation = 1
    }
    const { context } = model
    const count = model.countOf(context)
    const symbol = count === 0 ? this.#decodeBinary(model) : this.#decodeAmong(model, count)
    if (symbol !== endMark) return symbol
    return this.#decodeEscaped(model)
  }

  /** In a context with one symbol; `endMark` is an escape. */
  #decodeBinary(model: PpmdModel): number {
    const at = model.binaryAt()
    const probability = model.binaryProbability(at)
    this.#range = Math.floor(this.#range / binaryScale)
    if (Math.floor(this.#code / this.#range) < probability) {
      this.#narrow(0, probability)
      return model.takeBinary(at)
    }
    this.#narrow(probability, binaryScale - probability)
    this.#masked[model.symbolAt(model.context + 2)] = this.#generation
    model.escapeBinary(at)
    return endMark
  }

  /** In a context with several symbols; `endMark` is an escape. */
  #decodeAmong(model: PpmdModel, count: number): number {
    const sum = model.sumOf(model.context)
    const target = this.#target(sum)
    let state = model.statesOf(model.context)
    let reached = model.frequencyAt(state)
    if (target < reached) {
      this.#narrow(0, reached)
      return model.takeFirst(state)
    }
    model.notFirst()
    const { bytes } = model
    for (let i = count; i > 0; i--) {
      state += stateBytes
      const frequency = bytes[state + 1]!
      reached += frequency
      if (reached > target) {
        this.#narrow(reached - frequency, frequency)
        return model.takeOther(state)
      }
    }
    if (target >= sum) return impossible
    this.#narrow(reached, sum - reached)
    for (let i = count; i >= 0; i--, state -= stateBytes) this.#masked[bytes[state]!] = this.#generation
    return endMark
  }

  /** In ever shorter contexts, without the symbols that it cannot be any more. */
  #decodeEscaped(model: PpmdModel): number {
    const candidates = this.#candidates
    const masked = this.#masked
    const generation = this.#generation
    const { bytes } = model
    for (;;) {
      const already = model.countOf(model.context)
      if (!model.fall(already)) return endMark
      const count = model.countOf(model.context)
      let state = model.statesOf(model.context)
      let number = 0
      let sum = 0
      for (let i = count; i >= 0; i--, state += stateBytes) {
        if (masked[bytes[state]!] === generation) continue
        candidates[number++] = state
        sum += bytes[state + 1]!
      }
      const at = model.escapeAt(already)
      const total = sum + model.escapeFrequency(at)
      const target = this.#target(total)
      if (target < sum) return this.#takeCandidate(model, at, target)
      if (target >= total) return impossible
      this.#narrow(sum, total - sum)
      model.escapeMissed(at, total)
      for (let i = 0; i < number; i++) masked[bytes[candidates[i]!]!] = generation
    }
  }

  #takeCandidate(model: PpmdModel, at: number, target: number): number {
    let reached = 0
    for (let i = 0; ; i++) {
      const state = this.#candidates[i]!
      const frequency = model.frequencyAt(state)
      reached += frequency
      if (reached <= target) continue
      this.#narrow(reached - frequency, frequency)
      model.escapeHit(at)
      return model.takeEscaped(state)
    }
  }

  #target(total: number): number {
    this.#range = Math.floor(this.#range / total)
    return Math.floor(this.#code / this.#range)
  }

  #narrow(start: number, size: number): void {
    const { bytes } = this.#input
    let { at } = this.#input
    let low = (this.#low + start * this.#range) >>> 0
    let code = (this.#code - start * this.#range) >>> 0
    let range = (size * this.#range) >>> 0
    for (;;) {
      if ((low ^ (low + range)) >>> 0 >= top) {
        if (range >= bottom) break
        range = -low & (bottom - 1)
        if (range === 0) break
      }
      code = ((code << 8) | bytes[at++]!) >>> 0
      range = (range << 8) >>> 0
      low = (low << 8) >>> 0
    }
    this.#low = low
    this.#code = code
    this.#range = range
    this.#input.at = at
  }
}
