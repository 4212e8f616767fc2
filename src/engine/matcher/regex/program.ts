// Compiles a tree into a program for the machine (Thompson's construction, with counters for long repeats of fixed rows
// of bytes, so that `.{0,500}` costs as much as `.*`).

import { count, emptySet, union } from './byte-set.ts'
import { assertions, counter, flag, header, headerWords, op } from './program-format.ts'
import { reverse, simplify } from './transform.ts'
import { countedSets, maxSize, sizeOf } from './tree-size.ts'
import type { ByteSet, Tree } from './tree.ts'

export interface ProgramOptions {
  /** A backward program reads down from where it is started. */
  readonly direction: 'forward' | 'backward'
  /** The tree is widened: assertions look at characters of two bytes. */
  readonly wide: boolean
}

/** Values that one lane of a counter keeps at most; more are only approximated. */
const maxQueue = 1 << 20

/** Undefined: larger than `maxSize`. */
export function compileProgram(tree: Tree, options: ProgramOptions): Int32Array | undefined {
  const ordered = simplify(options.direction === 'backward' ? reverse(tree) : tree)
  if (sizeOf(ordered) > maxSize) return undefined
  const compiler = new Compiler()
  compiler.emitTree(ordered)
  return compiler.finish(options)
}

class Compiler {
  readonly #words: number[] = Array<number>(headerWords).fill(0)
  readonly #sets = new Map<string, ByteSet>()
  /** Words whose operand or value is a set: its key. */
  readonly #uses: [word: number, key: string, shift: number][] = []
  #lanes = 0
  #pending = 0
  #queued = 0

  emitTree(tree: Tree): void {
    switch (tree.kind) {
      case 'bytes':
        for (const byte of tree.bytes) this.#emit(op.byte, byte)
        return
      case 'class':
        this.#emitSet(tree.set)
        return
      case 'concat':
        for (const item of tree.items) this.emitTree(item)
        return
      case 'either':
        this.#emitEither(tree.items)
        return
      case 'repeat':
        this.#emitRepeat(tree)
        return
      case 'assert':
        this.#emit(op.assert, assertions.indexOf(tree.that))
    }
  }

  #emit(operation: number, operand: number): number {
    return this.#words.push(operation | (operand << 8)) - 1
  }

  /** Sets the operand of the instruction at `word` to the place after the last one. */
  #aimHere(word: number): void {
    this.#words[word]! |= this.#words.length << 8
  }

  #emitSet(set: ByteSet): void {
    if (count(set) === 256) this.#emit(op.any, 0)
    else this.#use(this.#emit(op.set, 0), set, 8)
  }

  #use(word: number, set: ByteSet, shift: number): void {
    const key = set.join()
    this.#sets.set(key, set)
    this.#uses.push([word, key, shift])
  }

  #emitEither(items: readonly Tree[]): void {
    const ends: number[] = []
    for (const [index, item] of items.entries()) {
      const isLast = index === items.length - 1
      const split = isLast ? -1 : this.#emit(op.split, 0)
      this.emitTree(item)
      if (isLast) break
      ends.push(this.#emit(op.jump, 0))
      this.#aimHere(split)
    }
    for (const end of ends) this.#aimHere(end)
  }

  #emitRepeat(tree: Extract<Tree, { kind: 'repeat' }>): void {
    const { item, least, most } = tree
    const sets = countedSets(tree)
    if (sets !== undefined) {
      this.#emitCounter(sets, least, most)
      return
    }
    for (let copy = 1; copy < least; copy++) this.emitTree(item)
    if (most === Infinity) {
      this.#emitLoop(item, least === 0)
      return
    }
    if (least > 0) this.emitTree(item)
    const exits: number[] = []
    for (let copy = least; copy < most; copy++) {
      exits.push(this.#emit(op.split, 0))
      this.emitTree(item)
    }
    for (const exit of exits) this.#aimHere(exit)
  }

  #emitLoop(item: Tree, optional: boolean): void {
    const skip = optional ? this.#emit(op.split, 0) : -1
    const body = this.#words.length
    this.emitTree(item)
    this.#emit(op.split, body)
    if (optional) this.#aimHere(skip)
  }

  #emitCounter(sets: readonly ByteSet[], least: number, most: number): void {
    const lanes = sets.length
    const last = most * lanes
    const bounded = last < 2 ** 30
    const ringSize = powerOfTwo(least * lanes + 1)
    const queueSize = bounded ? powerOfTwo(Math.min(maxQueue, most - least + 1)) : 1
    const start = this.#emit(op.count, 0)
    this.#words.push(lanes, least * lanes, bounded ? last : -1)
    this.#words.push(this.#lanes, this.#pending, ringSize - 1, this.#queued, queueSize - 1)
    for (const [lane, set] of sets.entries()) {
      this.#words.push(0)
      this.#use(start + counter.sets + lane, set, 0)
    }
    this.#lanes += lanes
    this.#pending += ringSize
    this.#queued += queueSize * lanes
  }

  finish({ direction, wide }: ProgramOptions): Int32Array | undefined {
    const words = this.#words
    this.#emit(op.match, 0)
    if (words.length > maxSize * 2) return undefined
    words[header.places] = words.length
    words[header.lanes] = this.#lanes
    words[header.pending] = this.#pending
    words[header.queued] = this.#queued
    const places = new Map<string, number>()
    for (const [key, set] of this.#sets) {
      places.set(key, words.length)
      for (const word of set) words.push(word | 0)
    }
    for (const [word, key, shift] of this.#uses) words[word]! |= places.get(key)! << shift
    words[header.length] = words.length
    const code = Int32Array.from(words)
    const { set, nullable } = firstBytes(code)
    for (let index = 0; index < 8; index++) code[header.first + index] = set[index]! | 0
    if (direction === 'backward') code[header.flags]! |= flag.backward
    if (wide) code[header.flags]! |= flag.wide
    if (nullable) code[header.flags]! |= flag.nullable
    return code
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast))
}

/** The bytes that can be read first, assertions taken as met, and whether the match can come before any byte. */
function firstBytes(code: Int32Array): { set: ByteSet; nullable: boolean } {
  let set = emptySet()
  let nullable = false
  const seen = new Set<number>()
  const stack = [headerWords]
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    if (seen.has(place)) continue
    seen.add(place)
    const operand = code[place]! >>> 8
    switch (code[place]! & 0xff) {
      case op.byte:
        set[operand >> 5]! |= 1 << (operand & 31)
        break
      case op.set:
        set = union(set, setAt(code, operand))
        break
      case op.any:
        set.fill(0xffff_ffff)
        break
      case op.match:
        nullable = true
        break
      case op.jump:
        stack.push(operand)
        break
      case op.split:
        stack.push(operand, place + 1)
        break
      case op.assert:
        stack.push(place + 1)
        break
      case op.count:
        set = union(set, setAt(code, code[place + counter.sets]!))
        if (code[place + counter.least] === 0) {
          stack.push(place + counter.sets + code[place + counter.lanes]!)
        }
    }
  }
  return { set, nullable }
}

function setAt(code: Int32Array, place: number): ByteSet {
  return Uint32Array.from(code.subarray(place, place + 8))
}
