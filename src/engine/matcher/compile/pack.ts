// From shapes to the tables that the first pass and the verification read. Every table is a flat array, so that the
// whole database is one block of memory: shared by all threads, written to disk as it is.

import { BytePool } from '../../byte-pool.ts'
import { compileProgram } from '../regex/program.ts'
import { maxLength } from '../regex/transform.ts'
import type { Tree } from '../regex/tree.ts'
import { shapeField, shapeFlag, shapeWords } from '../layout.ts'
import { spellingsOf, xorSpellingsOf } from './atom.ts'
import { gateOf } from './gate.ts'
import type { Element } from './element.ts'
import { searchedTree } from './run-tree.ts'
import type { Compiled, CompiledChain, Shape, Use } from './shape.ts'
import { AtomTables } from './tables.ts'

export function packShapes(
  shapes: readonly Compiled[],
  chains: readonly CompiledChain[],
  uses: readonly Use[],
): Readonly<Record<string, Uint8Array>> {
  const packer = new Packer(shapes.length)
  const tables = new AtomTables()
  for (const [index, { pattern, shape }] of shapes.entries()) {
    const use = uses[pattern]!
    const anchored = use.anchors !== undefined && shape.before === undefined && shape.xor === undefined
    // Without an atom everything is in a program: run at the anchors, or over the whole object from its end.
    const isProgram = shape.atom === undefined && shape.xor === undefined
    packer.add(index, pattern, isProgram ? searchedShape(shape, anchored) : shape)
    if (anchored) packer.anchor(index, use)
    else if (shape.atom === undefined) packer.search(index, use)
    else {
      const spellings =
        shape.xor === undefined
          ? spellingsOf(shape.run, shape.atom)
          : xorSpellingsOf(shape.run, shape.atom, shape.xor)
      tables.add(index, shape.atom.size, spellings, use.profiles)
    }
  }
  return {
    ...tables.sections(),
    ...packer.sections(),
    checks: checksOf(shapes, uses),
    chains: bytesOf(chainWords(chains)),
    longest: longestOf(shapes, chains, uses.length),
    existence: Uint8Array.from(uses, (use) => (use.existence ? 1 : 0)),
  }
}

function searchedShape({ run, after, wide, fullword, greedy }: Shape, anchored: boolean): Shape {
  const tree = searchedTree(run, after)
  const shape = { run: [], atom: undefined, wide, fullword, greedy }
  if (tree === undefined) return shape
  return anchored ? { ...shape, after: tree } : { ...shape, before: tree }
}

/** Whether what stands before the run is the quicker way to see that it is not the pattern. */
function isBeforeShorter({ before, after }: Shape): boolean {
  return before !== undefined && after !== undefined && maxLength(before) <= maxLength(after)
}

class Packer {
  readonly #words: Int32Array
  readonly #programs: Int32Array[] = []
  #programWords = 1
  readonly #runs = new BytePool()
  readonly #sets: number[] = [0]
  readonly #anchors: number[] = []
  readonly #searches: number[] = []

  constructor(count: number) {
    this.#words = new Int32Array(count * shapeWords)
  }

  add(index: number, pattern: number, shape: Shape): void {
    const masked = shape.run.some(({ mask }) => mask !== 0xff)
    const at = index * shapeWords
    const words = this.#words
    words[at + shapeField.pattern] = pattern
    words[at + shapeField.flags] =
      (shape.xor === undefined ? 0 : shapeFlag.xor) |
      (shape.fullword ? shapeFlag.fullword : 0) |
      (shape.wide ? shapeFlag.wide : 0) |
      (shape.greedy ? shapeFlag.greedy : 0) |
      (masked ? shapeFlag.masked : 0) |
      (isBeforeShorter(shape) ? shapeFlag.beforeFirst : 0)
    words[at + shapeField.run] = this.#keepRun(shape.run, masked)
    words[at + shapeField.runLength] = shape.run.length
    words[at + shapeField.atomAt] = shape.atom?.at ?? 0
    words[at + shapeField.sets] = this.#keepSets(shape.run)
    words[at + shapeField.xorLeast] = shape.xor?.least ?? 0
    words[at + shapeField.xorMost] = shape.xor?.most ?? 0
    words[at + shapeField.beforeGate] = gateOf(shape.before, 'before')
    words[at + shapeField.afterGate] = gateOf(shape.after, 'after')
    words[at + shapeField.before] = this.#keepProgram(shape.before, 'backward', shape.wide)
    words[at + shapeField.after] = this.#keepProgram(shape.after, 'forward', shape.wide)
  }

