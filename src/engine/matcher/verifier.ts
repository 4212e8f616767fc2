// The second pass: is the pattern really there? Compares the fixed run around an atom, then runs the programs for what
// has no fixed length before and after it.

import type { Image } from '../image.ts'
import type { Budget } from '../limits.ts'
import type { HitList } from './hit-list.ts'
import { shapeField, shapeFlag, shapeWords } from './layout.ts'
import { Machine } from './regex/machine.ts'

/** A program looks at most this far from the fixed run, as YARA-X does. */
const reach = 4096
/** A search by hand looks at the time once in so many bytes. */
const checkedBytes = 65_536

export class Verifier {
  readonly #shapes: Int32Array
  readonly #runs: Uint8Array
  readonly #sets: Int32Array
  readonly #programs: Int32Array
  readonly #hits: HitList
  readonly #machine = new Machine()
  #bytes: Uint8Array = new Uint8Array(0)
  #budget: Budget | undefined
  #all = true
  readonly #existence: Uint8Array

  constructor(image: Image, hits: HitList) {
    this.#shapes = image.words('shapes')
    this.#runs = image.bytes('runs')
    this.#sets = image.words('sets')
    this.#programs = image.words('programs')
    this.#existence = image.bytes('existence')
    this.#hits = hits
  }

  /** `all`: every match with its right end, also where the occurrence would be enough. */
  open({ bytes, budget, all }: { bytes: Uint8Array; budget: Budget; all: boolean }): void {
    this.#bytes = bytes
    this.#budget = budget
    this.#all = all
    this.#machine.check = () => budget.checkTime()
  }

  checkTime(): void {
    this.#budget?.checkTime()
  }

