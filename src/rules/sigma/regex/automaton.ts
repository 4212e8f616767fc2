// A search by all ways at once (Thompson's construction, 1968): its time is text × states, whatever the expression and
// the text are. Used where backtracking could take too long.

import type { CharSet, RegexNode } from './syntax.ts'

export interface RegexFlags {
  readonly ignoreCase: boolean
  /** `^` and `$` also at lines. */
  readonly multiline: boolean
  /** `.` also takes line ends. */
  readonly dotAll: boolean
}

type State =
  | { readonly kind: 'take'; readonly test: (code: number) => boolean; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' | 'word' | 'not-word'; next: number }
  | { readonly kind: 'match' }

const maxStates = 4000

export interface LinearRegex {
  readonly states: number
  /** `isCut`: the text goes on behind its end. */
  readonly test: (text: string, isCut?: boolean) => boolean
}

/** Undefined when the expression has parts that no automaton has, or too many states. */
export function linearRegex(node: RegexNode, flags: RegexFlags): LinearRegex | undefined {
  const states: State[] = []
  const start = build(node, { states, flags }, add(states, { kind: 'match' }))
  if (start < 0 || states.length > maxStates) return undefined
  const begins = firstCodes(states, start)
  const sets: Sets = { current: [], open: [], seen: new Int32Array(states.length), entered: 0 }
  return {
    states: states.length,
    test: (text, isCut = false) => search({ states, start, begins, sets }, { text, flags, isCut }),
  }
}

interface Building {
  readonly states: State[]
  readonly flags: RegexFlags
}

function add(states: State[], state: State): number {
  return states.push(state) - 1
}

/** The state that begins `node` and goes on with `next`; -1 when it cannot be built. */
function build(node: RegexNode, building: Building, next: number): number {
  const { states, flags } = building
  if (next < 0 || states.length > maxStates) return -1
  switch (node.kind) {
    case 'set':
      return add(states, { kind: 'take', test: setTest(node.set, flags.ignoreCase), next })
    case 'any':
      return add(states, { kind: 'take', test: flags.dotAll ? () => true : isNoLineEnd, next })
    case 'assert':
      return add(states, { kind: 'assert', at: node.at, next })
    case 'concat':
      return node.of.reduceRight((after, part) => build(part, building, after), next)
    case 'alternatives':
      return node.of
        .map((part) => build(part, building, next))
        .reduce((other, first) =>
          first < 0 || other < 0 ? -1 : add(states, { kind: 'split', next: first, other }),
        )
    case 'repeat':
      return buildRepeat(node, building, next)
    case 'foreign':
      return -1
  }
}

function buildRepeat(node: RegexNode & { kind: 'repeat' }, building: Building, next: number): number {
  const { states } = building
  let after = next
  if (node.max === Number.POSITIVE_INFINITY) {
    const loop: State = { kind: 'split', next: -1, other: next }
    after = add(states, loop)
    loop.next = build(node.of, building, after)
    if (loop.next < 0) return -1
  } else {
    if (node.max - node.min > maxStates) return -1
    for (let i = node.min; i < node.max && after >= 0; i++) {
      const optional = build(node.of, building, after)
      after = optional < 0 ? -1 : add(states, { kind: 'split', next: optional, other: next })
    }
  }
  for (let i = 0; i < node.min && after >= 0; i++) after = build(node.of, building, after)
  return after
}

/** Of ASCII characters those that may begin a match; undefined: it may be empty. Others always may. */
function firstCodes(states: readonly State[], start: number): Uint8Array | undefined {
  const begins = new Uint8Array(128)
  const seen = new Set<number>()
  const open = [start]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const state = states[one]
    if (seen.has(one) || state === undefined) continue
    seen.add(one)
    if (state.kind === 'match') return undefined
    if (state.kind === 'split') open.push(state.other, state.next)
    else if (state.kind === 'assert') open.push(state.next)
    else for (let code = 0; code < 128; code++) if (state.test(code)) begins[code] = 1
  }
  return begins
}

/** Kept from search to search. */
interface Sets {
  readonly current: number[]
  readonly open: number[]
  /** At which step a state was entered last. */
  readonly seen: Int32Array
  entered: number
}

interface Machine {
  readonly states: readonly State[]
  readonly start: number
  readonly begins: Uint8Array | undefined
  readonly sets: Sets
}

interface Search {
  readonly text: string
  readonly flags: RegexFlags
  readonly isCut: boolean
}

function search({ states, start, begins, sets }: Machine, { text, flags, isCut }: Search): boolean {
  const { current, open, seen } = sets
  current.length = 0
  open.length = 0
  if (sets.entered > 0x7fffffff - text.length - 2) {
    seen.fill(0)
    sets.entered = 0
  }
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at)
    // A match may begin anywhere; NaN is the end of the text, where only an empty one may.
    if (begins === undefined || code >= 128 || begins[code] === 1) open.push(start)
    else if (open.length === 0) continue
    const step = ++sets.entered
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (seen[one] === step) continue
      seen[one] = step
      const state = states[one]
      if (state === undefined) continue
      if (state.kind === 'match') return true
      if (state.kind === 'take') current.push(one)
      else if (state.kind === 'split') open.push(state.other, state.next)
      else if (holds(state.at, { text, at, flags, isCut })) open.push(state.next)
    }
    for (const one of current) {
      const state = states[one]
      if (state?.kind === 'take' && at < text.length && state.test(code)) open.push(state.next)
    }
    current.length = 0
  }
  return false
}

interface Place {
  readonly text: string
  readonly at: number
  readonly flags: RegexFlags
  readonly isCut: boolean
}

function holds(what: 'start' | 'end' | 'word' | 'not-word', { text, at, flags, isCut }: Place): boolean {
  switch (what) {
    case 'start':
      return at === 0 || (flags.multiline && !isNoLineEnd(text.charCodeAt(at - 1)))
    case 'end':
      return (at === text.length && !isCut) || (flags.multiline && !isNoLineEnd(text.charCodeAt(at)))
    case 'word':
      return isWordAt(text, at - 1) !== isWordAt(text, at)
    case 'not-word':
      return isWordAt(text, at - 1) === isWordAt(text, at)
  }
}

function isWordAt(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? '')
}

function isNoLineEnd(code: number): boolean {
  return code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029
}

function setTest(set: CharSet, ignoreCase: boolean): (code: number) => boolean {
  const has = (code: number): boolean => set.ranges.some(([from, to]) => code >= from && code <= to)
  const hasFolded = (code: number): boolean => {
    if (has(code)) return true
    const char = String.fromCharCode(code)
    return has(char.toLowerCase().charCodeAt(0)) || has(char.toUpperCase().charCodeAt(0))
  }
  const test = ignoreCase ? hasFolded : has
  const ascii = Uint8Array.from({ length: 128 }, (_, code) => (test(code) === set.negated ? 0 : 1))
  return (code) => (code < 128 ? ascii[code] === 1 : test(code) !== set.negated)
}
