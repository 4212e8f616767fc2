// Contexts of a PPMd model that lose states: after a rescaling, and when the whole model is cut because its memory is full.

import { PpmdRecords, single, stateBytes } from './ppmd-records.ts'

export const flagSuffixHigh = 0x10
export const flagRescaled = 0x04
/** Contexts up to this order are kept when the model is cut. */
const keptOrder = 9

export class PpmdTree extends PpmdRecords {
  readonly #order: number

  constructor(memoryBytes: number, order: number) {
    super(memoryBytes)
    this.#order = order
  }

  /** Brings frequencies and flags of a context up to date after states went; `scale` 1 halves the frequencies. */
  protected refresh(context: number, oldUnits: number, scale: 0 | 1): void {
    const count = this.countOf(context)
    const states = this.memory.shrink(this.statesOf(context), oldUnits, (count + 2) >> 1)
    this.setStates(context, states)
    let flags = this.flagsOf(context) & (flagSuffixHigh + flagRescaled * scale)
    let escape = this.sumOf(context)
    let sum = 0
    for (let i = 0; i <= count; i++) {
      const state = states + i * stateBytes
      const frequency = this.frequencyAt(state)
      const scaled = (frequency + scale) >> scale
      escape -= frequency
      sum += scaled
      this.setFrequency(state, scaled)
      flags |= this.highFlag(this.symbolAt(state))
    }
    this.setSum(context, sum + ((escape + scale) >> scale))
    this.setFlags(context, flags)
  }

  /** Only one state is left: it moves into the context. */
  protected makeSingle(context: number, state: number): void {
    const symbol = this.symbolAt(state)
    this.setFlags(context, (this.flagsOf(context) & flagSuffixHigh) + this.highFlag(symbol))
    this.copyState(context + single, state)
  }

  /** Removes what leads to raw text from a context and all longer ones; returns the context, or 0 if nothing is left. */
  protected cut(context: number, order: number): number {
    const { memory } = this
    const count = this.countOf(context)
    if (count === 0) {
      const state = context + single
      if (this.successorOf(state) >= memory.unitsStart) {
        this.#cutSuccessor(state, order)
        if (this.successorOf(state) !== 0 || order <= keptOrder) return context
      }
      memory.freeUnit(context)
      return 0
    }
    const units = (count + 2) >> 1
    const states = memory.moveUp(this.statesOf(context), units)
    this.setStates(context, states)
    let kept = count
    for (let i = count; i >= 0; i--) {
      const state = states + i * stateBytes
      if (this.successorOf(state) < memory.unitsStart) {
        this.setSuccessor(state, 0)
        this.swap(state, states + kept * stateBytes)
        kept--
      } else this.#cutSuccessor(state, order)
    }
    if (kept === count || order === 0) return context
    return this.#keep(context, kept, units)
  }

  #cutSuccessor(state: number, order: number): void {
    const isShort = order < this.#order
    this.setSuccessor(state, isShort ? this.cut(this.successorOf(state), order + 1) : 0)
  }

  /** The first `kept + 1` states of a context are left. */
  #keep(context: number, kept: number, units: number): number {
    const { memory } = this
    const states = this.statesOf(context)
    this.setCount(context, kept)
    if (kept < 0) {
      memory.free(states, units)
      memory.freeUnit(context)
      return 0
    }
    if (kept > 0) {
      this.refresh(context, units, this.sumOf(context) > 16 * kept ? 1 : 0)
      return context
    }
    this.makeSingle(context, states)
    memory.free(states, units)
    const state = context + single
    this.setFrequency(state, (this.frequencyAt(state) + 11) >> 3)
    return context
  }
}
