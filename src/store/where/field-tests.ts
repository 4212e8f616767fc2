// One test of a field: `process.executable ends "/sh"`, `destination.ip in 10.0.0.0/8`, `file.mode exists`.

import { messageOf, type AppError } from '../../base/app-error.ts'
import { compileGlobs } from '../../base/glob.ts'
import { datasetNamed, fieldsNamed, isTimeField, suggestField } from './fields.ts'
import type { Sign, Token } from './lexer.ts'
import { type Network, parseNetwork } from '../../base/network.ts'
import { parseTime } from '../../base/parse-time.ts'
import type { Comparison, Leaf, Literal, Where } from './where.ts'

/** What the parser offers. */
export interface TestInput {
  readonly nowMs: number
  peek(ahead?: number): Token
  take(): Token
  takeSign(sign: Sign): boolean
  takeWord(word: string): boolean
  fault(token: Token, what: string, hint?: string): AppError
}

const testSigns: ReadonlySet<Sign> = new Set<Sign>(['=', '!=', '<', '<=', '>', '>=', '~', '!~'])
const testWords: ReadonlySet<string> = new Set(['contains', 'starts', 'ends', 'in', 'exists', 'missing'])
const maxValues = 1000
const decimal = /^-?\d{1,15}(?:\.\d{1,15})?$/

export function isTestSign(sign: Sign): boolean {
  return testSigns.has(sign)
}

export function isTestWord(word: string): boolean {
  return testWords.has(word.toLowerCase())
}

type Value = Token & { readonly text: string }

/** Expects a field with its test next. */
export function parseTest(input: TestInput): Where {
  const name = input.take()
  const text = name.kind === 'word' ? name.text : ''
  const fields = fieldsNamed(text)
  if (fields === undefined) {
    const near = suggestField(text)
    throw input.fault(
      name,
      `there is no field ${text}`,
      near === undefined ? undefined : `Did you mean ${near}?`,
    )
  }
  const isNegated = input.takeWord('not')
  const operator = input.take()
  if (operator.kind === 'sign') return signTest(input, fields, operator.sign)
  const word = operator.kind === 'word' ? operator.text.toLowerCase() : ''
  const test = wordTest(input, fields, word)
  return isNegated ? { kind: 'not', term: test } : test
}

function signTest(input: TestInput, fields: readonly string[], sign: Sign): Where {
  const value = takeValue(input)
  switch (sign) {
    case '=':
      return anyOf(fields, (field) => equals(input, field, [value]))
    case '!=':
      return { kind: 'not', term: anyOf(fields, (field) => equals(input, field, [value])) }
    case '~':
      return globTest(input, fields, value)
    case '!~':
      return { kind: 'not', term: globTest(input, fields, value) }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return anyOf(fields, (field) => compare(input, field, { comparison: sign, value }))
    default:
      throw input.fault(value, 'a test is expected before this')
  }
}

function wordTest(input: TestInput, fields: readonly string[], word: string): Where {
  switch (word) {
    case 'exists':
      return anyOf(fields, (field) => ({ kind: 'exists', field }))
    case 'missing':
      return { kind: 'not', term: anyOf(fields, (field) => ({ kind: 'exists', field })) }
    case 'in':
      return inTest(input, fields)
    default: {
      const test = word === 'contains' || word === 'starts' ? word : 'ends'
      if (test !== 'contains') input.takeWord('with')
      const { text } = takeValue(input)
      return anyOf(fields, (field) => ({ kind: 'text', field, test, text }))
    }
  }
}

/** `in 10.0.0.0/8`, `in (exec, exit)`, `in (10.0.0.0/8, 192.0.2.1)`. */
function inTest(input: TestInput, fields: readonly string[]): Where {
  const values: Value[] = []
  if (input.takeSign('(')) {
    do {
      values.push(takeValue(input))
      if (values.length > maxValues)
        throw input.fault(input.peek(), `the list has more than ${maxValues} values`)
    } while (input.takeSign(','))
    if (!input.takeSign(')'))
      throw input.fault(input.peek(), 'the list of values is not closed', 'Write ) or a comma.')
  } else values.push(takeValue(input))
  const networks: Network[] = []
  const plain: Value[] = []
  for (const value of values) {
    const network = value.text.includes('/') ? parseNetwork(value.text) : undefined
    if (network === undefined) plain.push(value)
    else networks.push(network)
  }
  return anyOf(fields, (field) => {
    const terms: Leaf[] = []
    if (networks.length > 0) terms.push({ kind: 'network', field, networks })
    if (plain.length > 0) terms.push(equals(input, field, plain))
    const [only] = terms
    return only !== undefined && terms.length === 1 ? only : { kind: 'or', terms }
  })
}

function equals(input: TestInput, field: string, values: readonly Value[]): Leaf {
  return { kind: 'equals', field, values: values.map((value) => literalOf(input, field, value)) }
}

function literalOf(input: TestInput, field: string, value: Value): Literal {
  if (field === 'event.dataset') {
    const dataset = datasetNamed(value.text)
    if (dataset === undefined) throw input.fault(value, `there is no dataset ${value.text}`)
    return { text: dataset }
  }
  return { text: value.text, ...(decimal.test(value.text) ? { number: Number(value.text) } : {}) }
}

function compare(input: TestInput, field: string, test: { comparison: Comparison; value: Value }): Leaf {
  const { comparison, value } = test
  if (isTimeField(field)) {
    const us = parseTime(value.text, input.nowMs)
    if (us === undefined)
      throw input.fault(value, 'this is no time', 'Write 10m, yesterday or "2026-11-22 10:00".')
    return { kind: 'compare', field, comparison, value: us, isTime: true }
  }
  if (!decimal.test(value.text)) throw input.fault(value, 'this is no number')
  return { kind: 'compare', field, comparison, value: Number(value.text), isTime: false }
}

function globTest(input: TestInput, fields: readonly string[], value: Value): Where {
  try {
    compileGlobs([value.text])
  } catch (thrown) {
    throw input.fault(value, messageOf(thrown))
  }
  return anyOf(fields, (field) => ({ kind: 'glob', field, glob: value.text }))
}

function takeValue(input: TestInput): Value {
  const token = input.take()
  if (token.kind === 'word' || token.kind === 'string') return token
  throw input.fault(token, 'a value is expected here', 'Put it in quotes when it has blanks or signs.')
}

function anyOf(fields: readonly string[], make: (field: string) => Where): Where {
  const [only] = fields
  return only !== undefined && fields.length === 1 ? make(only) : { kind: 'or', terms: fields.map(make) }
}