  /** Adds the matches of a shape whose atom is at this offset; whether there are any. */
  atAtom(shape: number, atom: number): boolean {
    return this.atStart(shape, atom - this.#shapes[shape * shapeWords + shapeField.atomAt]!)
  }

  /** The same for a shape whose fixed run begins at this offset. */
  atStart(shape: number, start: number): boolean {
    const at = shape * shapeWords
    const shapes = this.#shapes
    const flags = shapes[at + shapeField.flags]!
    const length = shapes[at + shapeField.runLength]!
    if (start < 0 || start + length > this.#bytes.length) return false
    const same =
      (flags & shapeFlag.xor) === 0 ? this.#runFits(at, flags, start) : this.#xorFits(at, start, length)
    if (!same) return false
    const before = shapes[at + shapeField.before]!
    const after = shapes[at + shapeField.after]!
    if (before === 0 && after === 0) return this.#report(at, flags, start, start + length)
    return this.#programsFit(at, flags, { start, end: start + length, before, after })
  }

  /** Adds the matches of a shape without an atom, wherever they are. */
  everywhere(shape: number): void {
    const at = shape * shapeWords
    const flags = this.#shapes[at + shapeField.flags]!
    const base = this.#shapes[at + shapeField.before]!
    const bytes = this.#bytes
    if ((flags & shapeFlag.xor) !== 0) {
      for (let start = 0; start < bytes.length; start++) {
        if (start % checkedBytes === 0) this.checkTime()
        this.atStart(shape, start)
      }
      return
    }
    if (base <= 0) return
    const longest = (flags & shapeFlag.greedy) !== 0
    this.#machine.findAll(
      { code: this.#programs, base, bytes, at: bytes.length, limit: bytes.length, longest },
      (start, end) => {
        this.#report(at, flags, start, end)
      },
    )
  }

  #runFits(at: number, flags: number, start: number): boolean {
    const bytes = this.#bytes
    const runs = this.#runs
    const run = this.#shapes[at + shapeField.run]!
    const length = this.#shapes[at + shapeField.runLength]!
    if ((flags & shapeFlag.masked) === 0) {
      for (let i = 0; i < length; i++) if (bytes[start + i] !== runs[run + i]) return false
      return true
    }
    const masks = run + length
    for (let i = 0; i < length; i++) {
      if ((bytes[start + i]! & runs[masks + i]!) !== runs[run + i]) return false
    }
    const sets = this.#shapes[at + shapeField.sets]!
    return sets === 0 || this.#setsFit(sets, start)
  }

  #setsFit(sets: number, start: number): boolean {
    const words = this.#sets
    const end = sets + 1 + words[sets]! * 9
    for (let test = sets + 1; test < end; test += 9) {
      const byte = this.#bytes[start + words[test]!]!
      if (((words[test + 1 + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) return false
    }
    return true
  }

  #xorFits(at: number, start: number, length: number): boolean {
    const bytes = this.#bytes
    const runs = this.#runs
    const run = this.#shapes[at + shapeField.run]!
    const key = bytes[start]! ^ runs[run]!
    if (key < this.#shapes[at + shapeField.xorLeast]! || key > this.#shapes[at + shapeField.xorMost]!) {
      return false
    }
    for (let i = 1; i < length; i++) if ((bytes[start + i]! ^ runs[run + i]!) !== key) return false
    return true
  }

  #programsFit(
    at: number,
    flags: number,
    { start, end, before, after }: { start: number; end: number; before: number; after: number },
  ): boolean {
    if (before < 0 || after < 0) return false
    if (!this.#isOpen(this.#shapes[at + shapeField.afterGate]!, end, 1)) return false
    if (!this.#isOpen(this.#shapes[at + shapeField.beforeGate]!, start - 1, -1)) return false
    const code = this.#programs
    const bytes = this.#bytes
    if ((flags & shapeFlag.beforeFirst) !== 0 && !this.#beginsBefore(before, start)) return false
    const longest = (flags & shapeFlag.greedy) !== 0 && !this.#isEnough(at, flags)
    let last = end
    if (after !== 0) {
      last = this.#machine.ends({ code, base: after, bytes, at: end, limit: reach, longest })
      if (last < 0) return false
    }
    if (before === 0) return this.#report(at, flags, start, last)
    let found = false
    this.#machine.starts({ code, base: before, bytes, at: start, limit: reach }, (first) => {
      if (this.#report(at, flags, first, last)) found = true
    })
    return found
  }

  /** Whether the byte that a gate (compile/gate.ts) asks for is in its reach, counted from `from`. */
  #isOpen(gate: number, from: number, step: 1 | -1): boolean {
    if (gate === 0) return true
    const value = (gate >>> 16) & 0xff
    const mask = gate >>> 24
    const most = (gate >>> 8) & 0xff
    for (let distance = gate & 0xff; distance <= most; distance++) {
      const byte = this.#bytes[from + step * distance]
      if (byte !== undefined && (byte & mask) === value) return true
    }
    return false
  }

  #beginsBefore(base: number, start: number): boolean {
    let begins = false
    const run = { code: this.#programs, base, bytes: this.#bytes, at: start, limit: reach }
    this.#machine.starts(run, () => {
      begins = true
    })
    return begins
  }

  /** Whether any end will do: only the occurrence counts, and no end is better than another. */
  #isEnough(at: number, flags: number): boolean {
    if (this.#all || (flags & shapeFlag.fullword) !== 0) return false
    return this.#existence[this.#shapes[at + shapeField.pattern]!] === 1
  }

  #report(at: number, flags: number, start: number, end: number): boolean {
    if ((flags & shapeFlag.fullword) !== 0 && !this.#isWord(at, start, end)) return false
    this.#hits.add(this.#shapes[at + shapeField.pattern]!, start, end - start)
    return true
  }

  #isWord(at: number, start: number, end: number): boolean {
    const bytes = this.#bytes
    const flags = this.#shapes[at + shapeField.flags]!
    // The neighbours of an encoded word are encoded too.
    const key =
      (flags & shapeFlag.xor) === 0 ? 0 : bytes[start]! ^ this.#runs[this.#shapes[at + shapeField.run]!]!
    if ((flags & shapeFlag.wide) === 0) {
      return !isAlphanumeric(bytes[start - 1], key) && !isAlphanumeric(bytes[end], key)
    }
    return (
      !(bytes[start - 1] === key && isAlphanumeric(bytes[start - 2], key)) &&
      !(isAlphanumeric(bytes[end], key) && bytes[end + 1] === key)
    )
  }
}

function isAlphanumeric(encoded: number | undefined, key: number): boolean {
  if (encoded === undefined) return false
  const byte = encoded ^ key
  const letter = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a)
}
