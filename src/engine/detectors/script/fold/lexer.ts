// Takes a script apart. Never fails: what it does not know is a sign of one character.

import type { Budget } from '../../../limits.ts'
import type { Dialect } from './dialect.ts'
import { numberToken, textToken, type Token, wordToken } from './token.ts'

const maxTokens = 250_000
const checkEvery = 4096
const number = /0x[0-9a-f]+|&h[0-9a-f]+&?|\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy
const regex = /\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\]){1,500}\/[a-z]{0,8}/y

export function lex(text: string, dialect: Dialect, budget: Budget): Token[] {
  const tokens: Token[] = []
  let at = 0
  let startsLine = true
  while (at < text.length && tokens.length < maxTokens) {
    if (tokens.length % checkEvery === 0) budget.checkTime()
    const skipped = matchAt(dialect.skipped, text, at)
    if (skipped !== '') {
      startsLine ||= skipped.includes('\n')
      at += skipped.length
      continue
    }
    const token = tokenAt(text, at, { dialect, startsLine, last: tokens.at(-1) })
    tokens.push(token.token)
    at = token.end
    startsLine = false
  }
  return tokens
}

interface Place {
  readonly dialect: Dialect
  readonly startsLine: boolean
  readonly last: Token | undefined
}

function tokenAt(
  text: string,
  at: number,
  { dialect, startsLine, last }: Place,
): { token: Token; end: number } {
  const string = dialect.readString(text, at)
  if (string !== undefined) return { token: textToken(string.value, at, startsLine), end: string.end }
  const digits = matchAt(number, text, at)
  if (digits !== '') return { token: numberToken(valueOf(digits), at, startsLine), end: at + digits.length }
  const name = matchAt(dialect.name, text, at)
  if (name !== '') {
    const written = dialect.ignoresCase ? name.toLowerCase() : name
    return { token: wordToken('name', written, at, startsLine), end: at + name.length }
  }
  const expression = dialect.hasRegex && mayStartRegex(last) ? matchAt(regex, text, at) : ''
  if (expression !== '') {
    return { token: wordToken('regex', expression, at, startsLine), end: at + expression.length }
  }
  const sign = matchAt(dialect.signs, text, at) || text.charAt(at)
  const token = wordToken('sign', dialect.ignoresCase ? sign.toLowerCase() : sign, at, startsLine)
  return { token, end: at + sign.length }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function valueOf(digits: string): number {
  return /^&h/i.test(digits) ? Number.parseInt(digits.slice(2), 16) : Number(digits)
}

/** A slash behind a value divides. */
function mayStartRegex(last: Token | undefined): boolean {
  if (last === undefined) return true
  if (last.kind === 'name') return last.text === 'return' || last.text === 'typeof'
  return last.kind === 'sign' && last.text !== ')' && last.text !== ']' && last.text !== '}'
}
