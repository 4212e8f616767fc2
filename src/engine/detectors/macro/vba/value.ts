// What is known of a value without running the macro.

export type Value =
  | { readonly kind: 'text'; readonly text: string; readonly isWhole: boolean }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'unknown' }

export const unknown: Value = { kind: 'unknown' }

/** Longer texts are cut: accumulated by loops over themselves they would grow without end. */
const maxText = 128 * 1024

export function textValue(text: string): Value {
  return changedText({ isWhole: true }, text)
}

/** A text that is as whole as what it was made from. */
export function changedText({ isWhole: wasWhole }: { readonly isWhole: boolean }, text: string): Value {
  return text.length <= maxText
    ? { kind: 'text', text, isWhole: wasWhole }
    : { kind: 'text', text: text.slice(0, maxText), isWhole: false }
}

export function numberValue(number: number): Value {
  return { kind: 'number', number }
}

/** The text that a value shows where one is asked for; what is unknown shows none. */
export function shownText(value: Value | undefined): string {
  if (value?.kind === 'text') return value.text
  return value?.kind === 'number' ? String(value.number) : ''
}

export function isWhole(value: Value | undefined): boolean {
  return value?.kind === 'number' || (value?.kind === 'text' && value.isWhole)
}

/** `&`: what is unknown leaves a gap. */
export function joined(left: Value, right: Value): Value {
  if (left.kind === 'unknown' && right.kind === 'unknown') return unknown
  if (left.kind === 'text' && left.text.length === maxText) return left
  return changedText({ isWhole: isWhole(left) && isWhole(right) }, shownText(left) + shownText(right))
}

/** `+ - * / \ mod xor or and` on numbers; `+` on texts joins. */
export function calculated(operator: string, left: Value, right: Value): Value {
  if (operator === '+' && (left.kind === 'text' || right.kind === 'text')) return joined(left, right)
  if (left.kind !== 'number' || right.kind !== 'number') return unknown
  const result = compute(operator, left.number, right.number)
  return result === undefined || !Number.isFinite(result) ? unknown : numberValue(result)
}

function compute(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '\\':
      return Math.trunc(a / b)
    case '^':
      return a ** b
    case 'mod':
      return a % b
    case 'xor':
      return a ^ b
    case 'or':
      return a | b
    case 'and':
      return a & b
    default:
      return undefined
  }
}
