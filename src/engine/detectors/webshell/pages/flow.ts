// Which names of a page carry the request's data: statement by statement, until nothing changes, without order.
// Coarse on purpose: a page is small, and what it may do with the data is judged by the sinks.

import { closing, maxStretch, word, type Words } from './words.ts'

export interface Sources {
  /** A name that is the request's data wherever it stands: `Request`. */
  readonly names: ReadonlySet<string>
  /** `name.method` pairs: `request.getParameter`; the method alone, after any object. */
  readonly methods: ReadonlySet<string>
  /** Calls whose result says little about their arguments. */
  readonly cleaners: ReadonlySet<string>
}

export interface Flow {
  /** Does the stretch of words carry the request's data? Says by what. */
  carries(from: number, to: number): string | undefined
}

const maxRounds = 6

export function followRequest(words: Words, sources: Sources): Flow {
  const tainted = new Map<string, string>()
  const carries = (from: number, to: number): string | undefined =>
    carried(words, { from, to }, sources, tainted)
  for (let round = 0; round < maxRounds; round++) {
    const before = tainted.size
    spread(words, carries, tainted)
    if (tainted.size === before) break
  }
  return { carries }
}

interface Stretch {
  readonly from: number
  readonly to: number
}

function carried(
  { kinds, values }: Words,
  { from, to }: Stretch,
  sources: Sources,
  tainted: ReadonlyMap<string, string>,
): string | undefined {
  const stop = Math.min(to, from + maxStretch)
  for (let at = from; at < stop; at++) {
    if (kinds[at] !== word.name) continue
    const name = values[at]!
    if (sources.cleaners.has(name) && values[at + 1] === '(' && values[at - 2] !== 'IPAddress') {
      at = closing(values, at + 1, stop)
      continue
    }
    // Only asked, not used: `x.equals(…)`, `x.length`.
    if (values[at + 1] === '.' && sources.cleaners.has(values[at + 2] ?? '')) continue
    if (values[at - 1] === '.') {
      if (sources.methods.has(name)) return name
      continue
    }
    if (sources.names.has(name)) return name
    const by = tainted.get(name)
    if (by !== undefined) return by === name ? name : `${name} (${by})`.slice(0, 60)
  }
  return undefined
}

function isEnd(words: Words, at: number): boolean {
  const kind = words.kinds[at]
  if (kind === word.line) return true
  const value = words.values[at]
  return kind === word.mark && (value === ';' || value === '{' || value === '}')
}

function spread(
  words: Words,
  carries: (from: number, to: number) => string | undefined,
  tainted: Map<string, string>,
): void {
  const { kinds, values } = words
  for (let start = 0; start < kinds.length;) {
    let end = start
    while (end < kinds.length && !isEnd(words, end)) end++
    statement(words, { from: start, to: end }, carries, tainted)
    start = end + 1
  }
  void values
}

const adding = new Set([
  'append',
  'put',
  'add',
  'write',
  'push',
  'insert',
  'addElement',
  'read',
  'setAttribute',
  'concat',
  'update',
])

function statement(
  words: Words,
  { from, to }: Stretch,
  carries: (from: number, to: number) => string | undefined,
  tainted: Map<string, string>,
): void {
  const { kinds, values } = words
  for (let at = from; at < to; at++) {
    const value = values[at]
    if (kinds[at] === word.mark && value === '=' && isAssignment(values, at)) {
      const by = carries(at + 1, to)
      const target = by === undefined ? undefined : targetOf(words, at, from)
      if (target !== undefined && !tainted.has(target)) tainted.set(target, by!)
    } else if (kinds[at] === word.name && values[at + 1] === '(')
      call(words, at, { from, to }, { carries, tainted })
    else if (kinds[at] === word.name && (value === 'in' || value === 'In') && at > from)
      forEach(words, at, to, { carries, tainted })
    else if (kinds[at] === word.mark && value === ':' && kinds[at - 1] === word.name)
      forEach(words, at, to, { carries, tainted })
  }
}

function isAssignment(values: readonly string[], at: number): boolean {
  const [before, after] = [values[at - 1], values[at + 1]]
  return after !== '=' && before !== '=' && before !== '!' && before !== '<' && before !== '>'
}

interface Spreading {
  readonly carries: (from: number, to: number) => string | undefined
  readonly tainted: Map<string, string>
}

/** `for (String s : values)`, `for each s in values`. */
function forEach({ values, kinds }: Words, at: number, to: number, { carries, tainted }: Spreading): void {
  if (kinds[at - 1] !== word.name) return
  const by = carries(at + 1, Math.min(to, at + 20))
  const name = values[at - 1]!
  if (by !== undefined && !tainted.has(name)) tainted.set(name, by)
}

