// The model of PPMd variant I, revision 1 (Dmitry Shkarin, 2002, in the public domain): for each context the symbols seen
// in it with their frequencies, and how they change with each symbol.

import { flagHigh, highSymbol, single, stateBytes } from './ppmd-records.ts'
import { flagRescaled, flagSuffixHigh, PpmdTree } from './ppmd-tree.ts'

const highestFrequency = 124
const periodBits = 7
/** Probabilities of contexts with one symbol have 14 bits. */
export const binaryScale = 1 << 14
const initialEscapes = [0x3cdd, 0x1f3f, 0x59bf, 0x48f3, 0x64a1, 0x5abc, 0x6632, 0x6051]
const escapeCounts = Uint8Array.of(25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2)

/** Classes of the number of symbols: each is one wider than the one before. */
const classOf = new Uint8Array(260)
for (let i = 0, step = 0, left = 1; i < 260; i++) {
  classOf[i] = i < 5 ? i : 5 + step
  if (i >= 5 && --left === 0) {
    step++
    left = step + 1
  }
}

/** The same for the suffix of a context with one symbol, doubled. */
function suffixClass(count: number): number {
  if (count < 2) return count * 2
  return count < 11 ? 4 : 6
}

export type PpmdRestoration = 'restart' | 'cut-off'

export interface PpmdOptions {
  readonly order: number
  readonly memoryBytes: number
  readonly restoration: PpmdRestoration
}

export class PpmdModel extends PpmdTree {
  readonly #options: PpmdOptions
  /** The context in which the next symbol is looked for. */
  context = 0
  /** The longest context. */
  #longest = 0
  /** The state of the symbol found last. */
  found = 0
  /** How many orders below the longest `context` is. */
  #fallen = 0
  #runLength = 0
  readonly #initialRun: number
  #initialEscape = 0
  #wasLikely = 0
  readonly #binary = new Uint16Array(25 * 64)
  /** Secondary estimation of escapes; the last one is of the root, and never changes. */
  readonly #escapeSums = new Uint16Array(24 * 32 + 1)
  readonly #escapeShifts = new Uint8Array(24 * 32 + 1)
  readonly #escapeCounts = new Uint8Array(24 * 32 + 1)
  readonly #path = new Uint32Array(64)

  constructor(options: PpmdOptions) {
    super(options.memoryBytes, options.order)
    this.#options = options
    this.#initialRun = -Math.min(options.order, 12) - 1
    this.#restart()
  }

  // ── What the decoder asks for ──

  /** The place of the probability of a context with one symbol. */
  binaryAt(): number {
    const { context } = this
    const row = classOf[this.frequencyAt(context + single) - 1]!
    const suffix = suffixClass(this.countOf(this.suffixOf(context)))
    return row * 64 + suffix + this.#wasLikely + this.flagsOf(context) + ((this.#runLength >> 26) & 0x20)
  }

  binaryProbability(at: number): number {
    return this.#binary[at]!
  }

  /** The one symbol it was. */
  takeBinary(at: number): number {
    const probability = this.#binary[at]!
    this.#binary[at] = probability + (1 << periodBits) - ((probability + 32) >> periodBits)
    this.found = this.context + single
    const symbol = this.symbolAt(this.found)
    const frequency = this.frequencyAt(this.found)
    if (frequency < 196) this.setFrequency(this.found, frequency + 1)
    this.#wasLikely = 1
    this.#runLength++
    this.#next()
    return symbol
  }

  escapeBinary(at: number): void {
    this.#binary[at]! -= (this.#binary[at]! + 32) >> periodBits
    this.#initialEscape = escapeCounts[this.#binary[at]! >> 10]!
    this.#wasLikely = 0
  }

  /** The first symbol of the context it was. */
  takeFirst(state: number): number {
    this.found = state
    const symbol = this.symbolAt(state)
    const sum = this.sumOf(this.context)
    this.#wasLikely = 2 * this.frequencyAt(state) >= sum ? 1 : 0
    this.#runLength += this.#wasLikely
    this.addToSum(this.context, 4)
    this.#strengthen()
    this.#next()
    return symbol
  }

  notFirst(): void {
    this.#wasLikely = 0
  }

