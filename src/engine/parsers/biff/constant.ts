// Values of formulas that follow from constants: strings that a macro puts together from characters and cells.

/** Undefined: not known without calculating the sheet. */
export type Constant = string | number | undefined

const maxText = 64 * 1024

export function operated(operator: string, left: Constant, right: Constant): Constant {
  if (operator === '&') {
    if (left === undefined && right === undefined) return undefined
    return `${left ?? ''}${right ?? ''}`.slice(0, maxText)
  }
  const a = numberOf(left)
  const b = numberOf(right)
  if (a === undefined || b === undefined) return undefined
  const result = calculate(operator, a, b)
  return Number.isFinite(result) ? result : undefined
}

function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '^':
      return a ** b
    default:
      return Number.NaN
  }
}

function numberOf(value: Constant): number | undefined {
  if (typeof value === 'number') return value
  if (value === undefined || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

function textOf(value: Constant): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** A text function: the text, then numbers or texts of the other arguments. */
type OfText = (text: string, second: Constant, third: Constant) => Constant
type OfNumber = (number: number) => Constant

const ofText: ReadonlyMap<string, OfText> = new Map<string, OfText>([
  ['CODE', (text) => (text === '' ? undefined : text.charCodeAt(0))],
  ['T', (text) => text],
  ['TRIM', (text) => text.trim()],
  ['CLEAN', (text) => text.trim()],
  ['LOWER', (text) => text.toLowerCase()],
  ['UPPER', (text) => text.toUpperCase()],
  ['LEN', (text) => text.length],
  ['LEFT', (text, count) => text.slice(0, numberOf(count) ?? 1)],
  ['RIGHT', (text, count) => text.slice(Math.max(0, text.length - (numberOf(count) ?? 1)))],
  ['MID', (text, from, count) => middle(text, numberOf(from), numberOf(count))],
  ['REPT', (text, count) => text.repeat(Math.max(0, Math.min(numberOf(count) ?? 0, 1000))).slice(0, maxText)],
  ['SUBSTITUTE', (text, find, put) => substituted(text, textOf(find), textOf(put))],
])
const ofNumber: ReadonlyMap<string, OfNumber> = new Map<string, OfNumber>([
  ['CHAR', (number) => String.fromCharCode(Math.trunc(number) & 0xffff)],
  ['N', (number) => number],
  ['VALUE', (number) => number],
  ['INT', (number) => Math.floor(number)],
  ['ABS', (number) => Math.abs(number)],
  ['ROUND', (number) => Math.round(number)],
])

/** The value of a function of constants; undefined for all that depend on something else. */
export function constantOf(name: string, args: readonly Constant[]): Constant {
  if (name === 'CONCATENATE') return args.reduce((joined, arg) => operated('&', joined, arg), '')
  const [first, second, third] = args
  const text = textOf(first)
  if (text === undefined) return undefined
  const number = numberOf(first)
  const withNumber = ofNumber.get(name)
  if (withNumber !== undefined) return number === undefined ? undefined : withNumber(number)
  return ofText.get(name)?.(text, second, third)
}

function middle(text: string, from: number | undefined, count: number | undefined): Constant {
  if (from === undefined || count === undefined || from < 1) return undefined
  return text.slice(from - 1, from - 1 + Math.max(0, count))
}

function substituted(text: string, find: string | undefined, put: string | undefined): Constant {
  if (find === undefined || put === undefined || find === '') return text
  return text.replaceAll(find, () => put).slice(0, maxText)
}
