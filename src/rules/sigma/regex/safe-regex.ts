// The `re` modifier. V8 searches as long as that is known to end soon; longer values and dangerous expressions go to a
// linear automaton. So no rule and no event can hold up the daemon.

import { linearRegex, type RegexFlags } from './automaton.ts'
import { longestWithin } from './cost.ts'
import { leastLength, readRegex, requiredTexts } from './syntax.ts'

export interface SafeRegex {
  /** As it is searched, flags moved out. */
  readonly source: string
  readonly flags: string
  /** Of values beyond 64 Ki characters (less for very large expressions) only the beginning is searched. */
  readonly test: (text: string) => boolean
  /** Occur, lower-case, in every text that matches. */
  readonly required: readonly string[]
}

/** A few milliseconds. */
const maxSteps = 1_000_000
const maxAutomatonSteps = 16_000_000
const maxSourceLength = 8192
const maxChars = 64 * 1024
/** Shorter than any value worth a rule. */
const leastChars = 32

/** Throws RangeError with one sentence when the expression is wrong or could take too long. */
export function safeRegex(written: string, flags: RegexFlags): SafeRegex {
  if (written.length > maxSourceLength) throw new RangeError('the expression is too long')
  const { source, flags: all } = moveFlags(written, flags)
  const letters = `${all.ignoreCase ? 'i' : ''}${all.multiline ? 'm' : ''}${all.dotAll ? 's' : ''}`
  const regex = compile(source, letters)
  const tree = readRegex(source)
  const quickChars = longestWithin(tree, maxSteps, maxChars)
  const linear = quickChars < maxChars ? linearRegex(tree, all) : undefined
  const linearChars =
    linear === undefined ? 0 : Math.min(maxChars, Math.floor(maxAutomatonSteps / linear.states))
  if (Math.max(quickChars, linearChars) < leastChars)
    throw new RangeError('the expression can take too long, and no linear search knows its parts')
  const required = requiredTexts(tree)
  const least = leastLength(tree)
  const test = (value: string): boolean => {
    if (value.length < least) return false
    if (value.length <= quickChars) return regex.test(value)
    if (linear === undefined) return regex.test(value.slice(0, quickChars))
    const isCut = value.length > linearChars
    const text = isCut ? value.slice(0, linearChars) : value
    const lower = text.toLowerCase()
    return required.every((one) => lower.includes(one)) && linear.test(text, isCut)
  }
  return { source, flags: letters, test, required }
}

function compile(source: string, letters: string): RegExp {
  try {
    return new RegExp(source, letters)
  } catch (thrown) {
    throw new RangeError(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
  }
}

// PCRE's `(?i)` at the beginning, its `\A`, `\z` and `\Z`, its `(?P<name>`: JavaScript writes them differently.
function moveFlags(written: string, given: RegexFlags): { source: string; flags: RegexFlags } {
  let source = written
  const flags = { ...given }
  for (let found = inlineFlags.exec(source); found !== null; found = inlineFlags.exec(source)) {
    for (const letter of found[1] ?? '') {
      if (letter === 'i') flags.ignoreCase = true
      else if (letter === 'm') flags.multiline = true
      else if (letter === 's') flags.dotAll = true
    }
    source = source.slice(found[0].length)
  }
  source = source.replaceAll(/\\[\s\S]|\(\?P</g, (part) => pcreForms.get(part) ?? part)
  return { source, flags }
}

const inlineFlags = /^\(\?([imsu]+)\)/
const pcreForms = new Map([
  ['\\A', '(?<![\\s\\S])'],
  ['\\z', '(?![\\s\\S])'],
  ['\\Z', '(?![\\s\\S])'],
  ['\\h', '[ \\t]'],
  ['(?P<', '(?<'],
])
