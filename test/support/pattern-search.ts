// Patterns as tests write them, compiled and searched for in one step.

import { Image } from '../../src/engine/image.ts'
import { Budget, defaultLimits } from '../../src/engine/limits.ts'
import { MatcherBuilder, type PatternUse } from '../../src/engine/matcher/compile/builder.ts'
import type { HitList } from '../../src/engine/matcher/hit-list.ts'
import { Matcher } from '../../src/engine/matcher/matcher.ts'
import type { Pattern, TextPattern, TreePattern } from '../../src/engine/matcher/pattern.ts'
import { parseHex } from '../../src/engine/matcher/regex/parse-hex.ts'
import { parseRegex } from '../../src/engine/matcher/regex/parse-regex.ts'
import { profileOf } from '../../src/engine/profiles.ts'

export const usualAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function text(value: string, more: Partial<TextPattern> = {}): TextPattern {
  const bytes = new Uint8Array(Buffer.from(value, 'latin1'))
  return { kind: 'text', bytes, nocase: false, ascii: true, wide: false, fullword: false, ...more }
}

export function base64(
  value: string,
  { alphabet = usualAlphabet, ...more }: Partial<TextPattern> & { alphabet?: string } = {},
): TextPattern {
  const variant = { alphabet: new Uint8Array(Buffer.from(alphabet, 'latin1')), wide: false }
  return text(value, { base64: [variant], ...more })
}

/** A hex string's body. */
export function hex(body: string): TreePattern {
  return { kind: 'tree', tree: parseHex(body), ascii: true, wide: false, fullword: false, greedy: false }
}

export function regex(source: string, more: Partial<TreePattern> & { flags?: string } = {}): TreePattern {
  const { flags = '', ...others } = more
  const { tree, greedy } = parseRegex(source, flags)
  return { kind: 'tree', tree, ascii: true, wide: false, fullword: false, greedy, ...others }
}

export const everyProfile = 0xffff

/** Used where it matters nowhere and only once: every match counts. */
export const anywhere: PatternUse = { profiles: everyProfile, existence: false }

export interface Wanted {
  readonly pattern: Pattern
  readonly use?: PatternUse
}

export function imageOf(wanted: readonly (Pattern | Wanted)[]): Image {
  const builder = new MatcherBuilder()
  for (const entry of wanted) {
    const { pattern, use = anywhere } = 'kind' in entry ? { pattern: entry } : entry
    builder.add(pattern, use)
  }
  return Image.of(builder.build())
}

export interface SearchOptions {
  readonly all?: boolean
  readonly profile?: number
  readonly budget?: Budget
}

/** `offset+length` of each match of one pattern. */
export function placesOf(hits: HitList, pattern: number): string[] {
  return Array.from(
    { length: hits.count(pattern) },
    (_, index) => `${hits.start(pattern, index)}+${hits.length(pattern, index)}`,
  )
}

export function run(matcher: Matcher, bytes: Uint8Array, options: SearchOptions = {}): HitList {
  const { all = true, profile = profileOf(bytes), budget = new Budget(defaultLimits) } = options
  return matcher.run({ bytes, profile, all, budget })
}

/** The matches of each pattern in the bytes, `all` of them unless said otherwise. */
export function find(
  wanted: readonly (Pattern | Wanted)[],
  bytes: Uint8Array | string,
  options: SearchOptions = {},
): string[][] {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
  const hits = run(new Matcher(imageOf(wanted)), data, options)
  return wanted.map((_, pattern) => placesOf(hits, pattern))
}

/** The same for one pattern. */
export function findOne(pattern: Pattern, bytes: Uint8Array | string, options: SearchOptions = {}): string[] {
  return find([pattern], bytes, options)[0] ?? []
}
