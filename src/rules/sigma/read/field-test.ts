// One line of a selection, `Field|modifier|…: values`, as comparisons.

import type { FieldTest, Match } from '../rule.ts'
import { encode } from '../values/encodings.ts'
import { parseNetwork } from '../../../base/network.ts'
import {
  lowered,
  opened,
  type Pattern,
  plainPattern,
  plainText,
  readPattern,
  withAnyDash,
} from '../values/pattern.ts'
import { safeRegex } from '../regex/safe-regex.ts'
import { type Path, RuleFault, type Warn } from './fault.ts'
import { type Modifiers, readModifiers } from './modifiers.ts'

export interface ReadingContext {
  /** Values of `%name%`. */
  readonly placeholders: ReadonlyMap<string, readonly string[]>
  readonly warn: Warn
  /** Placeholders that have no values. */
  readonly unresolved: Set<string>
}

const maxValues = 20_000
const maxValueLength = 32_768

/** `key` is empty for a keyword. Throws RuleFault. */
export function readFieldTest(key: string, given: unknown, path: Path, context: ReadingContext): FieldTest {
  const [field = '', ...names] = key.split('|')
  const modifiers = guarded(path, () => readModifiers(names))
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0) throw new RuleFault(path, 'a list of values is empty')
  if (list.length > maxValues) throw new RuleFault(path, 'a list has too many values')
  if (modifiers.all && list.length === 1) context.warn(path, '`all` has no effect on a single value')
  const values = list.map((value, i) => {
    const place = Array.isArray(given) ? [...path, i] : path
    return guarded(place, () => readValue(value, { modifiers, isKeyword: field === '', place, context }))
  })
  return {
    kind: 'field',
    field,
    ...(modifiers.part === undefined ? {} : { part: modifiers.part }),
    values,
    all: modifiers.all,
    negated: modifiers.negated,
    key: key === '' ? 'keywords' : key,
    written: list.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  }
}

function guarded<T>(path: Path, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new RuleFault(path, thrown.message)
    throw thrown
  }
}

interface ValueContext {
  readonly modifiers: Modifiers
  readonly isKeyword: boolean
  readonly place: Path
  readonly context: ReadingContext
}

function readValue(value: unknown, given: ValueContext): Match[] {
  const { comparison } = given.modifiers
  switch (comparison) {
    case 'exists':
      if (typeof value !== 'boolean') throw new RangeError('`exists` takes true or false')
      return [{ op: 'exists', expected: value }]
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) {
        throw new RangeError(`\`${comparison}\` takes a number`)
      }
      return [{ op: comparison, number }]
    }
    case 'text':
    case 're':
    case 'cidr':
    case 'fieldref':
      return readTextValue(value, given)
  }
}

function readTextValue(value: unknown, given: ValueContext): Match[] {
  const { modifiers, isKeyword } = given
  if (value === null) {
    if (modifiers.comparison !== 'text' || isKeyword) throw new RangeError('null is no value for this')
    return [{ op: 'null' }]
  }
  if (typeof value === 'number' && isKeyword) return [{ op: 'word', text: String(value) }]
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new RangeError('a value is a text, a number, true, false or null')
  }
  const text = String(value)
  if (text.length > maxValueLength) throw new RangeError('a value is too long')
  return expanded(text, given).flatMap((one) => comparisonsOf(one, given))
}

function comparisonsOf(text: string, given: ValueContext): Match[] {
  const { modifiers } = given
  switch (modifiers.comparison) {
    case 're':
      return [{ op: 'regex', regex: safeRegex(anchored(text, modifiers.at), modifiers) }]
    case 'cidr': {
      const network = parseNetwork(text.trim())
      if (network === undefined) throw new RangeError(`\`${text}\` is no network`)
      return [{ op: 'cidr', network }]
    }
    case 'fieldref':
      return [{ op: 'field', other: text, at: modifiers.at, cased: modifiers.cased }]
    default:
      return encoded(readPattern(text), modifiers).map((pattern) => textMatch(pattern, given))
  }
}

function textMatch(pattern: Pattern, { modifiers, isKeyword, place, context }: ValueContext): Match {
  const isAnywhere = modifiers.at === 'anywhere' || (isKeyword && modifiers.at === 'whole')
  const whole = modifiers.anyDash ? withAnyDash(pattern) : pattern
  if (modifiers.at === 'anywhere' && whole.runs.length === 0)
    context.warn(place, 'this holds for every value')
  const placed = opened(whole, {
    start: isAnywhere || modifiers.at === 'end',
    end: isAnywhere || modifiers.at === 'start',
  })
  return { op: 'text', pattern: modifiers.cased ? placed : lowered(placed), cased: modifiers.cased }
}

function anchored(source: string, at: Modifiers['at']): string {
  if (at === 'start') return `^(?:${source})`
  return at === 'end' ? `(?:${source})$` : source
}

function encoded(pattern: Pattern, { encodings }: Modifiers): Pattern[] {
  if (encodings.length === 0) return [pattern]
  const text = plainText(pattern)
  if (text === undefined) throw new RangeError('a value with wildcards cannot be encoded')
  let forms: Buffer[] = [Buffer.from(text)]
  for (const encoding of encodings) forms = forms.flatMap((form) => encode(form, encoding))
  return forms.map((form) => plainPattern(form.toString('latin1')))
}

const maxExpansions = 10_000

function expanded(text: string, { modifiers, context }: ValueContext): string[] {
  if (!modifiers.expand) return [text]
  let forms = ['']
  let from = 0
  for (const found of text.matchAll(/(?<!\\)%([^%\s]+)%/g)) {
    const [whole, name = ''] = found
    const values = context.placeholders.get(name) ?? []
    if (values.length === 0) context.unresolved.add(name)
    const before = text.slice(from, found.index)
    forms = forms.flatMap((form) => values.map((value) => form + before + value))
    if (forms.length > maxExpansions) throw new RangeError('the placeholders have too many combinations')
    from = found.index + whole.length
  }
  return forms.map((form) => form + text.slice(from))
}
