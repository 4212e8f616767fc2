// A Sigma value as text with wildcards: `*` any characters, `?` one character, `\` takes their meaning away. Matching
// goes left to right without backtracking over earlier parts, so its time is at most value × pattern.

/** Inside a run: any one character, and any character that Windows programs take for a dash. */
const oneCharacter = -1
const anyDash = -2
const dashes = '-/\u2013\u2014\u2015'

/** Characters that follow each other: codes, or the two wildcards above. */
interface Run {
  readonly codes: readonly number[]
  /** The longest part without wildcards, and where it begins. */
  readonly anchor: string
  readonly anchorAt: number
  readonly isPlain: boolean
}

export interface Pattern {
  /** Separated by `*`. */
  readonly runs: readonly Run[]
  readonly opensAtStart: boolean
  readonly opensAtEnd: boolean
}

export type TextTest = (text: string) => boolean

/** Reads a value with its wildcards and escapes. */
export function readPattern(value: string): Pattern {
  const runs: number[][] = [[]]
  for (let i = 0; i < value.length; i++) {
    const char = value[i] ?? ''
    const next = value[i + 1] ?? ''
    const run = runs.at(-1) ?? []
    if (char === '\\' && next !== '' && '*?\\'.includes(next)) {
      run.push(next.charCodeAt(0))
      i++
    } else if (char === '*') runs.push([])
    else run.push(char === '?' ? oneCharacter : char.charCodeAt(0))
  }
  return patternOf(runs, value)
}

/** Text without any wildcard. */
export function plainPattern(text: string): Pattern {
  return { runs: [runOf(codesOf(text))], opensAtStart: false, opensAtEnd: false }
}

/** The text of a pattern without wildcards; undefined when there are some. */
export function plainText(pattern: Pattern): string | undefined {
  const [run] = pattern.runs
  if (isOpen(pattern) || pattern.runs.length > 1) return undefined
  if (run === undefined) return ''
  return run.isPlain ? run.anchor : undefined
}

function isOpen(pattern: Pattern): boolean {
  return pattern.opensAtStart || pattern.opensAtEnd
}

export function opened(pattern: Pattern, ends: { start: boolean; end: boolean }): Pattern {
  return {
    ...pattern,
    opensAtStart: pattern.opensAtStart || ends.start,
    opensAtEnd: pattern.opensAtEnd || ends.end,
  }
}

/** Each `-` or `/` that begins a word stands for all dashes. */
export function withAnyDash(pattern: Pattern): Pattern {
  return {
    ...pattern,
    runs: pattern.runs.map(({ codes }) =>
      runOf(
        codes.map((code, i) => {
          const isDash = code > 0 && dashes.includes(String.fromCharCode(code))
          return isDash && !isWord(codes[i - 1]) && isWord(codes[i + 1]) ? anyDash : code
        }),
      ),
    ),
  }
}

export function lowered(pattern: Pattern): Pattern {
  return {
    ...pattern,
    runs: pattern.runs.map(({ codes }) =>
      runOf(codes.flatMap((code) => (code < 0 ? code : lowerCodes(code)))),
    ),
  }
}

/** Texts of which each occurs in every value that matches. */
export function fixedTexts(pattern: Pattern): string[] {
  return pattern.runs.map(({ anchor }) => anchor).filter((anchor) => anchor !== '')
}

/** A function that answers for this pattern; exact characters, so lower both sides for the usual comparison. */
export function patternTest(pattern: Pattern): TextTest {
  const { runs, opensAtStart, opensAtEnd } = pattern
  const [first] = runs
  if (first === undefined) return isOpen(pattern) ? () => true : (text) => text === ''
  if (runs.length === 1 && first.isPlain) {
    const { anchor } = first
    if (opensAtStart && opensAtEnd) return (text) => text.includes(anchor)
    if (opensAtStart) return (text) => text.endsWith(anchor)
    if (opensAtEnd) return (text) => text.startsWith(anchor)
    return (text) => text === anchor
  }
  return (text) => matchRuns(pattern, text)
}

function matchRuns({ runs, opensAtStart, opensAtEnd }: Pattern, text: string): boolean {
  let from = 0
  for (const [i, run] of runs.entries()) {
    const isLast = i === runs.length - 1
    if (isLast && !opensAtEnd) return endsWithRun(text, run, { from, isWhole: i === 0 && !opensAtStart })
    const isFixed = i === 0 && !opensAtStart
    const at = isFixed ? startOf(text, run) : findRun(text, run, from)
    if (at < 0) return false
    from = at + run.codes.length
  }
  return true
}

function startOf(text: string, run: Run): number {
  return fits(text, run, 0) ? 0 : -1
}

function endsWithRun(text: string, run: Run, bounds: { from: number; isWhole: boolean }): boolean {
  const at = text.length - run.codes.length
  if (bounds.isWhole && at !== 0) return false
  return at >= bounds.from && fits(text, run, at)
}

function findRun(text: string, run: Run, from: number): number {
  if (run.isPlain) return text.indexOf(run.anchor, from)
  const last = text.length - run.codes.length
  for (let at = from; at <= last; at++) {
    if (run.anchor !== '') {
      const found = text.indexOf(run.anchor, at + run.anchorAt)
      if (found < 0) return -1
      at = found - run.anchorAt
      if (at > last) return -1
    }
    if (fits(text, run, at)) return at
  }
  return -1
}

function fits(text: string, { codes }: Run, at: number): boolean {
  if (at + codes.length > text.length) return false
  for (const [i, code] of codes.entries()) {
    const seen = text.charCodeAt(at + i)
    if (code === seen || code === oneCharacter) continue
    if (code !== anyDash || !dashes.includes(String.fromCharCode(seen))) return false
  }
  return true
}

function patternOf(parts: readonly number[][], value: string): Pattern {
  const runs = parts.filter((codes) => codes.length > 0).map((codes) => runOf(codes))
  const isSplit = parts.length > 1
  return {
    runs: runs.length === 0 && value === '' ? [] : runs,
    opensAtStart: isSplit && parts[0]?.length === 0,
    opensAtEnd: isSplit && parts.at(-1)?.length === 0,
  }
}

function runOf(codes: readonly number[]): Run {
  let best = { at: 0, length: 0 }
  let start = 0
  for (let i = 0; i <= codes.length; i++) {
    if (i < codes.length && (codes[i] ?? 0) >= 0) continue
    if (i - start > best.length) best = { at: start, length: i - start }
    start = i + 1
  }
  const anchor = String.fromCharCode(...codes.slice(best.at, best.at + best.length))
  return { codes, anchor, anchorAt: best.at, isPlain: best.length === codes.length }
}

function codesOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
}

// One code unit at a time: a surrogate stays as it is, as it does in a value that is lowered whole but for the few
// scripts beyond the basic plane that have two cases.
function lowerCodes(code: number): number[] {
  return codesOf(String.fromCharCode(code).toLowerCase())
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && code >= 0 && /\w/.test(String.fromCharCode(code))
}
