// What a pattern matches by its definition: every place is tried, nothing is clever. The measure for the matcher.

import type { Pattern, TextPattern } from '../../src/engine/matcher/pattern.ts'
import { has } from '../../src/engine/matcher/regex/byte-set.ts'
import type { Tree } from '../../src/engine/matcher/regex/tree.ts'

export interface Place {
  readonly start: number
  readonly end: number
}

/** All possible matches; several may have the same start. */
export function everyMatch(pattern: Pattern, bytes: Uint8Array): Place[] {
  if (pattern.kind === 'text') return textMatches(pattern, bytes)
  const widths = [...(pattern.ascii || !pattern.wide ? [1] : []), ...(pattern.wide ? [2] : [])]
  return widths.flatMap((width) => {
    const ends = new Ends(bytes, width)
    return Array.from(bytes, (_, start) => start).flatMap((start) =>
      [...ends.of(pattern.tree, start)]
        .filter((end) => !pattern.fullword || isWord(bytes, { start, end }, { wide: width === 2, key: 0 }))
        .map((end) => ({ start, end })),
    )
  })
}

/** One match for each start: the longest of a greedy pattern, else the shortest. */
export function reportedMatches(pattern: Pattern, bytes: Uint8Array): Place[] {
  const greedy = pattern.kind === 'tree' && pattern.greedy
  const best = new Map<number, number>()
  for (const { start, end } of everyMatch(pattern, bytes)) {
    const known = best.get(start)
    if (known === undefined || (greedy ? end > known : end < known)) best.set(start, end)
  }
  return [...best].map(([start, end]) => ({ start, end })).toSorted((left, right) => left.start - right.start)
}

function textMatches(pattern: TextPattern, bytes: Uint8Array): Place[] {
  const { base64, xor, nocase, fullword } = pattern
  const forms = [
    ...(pattern.ascii || !pattern.wide ? [{ form: [...pattern.bytes], wide: false }] : []),
    ...(pattern.wide ? [{ form: [...pattern.bytes].flatMap((byte) => [byte, 0]), wide: true }] : []),
  ]
  const found: Place[] = []
  if (base64 !== undefined) {
    const cores = base64.flatMap(({ alphabet, wide }) =>
      forms.flatMap(({ form }) =>
        [0, 1, 2].map((phase) => {
          const core = certainCharacters(form, phase, alphabet)
          return wide ? core.flatMap((character) => [character, 0]) : core
        }),
      ),
    )
    for (const core of cores) found.push(...occurrences(core, bytes, (here, wanted) => here === wanted))
    return found
  }
  const { least, most } = xor ?? { least: 0, most: 0 }
  for (const { form, wide } of forms) {
    for (let key = least; key <= most; key++) {
      const places = occurrences(form, bytes, (here, wanted) =>
        nocase ? folded(here) === folded(wanted) : here === (wanted ^ key),
      )
      found.push(...places.filter((place) => !fullword || isWord(bytes, place, { wide, key })))
    }
  }
  return found
}

function occurrences(
  wanted: readonly number[],
  bytes: Uint8Array,
  same: (here: number, wanted: number) => boolean,
): Place[] {
  const places: Place[] = []
  for (let start = 0; start + wanted.length <= bytes.length; start++) {
    if (wanted.every((byte, index) => same(bytes[start + index] ?? -1, byte))) {
      places.push({ start, end: start + wanted.length })
    }
  }
  return places
}

function folded(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte
}

const usual = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Characters that are the same whatever stands before (`phase` bytes) and after the text. */
function certainCharacters(form: readonly number[], phase: number, alphabet: Uint8Array): number[] {
  const [zeros = '', ones = ''] = [0x00, 0xff].map((filler) => {
    const filled = [...Array<number>(phase).fill(filler), ...form, ...Array<number>(3).fill(filler)]
    return Buffer.from(filled).toString('base64')
  })
  return Array.from({ length: zeros.length }, (_, index) => index)
    .filter((index) => zeros[index] === ones[index] && zeros[index] !== '=')
    .map((index) => alphabet[usual.indexOf(zeros.charAt(index))] ?? 0)
}

/** Every end of a match of a tree that begins at a place; each is worked out once. */
class Ends {
  readonly #bytes: Uint8Array
  readonly #width: number
  readonly #known = new Map<Tree, Map<number, ReadonlySet<number>>>()

  /** In wide text (`width` 2) each byte is followed by a zero. */
  constructor(bytes: Uint8Array, width: number) {
    this.#bytes = bytes
    this.#width = width
  }

  of(tree: Tree, from: number): ReadonlySet<number> {
    const known = this.#known.get(tree) ?? new Map<number, ReadonlySet<number>>()
    this.#known.set(tree, known)
    const ends = known.get(from) ?? this.#workOut(tree, from)
    known.set(from, ends)
    return ends
  }

  #workOut(tree: Tree, from: number): ReadonlySet<number> {
    switch (tree.kind) {
      case 'bytes': {
        let at = from
        for (const byte of tree.bytes) {
          const [end] = this.#endsOfByte(at, (here) => here === byte)
          if (end === undefined) return new Set()
          at = end
        }
        return new Set([at])
      }
      case 'class':
        return new Set(this.#endsOfByte(from, (here) => has(tree.set, here)))
      case 'concat': {
        let ends: ReadonlySet<number> = new Set([from])
        for (const item of tree.items) ends = this.#further(item, ends)
        return ends
      }
      case 'either':
        return new Set(tree.items.flatMap((item) => [...this.of(item, from)]))
      case 'repeat':
        return this.#repeated(tree, from)
      case 'assert':
        throw new Error('assertions are tested with the machine')
    }
  }

  #repeated({ item, least, most }: Extract<Tree, { kind: 'repeat' }>, from: number): ReadonlySet<number> {
    let ends: ReadonlySet<number> = new Set([from])
    for (let count = 0; count < least; count++) ends = this.#further(item, ends)
    const all = new Set(ends)
    // An end that is reached again later leads nowhere that it did not lead to before.
    for (let count = least; count < most && ends.size > 0; count++) {
      ends = new Set([...this.#further(item, ends)].filter((end) => !all.has(end)))
      for (const end of ends) all.add(end)
    }
    return all
  }

  #further(item: Tree, ends: ReadonlySet<number>): ReadonlySet<number> {
    return new Set([...ends].flatMap((end) => [...this.of(item, end)]))
  }

  #endsOfByte(at: number, is: (byte: number) => boolean): number[] {
    const here = this.#bytes[at]
    if (here === undefined || !is(here)) return []
    if (this.#width === 1) return [at + 1]
    return this.#bytes[at + 1] === 0 ? [at + 2] : []
  }
}

function isWord(
  bytes: Uint8Array,
  { start, end }: Place,
  { wide, key }: { wide: boolean; key: number },
): boolean {
  const character = (at: number): string => {
    const byte = bytes[at]
    return byte === undefined ? '' : String.fromCharCode(byte ^ key)
  }
  const isLetter = (at: number): boolean => /^[0-9A-Za-z]$/.test(character(at))
  if (!wide) return !isLetter(start - 1) && !isLetter(end)
  const zero = (at: number): boolean => character(at) === '\0'
  return !(isLetter(start - 2) && zero(start - 1)) && !(isLetter(end) && zero(end + 1))
}