/** The variable (not its index or field) in front of `=`. */
function targetOf({ kinds, values }: Words, at: number, from: number): string | undefined {
  let here = at - 1
  if (kinds[here] === word.mark && '+-&|^'.includes(values[here]!)) here--
  while (here > from && (values[here] === ')' || values[here] === ']')) {
    let depth = 0
    for (; here > from; here--) {
      if (values[here] === ')' || values[here] === ']') depth++
      else if ((values[here] === '(' || values[here] === '[') && --depth === 0) break
    }
    here--
  }
  if (kinds[here] !== word.name) return undefined
  while (here - 2 >= from && values[here - 1] === '.' && kinds[here - 2] === word.name) here -= 2
  return values[here]
}

/** `builder.append(data)` taints the builder; `f(data)` the parameter of a function of the page. */
function call(words: Words, at: number, { from, to }: Stretch, { carries, tainted }: Spreading): void {
  const { kinds, values } = words
  const end = closing(values, at + 1, to)
  const name = values[at]!
  if (values[at - 1] === '.') {
    if (reading.has(name)) readInto(words, { at, from, end }, { carries, tainted })
    if (!adding.has(name)) return passOn(words, { at, end }, { carries, tainted })
    // `builder.append("a").append(data)`: the statement's first name is the builder.
    const object = kinds[at - 2] === word.name ? values[at - 2]! : firstName(words, from, at)
    if (object === undefined || tainted.has(object)) return
    const by = carries(at + 2, end)
    if (by !== undefined && object !== 'out' && object !== 'response') tainted.set(object, by)
    return undefined
  }
  return passOn(words, { at, end }, { carries, tainted })
}

const reading = new Set(['read', 'readFully', 'Read', 'readNBytes'])

/** `stream.read(buffer)` of a stream of the request fills the buffer with it. */
function readInto(
  { kinds, values }: Words,
  { at, from, end }: { at: number; from: number; end: number },
  { carries, tainted }: Spreading,
): void {
  const buffer = values[at + 2]
  if (at + 2 >= end || kinds[at + 2] !== word.name || buffer === undefined || tainted.has(buffer)) return
  const by = carries(from, at)
  if (by !== undefined) tainted.set(buffer, by)
}

/** What a function of the page is called with reaches its parameters. */
function passOn(
  words: Words,
  { at, end }: { at: number; end: number },
  { carries, tainted }: Spreading,
): void {
  const { values } = words
  const parameters = declared(words, values[at]!)
  if (parameters === undefined) return
  let start = at + 2
  let depth = 0
  let index = 0
  for (let here = at + 2; here <= end; here++) {
    const value = values[here]
    if (value === '(' || value === '[') depth++
    else if (value === ')' || value === ']') depth--
    if (here !== end && !(value === ',' && depth === 0)) continue
    const parameter = parameters[index++]
    const by = parameter === undefined || tainted.has(parameter) ? undefined : carries(start, here)
    if (by !== undefined) tainted.set(parameter!, by)
    start = here + 1
  }
}

function firstName({ kinds, values }: Words, from: number, to: number): string | undefined {
  for (let at = from; at < to; at++) if (kinds[at] === word.name && values[at + 1] === '.') return values[at]
  return undefined
}

let declaredIn: Words | undefined
const declarations = new Map<string, readonly string[]>()

/** The parameters of a function that the page declares. */
function declared(words: Words, name: string): readonly string[] | undefined {
  if (declaredIn !== words) {
    declaredIn = words
    declarations.clear()
    collect(words)
  }
  return declarations.get(name)
}

function collect({ kinds, values }: Words): void {
  for (let at = 1; at < kinds.length - 1; at++) {
    if (kinds[at] !== word.name || values[at + 1] !== '(' || kinds[at - 1] !== word.name) continue
    const before = values[at - 1]!
    if (/^(?:new|return|else|throw|and|or|not|if|call|set|then|in|is)$/i.test(before)) continue
    const end = closing(values, at + 1, Math.min(kinds.length, at + 200))
    const parameters: string[] = []
    for (let here = at + 2; here <= end; here++) {
      const isLast = values[here] === ',' || here === end
      if (!isLast) continue
      let nameAt = here - 1
      // `name As String`, `name : String`.
      if (values[nameAt - 1]?.toLowerCase() === 'as' || values[nameAt - 1] === ':') nameAt -= 2
      while (values[nameAt] === ']' || values[nameAt] === '[') nameAt--
      parameters.push(kinds[nameAt] === word.name ? values[nameAt]! : '')
    }
    if (!declarations.has(values[at]!)) declarations.set(values[at]!, parameters)
  }
}
