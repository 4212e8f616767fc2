// The condition language: names, `and`, `or`, `not`, parentheses, `1 of NAME*`, `all of them`. Quantifiers become the
// names that they stand for. What version 1 had beyond (`| count()`, `near`) is refused with what to write instead.

import type { Condition } from '../rule.ts'

interface Reading {
  readonly tokens: readonly string[]
  readonly names: readonly string[]
  readonly used: Set<string>
  at: number
  depth: number
}

const deepest = 100
const maxTokens = 2000

/** Throws RangeError with one sentence. Adds the names that are asked for to `used`. */
export function readCondition(text: string, names: readonly string[], used: Set<string>): Condition {
  if (text.includes('|')) {
    throw new RangeError('aggregations behind `|` are no longer part of Sigma; write a correlation instead')
  }
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  if (tokens.length === 0) throw new RangeError('the condition is empty')
  if (tokens.length > maxTokens) throw new RangeError('the condition is too long')
  const reading: Reading = { tokens, names, used, at: 0, depth: 0 }
  const condition = readOr(reading)
  const rest = tokens[reading.at]
  if (rest !== undefined) throw new RangeError(`\`${rest}\` is not expected after a complete condition`)
  return condition
}

function readOr(reading: Reading): Condition {
  return readChain(reading, 'or', () => readChain(reading, 'and', () => readNot(reading)))
}

function readChain(reading: Reading, kind: 'and' | 'or', operand: () => Condition): Condition {
  const first = operand()
  const of = [first]
  while (isWord(reading, kind)) {
    reading.at++
    of.push(operand())
  }
  return of.length === 1 ? first : { kind, of }
}

function readNot(reading: Reading): Condition {
  if (++reading.depth > deepest) throw new RangeError('the condition is nested too deeply')
  const condition = readOperand(reading)
  reading.depth--
  return condition
}

function readOperand(reading: Reading): Condition {
  if (isWord(reading, 'not')) {
    reading.at++
    return { kind: 'not', of: readNot(reading) }
  }
  const token = reading.tokens[reading.at++]
  if (token === undefined) throw new RangeError('the condition ends where a name is expected')
  if (token === '(') {
    const inner = readOr(reading)
    if (reading.tokens[reading.at++] !== ')') throw new RangeError('a parenthesis is not closed')
    return inner
  }
  if (token === ')') throw new RangeError('`)` stands where a name is expected')
  if (reading.tokens[reading.at]?.toLowerCase() === 'of') return readQuantifier(token, reading)
  if (/^(?:and|or|of|near)$/i.test(token))
    throw new RangeError(`\`${token}\` stands where a name is expected`)
  if (!reading.names.includes(token)) throw new RangeError(`there is no \`${token}\``)
  reading.used.add(token)
  return { kind: 'name', name: token }
}

function readQuantifier(quantity: string, reading: Reading): Condition {
  const isAll = /^all$/i.test(quantity)
  const least = isAll || /^any$/i.test(quantity) ? 1 : Number(quantity)
  if (!Number.isInteger(least) || least < 1) {
    throw new RangeError(`\`${quantity} of\`: only a number, \`any\` and \`all\` are possible`)
  }
  reading.at++
  const what = reading.tokens[reading.at++]
  if (what === undefined || what === '(' || what === ')')
    throw new RangeError('`of` needs a pattern or `them`')
  const chosen = namesOf(what, reading.names)
  if (chosen.length < least) throw new RangeError(`\`${quantity} of ${what}\` names too few`)
  for (const name of chosen) reading.used.add(name)
  const of = chosen.map((name): Condition => ({ kind: 'name', name }))
  if (isAll || least === of.length) return { kind: 'and', of }
  return least === 1 ? { kind: 'or', of } : { kind: 'or', of: combinations(of, least) }
}

function namesOf(what: string, names: readonly string[]): string[] {
  // By convention names that begin with `_` are not meant by `them`.
  if (what.toLowerCase() === 'them') return names.filter((name) => !name.startsWith('_'))
  const parts = what.split('*').map((part) => part.replaceAll(/[^\w-]/g, (char) => `\\${char}`))
  const pattern = new RegExp(`^${parts.join('.*')}$`)
  return names.filter((name) => pattern.test(name))
}

const maxCombinations = 2000

/** N of them: each choice of N. */
function combinations(of: readonly Condition[], least: number): Condition[] {
  let chosen: Condition[][] = [[]]
  for (const [i, one] of of.entries()) {
    const left = of.length - i
    chosen = chosen.flatMap((part) => {
      if (part.length === least) return [part]
      const withOne = [...part, one]
      return part.length + left > least ? [part, withOne] : [withOne]
    })
    if (chosen.length > maxCombinations) throw new RangeError('`of` stands for too many combinations')
  }
  return chosen.map((part) => ({ kind: 'and', of: part }))
}

function isWord({ tokens, at }: Reading, word: string): boolean {
  return tokens[at]?.toLowerCase() === word
}
