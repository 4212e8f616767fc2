// Globs over absolute paths, as exclusions use them: `*` and `?` within a name, `[abc]`, `[!a-z]`, `{a,b}`, and `**` for
// any number of folders. Unlike a shell's, `*` also matches names that begin with a dot, because hidden files are
// ordinary to us. Matching is by dynamic programming, never by backtracking: paths are chosen by attackers.

/** Answers whether any glob of the set matches a path. */
export interface GlobSet {
  /** A glob without `/` is compared with the last name only. */
  matches(path: string): boolean
}

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'set'; readonly test: (char: string) => boolean }
type Segment = '**' | readonly Token[]

/** Alternatives that braces of one glob may expand to. */
const maxAlternatives = 256

/** Throws RangeError when braces expand to more than 256 globs. */
export function compileGlobs(globs: readonly string[]): GlobSet {
  const compiled = globs.flatMap((glob) => expandBraces(glob)).map((glob) => compile(glob))
  return { matches: (path) => compiled.some((glob) => glob(path)) }
}

function compile(glob: string): (path: string) => boolean {
  if (!glob.includes('/')) {
    const tokens = tokenize(glob)
    return (path) => matchName(tokens, Array.from(path.slice(path.lastIndexOf('/') + 1)))
  }
  const segments = glob.split('/').map((part): Segment => (part === '**' ? '**' : tokenize(part)))
  return (path) =>
    matchSegments(
      segments,
      path.split('/').map((name) => Array.from(name)),
    )
}

function matchSegments(segments: readonly Segment[], names: readonly (readonly string[])[]): boolean {
  // reach[i]: the first i names can be used up by the segments so far.
  let reach: boolean[] = [true, ...names.map(() => false)]
  for (const segment of segments) {
    const next: boolean[] = reach.map(() => false)
    for (let i = 0; i < reach.length; i++) {
      if (segment === '**') next[i] = reach[i] === true || (i > 0 && next[i - 1] === true)
      else if (i > 0) next[i] = reach[i - 1] === true && matchName(segment, names[i - 1] ?? [])
    }
    reach = next
  }
  return reach[names.length] === true
}

function matchName(tokens: readonly Token[], name: readonly string[]): boolean {
  let reach: boolean[] = [true, ...name.map(() => false)]
  for (const token of tokens) {
    const next: boolean[] = reach.map(() => false)
    for (let i = 0; i < reach.length; i++) {
      if (token.kind === 'any') next[i] = reach[i] === true || (i > 0 && next[i - 1] === true)
      else if (i > 0) {
        next[i] = reach[i - 1] === true && (token.kind === 'one' || token.test(name[i - 1] ?? ''))
      }
    }
    reach = next
  }
  return reach[name.length] === true
}

function tokenize(part: string): Token[] {
  const tokens: Token[] = []
  const chars = Array.from(part)
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? ''
    const end = char === '[' ? chars.indexOf(']', i + 2) : -1
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'any') tokens.push({ kind: 'any' })
    } else if (char === '?') tokens.push({ kind: 'one' })
    else if (end > 0) {
      tokens.push({ kind: 'set', test: characterSet(chars.slice(i + 1, end)) })
      i = end
    } else {
      const literal = char === '\\' && i + 1 < chars.length ? (chars[++i] ?? '') : char
      tokens.push({ kind: 'set', test: (other) => other === literal })
    }
  }
  return tokens
}

function characterSet(chars: readonly string[]): (char: string) => boolean {
  const negated = chars[0] === '!' || chars[0] === '^'
  const body = negated ? chars.slice(1) : chars
  const ranges: [string, string][] = []
  for (let i = 0; i < body.length; i++) {
    const from = body[i] ?? ''
    const isRange = body[i + 1] === '-' && i + 2 < body.length
    ranges.push([from, isRange ? (body[i + 2] ?? from) : from])
    if (isRange) i += 2
  }
  return (char) => ranges.some(([from, to]) => char >= from && char <= to) !== negated
}

function expandBraces(glob: string): string[] {
  const done: string[] = []
  const open = [glob]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    // The innermost group first: one without braces inside.
    const group = /(?<!\\)\{([^{}]*,[^{}]*)\}/.exec(one)
    if (group === null) done.push(one)
    else {
      const [whole, inside = ''] = group
      for (const choice of inside.split(',')) {
        open.push(one.slice(0, group.index) + choice + one.slice(group.index + whole.length))
      }
    }
    if (done.length + open.length > maxAlternatives) {
      throw new RangeError(`the glob ${glob} stands for more than ${maxAlternatives} globs`)
    }
  }
  return done
}