  /** A later symbol of the context it was. */
  takeOther(state: number): number {
    this.found = state
    const symbol = this.symbolAt(state)
    this.addToSum(this.context, 4)
    this.setFrequency(state, this.frequencyAt(state) + 4)
    if (this.frequencyAt(state) > this.frequencyAt(state - stateBytes)) {
      this.swap(state, state - stateBytes)
      this.found = state - stateBytes
      if (this.frequencyAt(this.found) > highestFrequency) this.#rescale()
    }
    this.#next()
    return symbol
  }

  /** One that was found after an escape. */
  takeEscaped(state: number): number {
    this.found = state
    const symbol = this.symbolAt(state)
    this.addToSum(this.context, 4)
    this.#strengthen()
    this.#runLength = this.#initialRun
    this.#update()
    this.context = this.#longest
    return symbol
  }

  /** Goes to the next shorter context that has symbols besides the `masked` ones; false: there is none. */
  fall(masked: number): boolean {
    do {
      this.#fallen++
      const suffix = this.suffixOf(this.context)
      if (suffix === 0) return false
      this.context = suffix
    } while (this.countOf(this.context) === masked)
    return true
  }

  /** The place of the estimation of an escape from the context. */
  escapeAt(masked: number): number {
    const { context } = this
    const count = this.countOf(context)
    if (count === 0xff) return 24 * 32
    const row = classOf[count + 2]! - 3
    const isFlat = this.sumOf(context) > 11 * (count + 1) ? 1 : 0
    const isPoor = 2 * count < this.countOf(this.suffixOf(context)) + masked ? 2 : 0
    return row * 32 + isFlat + isPoor + this.flagsOf(context)
  }

  escapeFrequency(at: number): number {
    if (at === 24 * 32) return 1
    const mean = this.#escapeSums[at]! >> this.#escapeShifts[at]!
    this.#escapeSums[at]! -= mean
    return mean === 0 ? 1 : mean
  }

  escapeMissed(at: number, sum: number): void {
    this.#escapeSums[at]! += sum
  }

  /** No escape it was: estimations change ever more slowly. */
  escapeHit(at: number): void {
    if (this.#escapeShifts[at]! >= periodBits || --this.#escapeCounts[at]! > 0) return
    this.#escapeSums[at]! <<= 1
    this.#escapeCounts[at] = 3 << this.#escapeShifts[at]!
    this.#escapeShifts[at]!++
  }

  // ── The model as a whole ──

  #restart(): void {
    const { memory } = this
    memory.reset()
    this.#fallen = this.#options.order
    this.#runLength = this.#initialRun
    this.#wasLikely = 0
    const root = memory.allocateContext()
    this.context = root
    this.#longest = root
    this.words[(root + 8) >> 2] = 0
    this.setCount(root, 255)
    this.setFlags(root, 0)
    this.setSum(root, 257)
    this.found = memory.takeLow(128)
    this.setStates(root, this.found)
    for (let symbol = 0; symbol < 256; symbol++) {
      const state = this.found + symbol * stateBytes
      this.bytes[state] = symbol
      this.setFrequency(state, 1)
      this.setSuccessor(state, 0)
    }
    this.#restartEstimations()
  }

