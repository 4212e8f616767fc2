// The grammar of the filter language:
//   or    = and { "or" and }
//   and   = not { ["and"] not }
//   not   = { "not" | "!" } ( "(" or ")" | test | word | string )
//   test  = field ( = | != | < | <= | > | >= | ~ | !~ | contains | starts | ends | in | not in | exists | missing ) …

import { AppError } from '../../base/app-error.ts'
import { lex, type Sign, type Token } from './lexer.ts'
import { isTestSign, isTestWord, parseTest, type TestInput } from './field-tests.ts'
import { whereError } from './where-error.ts'
import type { Where } from './where.ts'
import { wordsOf } from './words.ts'

const maxLength = 8192
const maxDepth = 50
const maxTerms = 500

/** Throws AppError (`usage`) whose message shows the place of the mistake. `nowMs` is what relative times count from. */
export function parseWhere(source: string, nowMs: number): Where {
  if (source.length > maxLength) {
    throw new AppError('usage', `the filter is longer than ${maxLength} characters`)
  }
  return new Parser(source, nowMs).parse()
}

class Parser implements TestInput {
  readonly source: string
  readonly nowMs: number
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0
  #terms = 0

  constructor(source: string, nowMs: number) {
    this.source = source
    this.nowMs = nowMs
    this.#tokens = lex(source)
  }

  parse(): Where {
    if (this.peek().kind === 'end') throw this.fault(this.peek(), 'the filter is empty')
    const where = this.#or()
    const rest = this.peek()
    if (rest.kind !== 'end') throw this.fault(rest, 'this does not belong here')
    return where
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? { kind: 'end', at: this.source.length, length: 1 }
  }

  take(): Token {
    const token = this.peek()
    this.#next++
    return token
  }

  takeSign(sign: Sign): boolean {
    const token = this.peek()
    if (token.kind !== 'sign' || token.sign !== sign) return false
    this.#next++
    return true
  }

  takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#next++
    return true
  }

  fault(token: Token, what: string, hint?: string): AppError {
    return whereError(this.source, token, hint === undefined ? { what } : { what, hint })
  }

  #or(): Where {
    const terms = [this.#and()]
    while (this.takeWord('or')) terms.push(this.#and())
    return joined('or', terms)
  }

  #and(): Where {
    const terms = [this.#not()]
    for (;;) {
      if (!this.takeWord('and') && !this.#isTermNext()) return joined('and', terms)
      terms.push(this.#not())
    }
  }

  #isTermNext(): boolean {
    const token = this.peek()
    if (token.kind === 'sign') return token.sign === '(' || token.sign === '!'
    return token.kind !== 'end' && !this.#isWord('or')
  }

  #not(): Where {
    let isNegated = false
    while (this.takeWord('not') || this.takeSign('!')) isNegated = !isNegated
    const term = this.#term()
    return isNegated ? { kind: 'not', term } : term
  }

  #term(): Where {
    const token = this.peek()
    if (++this.#terms > maxTerms) throw this.fault(token, `the filter has more than ${maxTerms} terms`)
    if (this.takeSign('(')) return this.#group(token)
    if (token.kind === 'end') throw this.fault(token, 'the filter ends where a term is expected')
    if (token.kind === 'sign') throw this.fault(token, 'a term is expected here')
    if (token.kind === 'word' && this.#isTest()) return parseTest(this)
    if (this.#isWord('and') || this.#isWord('or')) throw this.fault(token, 'a term is expected here')
    this.#next++
    return this.#words(token)
  }

  #group(open: Token): Where {
    if (++this.#depth > maxDepth) throw this.fault(open, `brackets are nested deeper than ${maxDepth}`)
    const where = this.#or()
    if (!this.takeSign(')')) {
      throw this.fault(this.peek(), 'a bracket is not closed', `It opens at character ${open.at + 1}.`)
    }
    this.#depth--
    return where
  }

  #words(token: Token & { readonly text: string }): Where {
    const words = wordsOf(token.text)
    if (words === ' ') throw this.fault(token, 'this has no letter or digit to search for')
    return { kind: 'words', words }
  }

  /** A name is a field when a test follows. */
  #isTest(): boolean {
    const token = this.peek(1)
    if (token.kind === 'sign') return isTestSign(token.sign)
    if (token.kind !== 'word') return false
    if (token.text.toLowerCase() !== 'not') return isTestWord(token.text)
    const after = this.peek(2)
    return after.kind === 'word' && isTestWord(after.text)
  }

  #isWord(word: string): boolean {
    const token = this.peek()
    return token.kind === 'word' && token.text.toLowerCase() === word
  }
}

function joined(kind: 'and' | 'or', terms: readonly Where[]): Where {
  const [only] = terms
  return only !== undefined && terms.length === 1 ? only : { kind, terms }
}
