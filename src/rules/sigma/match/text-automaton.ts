// Finds which of many texts occur in a value, in one pass (Aho and Corasick, 1975). Texts are ASCII; all other characters
// are one and the same. The table is dense: a step is one load, and its sign says whether something ends there.

/** As a text: any character beyond ASCII. */
export const otherCharacter = '\u0080'

export interface TextEntry {
  /** ASCII and `otherCharacter`, not empty. */
  readonly text: string
  readonly id: number
}

interface Tables {
  readonly classes: Uint8Array
  readonly width: number
  /** `next[state * width + class]`: the next state times the width, with the sign bit when a text ends in it. */
  readonly next: Int32Array
  /** Of a state: the nearest on its way of suffixes in which a text ends, itself first; 0 for none. */
  readonly found: Uint32Array
  /** The same beyond this state. */
  readonly shorter: Uint32Array
  readonly ids: readonly (readonly number[] | undefined)[]
}

export type Scan = (value: string, take: (id: number) => void) => void

const signBit = 0x80000000 | 0
const stateBits = 0x7fffffff

/** Throws RangeError beyond 2^31 cells (some hundreds of thousands of texts). */
export function textAutomaton(entries: readonly TextEntry[]): Scan {
  const tables = build(entries)
  return (value, take) => scan(tables, value, take)
}

function scan(tables: Tables, value: string, take: (id: number) => void): void {
  const { classes, next } = tables
  let state = 0
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    const cell = next[state + (classes[Math.min(code, 128)] ?? 0)] ?? 0
    state = cell & stateBits
    if (cell < 0) tell(tables, state, take)
  }
}

function tell({ width, found, shorter, ids }: Tables, state: number, take: (id: number) => void): void {
  let at = found[state / width] ?? 0
  while (at > 0) {
    const known = ids[at]
    if (known !== undefined) for (const id of known) take(id)
    at = shorter[at] ?? 0
  }
}

function build(entries: readonly TextEntry[]): Tables {
  const classes = new Uint8Array(129)
  let width = 1
  for (const { text } of entries) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (classes[code] === 0) classes[code] = width++
    }
  }
  const { children, ids } = trie(entries, classes)
  const count = children.length
  if (count * width > stateBits) throw new RangeError('the rules have too many texts for one index')
  const next = new Int32Array(count * width)
  const suffix = new Uint32Array(count)
  const found = new Uint32Array(count)
  const shorter = new Uint32Array(count)
  const queue = [0]
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0
    const back = suffix[state] ?? 0
    if (state !== 0) {
      next.copyWithin(state * width, back * width, back * width + width)
      shorter[state] = found[back] ?? 0
      found[state] = ids[state] === undefined ? (shorter[state] ?? 0) : state
    }
    for (const [of, child] of children[state] ?? []) {
      suffix[child] = state === 0 ? 0 : (next[state * width + of] ?? 0)
      next[state * width + of] = child
      queue.push(child)
    }
  }
  for (const [cell, state] of next.entries()) {
    next[cell] = (state * width) | ((found[state] ?? 0) > 0 ? signBit : 0)
  }
  return { classes, width, next, found, shorter, ids }
}

function trie(
  entries: readonly TextEntry[],
  classes: Uint8Array,
): { children: Map<number, number>[]; ids: (number[] | undefined)[] } {
  const children = [new Map<number, number>()]
  const ids: (number[] | undefined)[] = [undefined]
  for (const { text, id } of entries) {
    let state = 0
    for (let i = 0; i < text.length; i++) {
      const of = classes[text.charCodeAt(i)] ?? 0
      let child = children[state]?.get(of)
      if (child === undefined) {
        child = children.push(new Map<number, number>()) - 1
        ids.push(undefined)
        children[state]?.set(of, child)
      }
      state = child
    }
    const known = ids[state]
    if (known === undefined) ids[state] = [id]
    else if (known.at(-1) !== id) known.push(id)
  }
  return { children, ids }
}