  anchor(index: number, use: Use): void {
    for (const offset of use.anchors ?? []) this.#anchors.push(index, use.profiles, offset)
  }

  search(index: number, use: Use): void {
    this.#searches.push(index, use.profiles)
  }

  sections(): Readonly<Record<string, Uint8Array>> {
    const programs = new Int32Array(this.#programWords)
    let at = 1
    for (const program of this.#programs) {
      programs.set(program, at)
      at += program.length
    }
    return {
      shapes: bytesOf(this.#words),
      runs: this.#runs.bytes(),
      sets: bytesOf(Int32Array.from(this.#sets)),
      programs: bytesOf(programs),
      anchors: bytesOf(Int32Array.from(this.#anchors)),
      searches: bytesOf(Int32Array.from(this.#searches)),
    }
  }

  /** Where the run begins: its values, then, where masked, its masks. */
  #keepRun(run: readonly Element[], masked: boolean): number {
    const bytes = new Uint8Array(masked ? run.length * 2 : run.length)
    for (let i = 0; i < run.length; i++) {
      bytes[i] = run[i]!.value
      if (masked) bytes[run.length + i] = run[i]!.mask
    }
    return this.#runs.add(bytes)
  }

  /** Where the run's set tests begin: their number, then position and the eight words of each; 0 for none. */
  #keepSets(run: readonly Element[]): number {
    const tests = run.flatMap(({ set }, index) => (set === undefined ? [] : [{ set, index }]))
    if (tests.length === 0) return 0
    const at = this.#sets.push(tests.length) - 1
    for (const { set, index } of tests) this.#sets.push(index, ...set)
    return at
  }

  #keepProgram(tree: Tree | undefined, direction: 'forward' | 'backward', wide: boolean): number {
    if (tree === undefined) return 0
    const program = compileProgram(tree, { direction, wide })
    // Too large programs were refused when the rule was read; an empty one matches nowhere.
    if (program === undefined) return -1
    const at = this.#programWords
    this.#programs.push(program)
    this.#programWords += program.length
    return at
  }
}

/** Eight bytes of each run that the first pass compares itself; see kernel/assembly/sweep.ts. */
function checksOf(shapes: readonly Compiled[], uses: readonly Use[]): Uint8Array {
  const checks = Buffer.alloc(shapes.length * 32)
  for (const [index, { pattern, shape }] of shapes.entries()) {
    const base = index * 32
    const from = checkedFrom(shape)
    for (let i = 0; i < 8; i++) {
      const element = shape.run[from + i]
      if (element === undefined) continue
      checks[base + i] = element.value
      checks[base + 8 + i] = element.mask
    }
    checks.writeInt32LE(from - (shape.atom?.at ?? 0), base + 16)
    checks.writeUInt32LE(pattern, base + 20)
    checks.writeUInt32LE(uses[pattern]!.profiles >>> 0, base + 24)
    checks.writeUInt32LE(shape.xor === undefined ? 0 : 1, base + 28)
  }
  return checks
}

/** The window of eight with the most known bits that still has the atom in it. */
function checkedFrom({ run, atom }: Shape): number {
  if (atom === undefined || run.length <= 8) return 0
  let best = Math.min(atom.at, run.length - 8)
  let bestBits = -1
  for (let from = Math.max(0, atom.at + atom.size - 8); from <= Math.min(atom.at, run.length - 8); from++) {
    let bits = 0
    for (let i = from; i < from + 8; i++) bits += run[i]!.mask === 0xff ? 8 : 4 * Number(run[i]!.mask !== 0)
    if (bits > bestBits) {
      best = from
      bestBits = bits
    }
  }
  return best
}

/** No object reaches that far. */
const farthest = 0x7fff_ffff

function chainWords(chains: readonly CompiledChain[]): Int32Array {
  const words: number[] = []
  for (const { pattern, chain, parts } of chains) {
    words.push(pattern, parts.length, chain.greedy ? 1 : 0)
    words.push(...parts)
    for (const { least, most } of chain.gaps)
      words.push(Math.min(least, farthest), most > farthest ? -1 : most)
  }
  return Int32Array.from(words)
}

/** One byte for each pattern: 1 where the longest match at one offset counts. */
function longestOf(
  shapes: readonly Compiled[],
  chains: readonly CompiledChain[],
  patterns: number,
): Uint8Array {
  const longest = new Uint8Array(patterns)
  for (const { pattern, shape } of shapes) if (shape.greedy) longest[pattern] = 1
  for (const { pattern, chain } of chains) if (chain.greedy) longest[pattern] = 1
  return longest
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}
