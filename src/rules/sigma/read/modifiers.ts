// The modifiers behind a field's name (appendix of the specification, 2.1.0): what each asks of the values.

import type { Order, TimePart } from '../rule.ts'
import { encodings, type Encoding } from '../values/encodings.ts'
import { timeParts } from '../values/time-part.ts'

/** What is compared, and how; `text` unless a modifier says otherwise. */
export type Comparison = 'text' | 're' | 'cidr' | 'exists' | 'fieldref' | Order

export interface Modifiers {
  readonly comparison: Comparison
  readonly at: 'whole' | 'start' | 'end' | 'anywhere'
  readonly all: boolean
  readonly cased: boolean
  readonly negated: boolean
  readonly expand: boolean
  readonly anyDash: boolean
  /** In this order. */
  readonly encodings: readonly Encoding[]
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly part?: TimePart
}

type Writable = { -readonly [K in keyof Modifiers]: Modifiers[K] }

type Change = (modifiers: Writable) => void

const changes: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['contains', (to) => (to.at = 'anywhere')],
  ['startswith', (to) => (to.at = 'start')],
  ['endswith', (to) => (to.at = 'end')],
  ['all', (to) => (to.all = true)],
  ['cased', (to) => (to.cased = true)],
  ['neq', (to) => (to.negated = true)],
  ['expand', (to) => (to.expand = true)],
  ['windash', (to) => (to.anyDash = true)],
  ['i', (to) => (to.ignoreCase = true)],
  ['m', (to) => (to.multiline = true)],
  ['s', (to) => (to.dotAll = true)],
  ...(['re', 'cidr', 'exists', 'fieldref', 'lt', 'lte', 'gt', 'gte'] as const).map(
    (name): [string, Change] => [name, (to) => compareBy(to, name)],
  ),
  ...encodings.map((name): [string, Change] => [name, (to) => (to.encodings = [...to.encodings, name])]),
  ...timeParts.map((name): [string, Change] => [name, (to) => (to.part = name)]),
])

function compareBy(to: Writable, comparison: Comparison): void {
  if (to.comparison !== 'text')
    throw new RangeError(`\`${to.comparison}\` and \`${comparison}\` exclude each other`)
  to.comparison = comparison
}

/** Throws RangeError with one sentence. */
export function readModifiers(names: readonly string[]): Modifiers {
  const modifiers: Writable = {
    comparison: 'text',
    at: 'whole',
    all: false,
    cased: false,
    negated: false,
    expand: false,
    anyDash: false,
    encodings: [],
    ignoreCase: false,
    multiline: false,
    dotAll: false,
  }
  for (const [i, name] of names.entries()) {
    const change = changes.get(name)
    if (change === undefined) throw new RangeError(unknown(name))
    if (/^[ims]$/.test(name) && !names.slice(0, i).includes('re')) {
      throw new RangeError(`\`${name}\` is a flag of \`re\` and stands behind it`)
    }
    if (names.indexOf(name) !== i) throw new RangeError(`\`${name}\` stands there twice`)
    change(modifiers)
  }
  check(modifiers)
  return modifiers
}

function unknown(name: string): string {
  return name === '' ? 'a modifier is missing between two `|`' : `there is no modifier \`${name}\``
}

function check({ comparison, at, anyDash, encodings: encoded, ignoreCase, cased, part }: Modifiers): void {
  const isText = comparison === 'text'
  if (!isText && (anyDash || encoded.length > 0)) {
    throw new RangeError(`encodings and \`windash\` do not go with \`${comparison}\``)
  }
  if (at !== 'whole' && !isText && comparison !== 're' && comparison !== 'fieldref') {
    throw new RangeError(`\`contains\`, \`startswith\` and \`endswith\` do not go with \`${comparison}\``)
  }
  if (ignoreCase && cased) throw new RangeError('`i` and `cased` exclude each other')
  const isNumeric = isText || /^[lg]te?$/.test(comparison)
  if (part !== undefined && (!isNumeric || at !== 'whole')) {
    throw new RangeError(`\`${part}\` is a number: only lt, lte, gt, gte and neq go with it`)
  }
}
