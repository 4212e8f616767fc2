// Regular expressions of logical signatures, run by our own linear-time machine instead of PCRE. What it does not know
// (look-around, back references, possessive quantifiers, …) makes the signature unusable, which is counted.

import type { Budget } from '../../limits.ts'
import { Machine } from '../../matcher/regex/machine.ts'
import { parseCondition } from '../../matcher/regex/parse-regex.ts'
import { compileProgram } from '../../matcher/regex/program.ts'

export interface Expression {
  readonly code: Int32Array
  /** Without the flag `E` an end of text also matches before a line feed that is the last byte. */
  readonly endBeforeLineFeed: boolean
  /** With the flag `U` quantifiers take as little as they can. */
  readonly shortest: boolean
}

/** Undefined: not an expression that the machine can run. */
export function compileExpression({
  pattern,
  flags,
}: {
  readonly pattern: string
  readonly flags: string
}): Expression | undefined {
  const inline = ['m', 'x'].filter((flag) => flags.includes(flag)).join('')
  try {
    const tree = parseCondition(inline === '' ? pattern : `(?${inline})${pattern}`, flags)
    const code = compileProgram(tree, { direction: 'forward', wide: false })
    if (code === undefined) return undefined
    const endBeforeLineFeed = pattern.includes('$') && !flags.includes('E') && !flags.includes('m')
    return { code, endBeforeLineFeed, shortest: flags.includes('U') }
  } catch {
    return undefined
  }
}

export interface SearchOptions {
  /** Where the search begins, and how many bytes it sees. */
  readonly from: number
  readonly length: number
  /** The match must begin where the search does. */
  readonly anchored: boolean
}

/** One for each thread; its memory is used again by every search. */
export class ExpressionRunner {
  readonly #machine = new Machine()

  open(budget: Budget): void {
    this.#machine.check = () => budget.checkTime()
  }

  /** The first match, or undefined. Assertions see the bytes before `from`. */
  search(
    expression: Expression,
    bytes: Uint8Array,
    options: SearchOptions,
  ): { readonly start: number; readonly end: number } | undefined {
    const found = this.#searchIn(expression, bytes, options)
    const last = options.from + options.length
    if (!expression.endBeforeLineFeed || bytes[last - 1] !== 0x0a || last !== bytes.length) return found
    const shorter = this.#searchIn(expression, bytes.subarray(0, -1), {
      ...options,
      length: options.length - 1,
    })
    if (found === undefined || shorter === undefined) return found ?? shorter
    return shorter.start < found.start ? shorter : found
  }

  #searchIn(
    { code, shortest }: Expression,
    bytes: Uint8Array,
    { from, length, anchored }: SearchOptions,
  ): { start: number; end: number } | undefined {
    const run = { code, base: 0, bytes, limit: length }
    const start = anchored ? from : this.#machine.search({ ...run, at: from })
    if (start < 0) return undefined
    const limit = from + length - start
    const end = this.#machine.ends({ ...run, at: start, limit, longest: !shortest })
    return end < 0 ? undefined : { start, end }
  }
}
