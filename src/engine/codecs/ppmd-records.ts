// The two records of which a PPMd model consists, as they lie in PpmdMemory:
//
// context: number of symbols less one (1 byte), flags (1), sum of frequencies (2), address of its states (4), suffix (4);
//          of a single symbol its state stands in place of sum and address
// state:   symbol (1), frequency (1), successor (4): a context, or raw text below `unitsStart`

import { PpmdMemory } from './ppmd-memory.ts'

export const stateBytes = 6
/** Where the single state of a context stands. */
export const single = 2
/** Symbols from here on set a flag of their contexts: text and binary data differ. */
export const highSymbol = 0x40
export const flagHigh = 0x08

export class PpmdRecords {
  readonly memory: PpmdMemory
  /** The memory itself, in three widths. */
  readonly bytes: Uint8Array
  readonly halves: Uint16Array
  readonly words: Uint32Array

  constructor(memoryBytes: number) {
    this.memory = new PpmdMemory(memoryBytes)
    this.bytes = this.memory.bytes
    this.halves = this.memory.halves
    this.words = this.memory.words
  }

  symbolAt(state: number): number {
    return this.bytes[state]!
  }

  frequencyAt(state: number): number {
    return this.bytes[state + 1]!
  }

  /** The number of symbols less one. */
  countOf(context: number): number {
    return this.bytes[context]!
  }

  sumOf(context: number): number {
    return this.halves[(context + 2) >> 1]!
  }

  statesOf(context: number): number {
    return this.words[(context + 4) >> 2]!
  }

  suffixOf(context: number): number {
    return this.words[(context + 8) >> 2]!
  }

  protected flagsOf(context: number): number {
    return this.bytes[context + 1]!
  }

  protected setFlags(context: number, flags: number): void {
    this.bytes[context + 1] = flags
  }

  protected setCount(context: number, count: number): void {
    this.bytes[context] = count
  }

  protected setSum(context: number, sum: number): void {
    this.halves[(context + 2) >> 1] = sum
  }

  protected addToSum(context: number, more: number): void {
    this.halves[(context + 2) >> 1]! += more
  }

  protected setStates(context: number, states: number): void {
    this.words[(context + 4) >> 2] = states
  }

  protected setFrequency(state: number, frequency: number): void {
    this.bytes[state + 1] = frequency
  }

  protected successorOf(state: number): number {
    const { halves } = this
    return halves[(state + 2) >> 1]! | (halves[(state + 4) >> 1]! << 16)
  }

  protected setSuccessor(state: number, successor: number): void {
    const { halves } = this
    halves[(state + 2) >> 1] = successor
    halves[(state + 4) >> 1] = successor >>> 16
  }

  protected swap(a: number, b: number): void {
    const { bytes } = this
    for (let i = 0; i < stateBytes; i++) {
      const byte = bytes[a + i]!
      bytes[a + i] = bytes[b + i]!
      bytes[b + i] = byte
    }
  }

  protected copyState(to: number, from: number): void {
    this.bytes.copyWithin(to, from, from + stateBytes)
  }

  /** The state of `symbol` in a context that has it. */
  protected stateOf(context: number, symbol: number): number {
    const first = this.statesOf(context)
    const last = first + this.countOf(context) * stateBytes
    let state = first
    while (state < last && this.symbolAt(state) !== symbol) state += stateBytes
    return state
  }

  protected highFlag(symbol: number): number {
    return symbol >= highSymbol ? flagHigh : 0
  }
}
