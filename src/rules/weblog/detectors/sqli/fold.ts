// Folding: what an expression is made of is taken together, so that an attack has one short form however much it is dressed up:
// signs before an operand vanish, arithmetic becomes its left side, calls with their arguments become one letter, subqueries too.

import type { Kind } from './words.ts'

const operands = 'nstvwzfxuqb'
/** Between calls' parentheses: operands, operators and conditions only. */
const arguments_ = /^[nstvwzfxuqbR=k&!oP,KAjidelF]*$/
const subquery = /^\(*E(?:[A(]*(?:[nstvzfxuqRo]|w.*[F,])|.*F)/

/** Folds a sequence. Linear: each token is put down once and taken up at most once. */
export function fold(kinds: readonly Kind[]): string {
  const stack: Kind[] = []
  const opened: number[] = []
  for (const kind of kinds) {
    if (kind === '(') opened.push(stack.length)
    if (kind !== ')') {
      put(stack, kind)
      continue
    }
    const from = opened.pop()
    if (from === undefined || stack[from] !== '(') {
      stack.push(')')
      continue
    }
    const inner = stack.slice(from + 1).join('')
    const name = stack[from - 1] ?? ''
    if (subquery.test(inner)) replace(stack, from, /[xD]/.test(inner) ? 'x' : 'q', name)
    else if (arguments_.test(inner) && !/w{3}/.test(inner)) {
      if (/[ghw]/.test(name)) replace(stack, from, 'u', inner.includes('x') ? 'h' : name)
      else if (/^[^&=koPF](?:,[^&=koPF])+$/.test(inner))
        replace(stack, from, inner.includes('x') ? 'x' : 'b', '')
      else if (inner.length === 1 && operands.includes(inner)) replace(stack, from, inner, '')
      else keepOpen(stack, opened)
    } else keepOpen(stack, opened)
  }
  return stack.join('')
}

/** Parentheses that hold more than an operand stay, and so do all around them: nothing is looked at twice. */
function keepOpen(stack: Kind[], opened: number[]): void {
  stack.push(')')
  opened.length = 0
}

const kindOfCall: Readonly<Record<string, Kind>> = { g: 'f', h: 'x', w: 'u' }

function replace(stack: Kind[], from: number, kind: Kind, name: Kind): void {
  const call = kindOfCall[name]
  stack.length = /[ghw]/.test(stack[from - 1] ?? '') && name !== '' ? from - 1 : from
  put(stack, call ?? kind)
}

/** The stronger of two operands that an operator joins. */
const strength = 'wnstvzbufqx'

function put(stack: Kind[], kind: Kind): void {
  if (!operands.includes(kind) && kind !== 'R') {
    // SELECT * and COUNT(*): a star without a left side is an operand.
    stack.push(kind)
    return
  }
  let top = stack.at(-1)
  while ((top === 'o' || top === '!') && isSign(stack.at(-2))) {
    stack.pop()
    top = stack.at(-1)
  }
  const left = stack.at(-2)
  if (top === 'o' && left !== undefined && operands.includes(left) && kind !== 'R') {
    stack.length -= 2
    stack.push(strength.indexOf(left) > strength.indexOf(kind) ? left : kind)
    return
  }
  stack.push(kind)
}

/** Whether an operator behind `before` can only be a sign. */
function isSign(before: Kind | undefined): boolean {
  return (
    before === undefined || !(operands.includes(before) || before === 'Q' || before === ')' || before === 'R')
  )
}