  #restartEstimations(): void {
    for (let row = 0, count = 0; row < 25; row++) {
      while (classOf[count] === row) count++
      for (let i = 0; i < 64; i++) {
        this.#binary[row * 64 + i] = binaryScale - Math.floor(initialEscapes[i & 7]! / (count + 1))
      }
    }
    for (let row = 0, count = 0; row < 24; row++) {
      while (classOf[count + 3] === row + 3) count++
      this.#escapeSums.fill((2 * count + 5) << (periodBits - 4), row * 32, row * 32 + 32)
    }
    this.#escapeShifts.fill(periodBits - 4)
    this.#escapeCounts.fill(7)
    this.#escapeShifts[24 * 32] = periodBits
  }

  /** The memory is full: contexts down to `failed` have a state that was not finished; then the model is reduced. */
  #restore(failed: number): void {
    const { memory } = this
    memory.resetText()
    let context = this.#longest
    for (; context !== failed; context = this.suffixOf(context)) {
      const count = this.countOf(context) - 1
      this.setCount(context, count)
      const states = this.statesOf(context)
      if (count !== 0) {
        this.refresh(context, (count + 3) >> 1, 0)
        continue
      }
      this.makeSingle(context, states)
      memory.freeUnit(states)
      const state = context + single
      this.setFrequency(state, (this.frequencyAt(state) + 11) >> 3)
    }
    for (; context !== this.context; context = this.suffixOf(context)) this.#weaken(context)
    if (this.#options.restoration === 'restart' || memory.used < memory.size >>> 1) this.#restart()
    else this.#cutAll()
  }

  #weaken(context: number): void {
    const count = this.countOf(context)
    if (count === 0) {
      const state = context + single
      const frequency = this.frequencyAt(state)
      this.setFrequency(state, frequency - (frequency >> 1))
      return
    }
    this.addToSum(context, 4)
    if (this.sumOf(context) > 128 + 4 * count) this.refresh(context, (count + 2) >> 1, 1)
  }

  #cutAll(): void {
    const { memory } = this
    while (this.suffixOf(this.#longest) !== 0) this.#longest = this.suffixOf(this.#longest)
    do {
      this.cut(this.#longest, 0)
      memory.expandText()
    } while (memory.used > 3 * (memory.size >>> 2))
    memory.glueSoon()
    this.#fallen = this.#options.order
  }

  // ── After each symbol ──

  #next(): void {
    const successor = this.successorOf(this.found)
    if (this.#fallen === 0 && successor >= this.memory.unitsStart) {
      this.context = successor
      this.#longest = successor
      return
    }
    this.#update()
    this.context = this.#longest
  }

  #strengthen(): void {
    const frequency = this.frequencyAt(this.found) + 4
    this.setFrequency(this.found, frequency)
    if (frequency > highestFrequency) this.#rescale()
  }

  /** Halves the frequencies of the context and sorts its states; the found one comes first. */
  #rescale(): void {
    const { context } = this
    const states = this.statesOf(context)
    const count = this.countOf(context)
    const adder = this.#fallen === 0 ? 0 : 1
    this.#moveForward(this.found, states)
    let escape = this.sumOf(context)
    let sum = 0
    for (let i = 0; i <= count; i++) {
      const state = states + i * stateBytes
      const frequency = this.frequencyAt(state)
      escape -= frequency
      const halved = (frequency + (i === 0 ? 4 : 0) + adder) >> 1
      this.setFrequency(state, halved)
      sum += halved
      let place = state
      while (place !== states && halved > this.frequencyAt(place - stateBytes)) place -= stateBytes
      if (i > 0) this.#moveForward(state, place)
    }
    let zeros = 0
    while (this.frequencyAt(states + (count - zeros) * stateBytes) === 0) zeros++
    if (zeros > 0 && !this.#dropZeros(zeros, escape + zeros)) return
    escape += zeros
    this.setSum(context, sum + escape - (escape >> 1))
    this.setFlags(context, this.flagsOf(context) | flagRescaled)
    this.found = this.statesOf(context)
  }

  /** Puts a state to `place`, moving those between back by one. */
  #moveForward(state: number, place: number): void {
    if (state === place) return
    const { bytes } = this
    const moved = bytes.slice(state, state + stateBytes)
    bytes.copyWithin(place + stateBytes, place, state)
    bytes.set(moved, place)
  }

  /** The last states have become impossible. False: only one is left, and all is done. */
  #dropZeros(zeros: number, escape: number): boolean {
    const { context, memory } = this
    const states = this.statesOf(context)
    const count = this.countOf(context)
    const left = count - zeros
    const units = (count + 2) >> 1
    this.setCount(context, left)
    if (left === 0) {
      const frequency = Math.floor((2 * this.frequencyAt(states) + escape - 1) / escape)
      this.setFrequency(states, Math.min(frequency, Math.floor(highestFrequency / 3)))
      this.makeSingle(context, states)
      memory.free(states, units)
      this.found = context + single
      return false
    }
    const leftUnits = (left + 2) >> 1
    const kept = units === leftUnits ? states : memory.shrink(states, units, leftUnits)
    this.setStates(context, kept)
    let flags = this.flagsOf(context) & ~flagHigh
    for (let i = 0; i <= left; i++) flags |= this.highFlag(this.symbolAt(kept + i * stateBytes))
    this.setFlags(context, flags)
    return true
  }

  /** Tells the shorter contexts of the symbol and makes the longer ones of which it is the end. */
  #update(): void {
    const { memory } = this
    const { found } = this
    const symbol = this.symbolAt(found)
    const frequency = this.frequencyAt(found)
    let successor = this.successorOf(found)
    const suffixState = this.#tellSuffix(symbol, frequency)
    if (this.#fallen === 0 && successor !== 0) {
      const created = this.#createSuccessors(this.context, suffixState, false)
      this.setSuccessor(found, created)
      if (created === 0) this.#restore(this.#longest)
      else this.#longest = created
      return
    }
    this.bytes[memory.text++] = symbol
    let fresh = memory.text
    if (memory.text >= memory.unitsStart) {
      this.#restore(this.#longest)
      return
    }
    if (successor === 0) successor = this.#reduceOrder(this.context, suffixState)
    else if (successor < memory.unitsStart)
      successor = this.#createSuccessors(this.context, suffixState, true)
    if (successor === 0) {
      this.#restore(this.#longest)
      return
    }
    if (--this.#fallen === 0) {
      fresh = successor
      if (this.#longest !== this.context) memory.text--
    }
    if (!this.#addToLonger(symbol, frequency, fresh)) return
    this.#longest = successor
    this.context = successor
  }

  /** The next shorter context sees the symbol as well; returns its state there, or 0. */
  #tellSuffix(symbol: number, frequency: number): number {
    const suffix = this.suffixOf(this.context)
    if (frequency >= highestFrequency >> 2 || suffix === 0) return 0
    if (this.countOf(suffix) === 0) {
      const state = suffix + single
      if (this.frequencyAt(state) < 32) this.setFrequency(state, this.frequencyAt(state) + 1)
      return state
    }
    let state = this.stateOf(suffix, symbol)
    const before = state - stateBytes
    if (state !== this.statesOf(suffix) && this.frequencyAt(state) >= this.frequencyAt(before)) {
      this.swap(state, before)
      state = before
    }
    if (this.frequencyAt(state) < highestFrequency - 9) {
      this.setFrequency(state, this.frequencyAt(state) + 2)
      this.addToSum(suffix, 2)
    }
    return state
  }

  /** Adds the symbol to all contexts from the longest down to the current one; false: the memory is full. */
  #addToLonger(symbol: number, frequency: number, successor: number): boolean {
    const { context } = this
    const count = this.countOf(context)
    const rest = this.sumOf(context) - count - frequency
    for (let longer = this.#longest; longer !== context; longer = this.suffixOf(longer)) {
      const others = this.countOf(longer)
      if (!this.#makeRoom(longer, others, count)) {
        this.#restore(longer)
        return false
      }
      const weight = 2 * frequency * (this.sumOf(longer) + 6)
      const total = rest + this.sumOf(longer)
      let added = 0
      if (weight < 6 * total) {
        added = 1 + (weight > total ? 1 : 0) + (weight >= 4 * total ? 1 : 0)
        this.addToSum(longer, 4)
      } else {
        added =
          4 + (weight > 9 * total ? 1 : 0) + (weight > 12 * total ? 1 : 0) + (weight > 15 * total ? 1 : 0)
        this.addToSum(longer, added)
      }
      const state = this.statesOf(longer) + (others + 1) * stateBytes
      this.setSuccessor(state, successor)
      this.bytes[state] = symbol
      this.setFrequency(state, added)
      this.setFlags(longer, this.flagsOf(longer) | this.highFlag(symbol))
      this.setCount(longer, others + 1)
    }
    return true
  }

  /** For one state more; `count` is that of the context in which the symbol was found. */
  #makeRoom(longer: number, others: number, count: number): boolean {
    const { memory } = this
    if (others !== 0) {
      if ((others & 1) === 1) {
        const states = memory.expand(this.statesOf(longer), (others + 1) >> 1)
        if (states === 0) return false
        this.setStates(longer, states)
      }
      if (3 * others + 1 < count) this.addToSum(longer, 1)
      return true
    }
    const states = memory.allocate(1)
    if (states === 0) return false
    this.copyState(states, longer + single)
    this.setStates(longer, states)
    const frequency = this.frequencyAt(states)
    const raised = frequency < (highestFrequency >> 2) - 1 ? frequency << 1 : highestFrequency - 4
    this.setFrequency(states, raised)
    this.setSum(longer, raised + this.#initialEscape + (count > 2 ? 1 : 0))
    return true
  }

  /** Makes the contexts that the raw text behind the found symbol stands for; 0: the memory is full. */
  #createSuccessors(from: number, suffixState: number, withFound: boolean): number {
    const symbol = this.symbolAt(this.found)
    const branch = this.successorOf(this.found)
    const path = this.#path
    let length = 0
    if (withFound) path[length++] = this.found
    let context = from
    let given = suffixState
    while (this.suffixOf(context) !== 0) {
      context = this.suffixOf(context)
      const state = given === 0 ? this.#strengthenIn(context, symbol) : given
      given = 0
      const successor = this.successorOf(state)
      if (successor !== branch) {
        if (length === 0) return successor
        context = successor
        break
      }
      path[length++] = state
    }
    return length === 0 ? context : this.#createContexts(context, branch, length)
  }

  #strengthenIn(context: number, symbol: number): number {
    if (this.countOf(context) !== 0) {
      const state = this.stateOf(context, symbol)
      if (this.frequencyAt(state) < highestFrequency - 9) {
        this.setFrequency(state, this.frequencyAt(state) + 1)
        this.addToSum(context, 1)
      }
      return state
    }
    const state = context + single
    const frequency = this.frequencyAt(state)
    if (this.countOf(this.suffixOf(context)) === 0 && frequency < 24) this.setFrequency(state, frequency + 1)
    return state
  }

  /** One context of one symbol for each state on the path, from the shortest on. */
  #createContexts(shortest: number, branch: number, length: number): number {
    const { memory } = this
    const symbol = this.bytes[branch]!
    const frequency = this.#inheritedFrequency(shortest, symbol)
    const foundFlag = this.symbolAt(this.found) >= highSymbol ? flagSuffixHigh : 0
    let context = shortest
    for (let i = length - 1; i >= 0; i--) {
      const created = memory.allocateContext()
      if (created === 0) return 0
      this.setCount(created, 0)
      this.setFlags(created, foundFlag + this.highFlag(symbol))
      this.bytes[created + single] = symbol
      this.setFrequency(created + single, frequency)
      this.setSuccessor(created + single, branch + 1)
      this.words[(created + 8) >> 2] = context
      this.setSuccessor(this.#path[i]!, created)
      context = created
    }
    return context
  }

  #inheritedFrequency(context: number, symbol: number): number {
    const count = this.countOf(context)
    if (count === 0) return this.frequencyAt(context + single)
    const own = this.frequencyAt(this.stateOf(context, symbol)) - 1
    const others = this.sumOf(context) - count - own
    if (2 * own <= others) return 1 + (5 * own > others ? 1 : 0)
    return 1 + Math.floor((own + 2 * others - 3) / others)
  }

  /** The symbol has no successor yet: it gets the raw text, as do shorter contexts down to one that has. 0: full. */
  #reduceOrder(from: number, suffixState: number): number {
    const { memory, found } = this
    const symbol = this.symbolAt(found)
    const branch = memory.text
    let context = from
    let given = suffixState
    let state = 0
    this.setSuccessor(found, branch)
    this.#fallen++
    for (;;) {
      if (this.suffixOf(context) === 0) return context
      context = this.suffixOf(context)
      state = given === 0 ? this.#strengthenMore(context, symbol) : given
      given = 0
      if (this.successorOf(state) !== 0) break
      this.setSuccessor(state, branch)
      this.#fallen++
    }
    if (this.successorOf(state) <= branch) {
      this.found = state
      const created = this.#createSuccessors(context, 0, true)
      this.setSuccessor(state, created)
      this.found = found
    }
    if (this.#fallen === 1 && from === this.#longest) {
      this.setSuccessor(found, this.successorOf(state))
      memory.text--
    }
    return this.successorOf(state)
  }

  #strengthenMore(context: number, symbol: number): number {
    if (this.countOf(context) !== 0) {
      const state = this.stateOf(context, symbol)
      if (this.frequencyAt(state) < highestFrequency - 9) {
        this.setFrequency(state, this.frequencyAt(state) + 2)
        this.addToSum(context, 2)
      }
      return state
    }
    const state = context + single
    const frequency = this.frequencyAt(state)
    if (frequency < 32) this.setFrequency(state, frequency + 1)
    return state
  }
}
