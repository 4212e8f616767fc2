// What every part of the parser uses: expecting tokens, saying what was found instead, and bounding the depth of what
// is built, so that nobody who walks the tree later runs out of stack.

import { fail } from './fault.ts'
import { Lexer } from './lexer.ts'
import type { Span } from './syntax.ts'
import { token, type TokenKind } from './token.ts'

/** Brackets inside brackets. */
const maxNesting = 250
/** Height of an expression's tree; chains of operators count too. */
const maxHeight = 800

const longestShown = 32

export class Parser extends Lexer {
  /** Height of the expression just parsed. */
  height = 0
  #nesting = 0

  is(kind: TokenKind): boolean {
    return this.kind === kind
  }

  /** Fails unless the token at hand is of this kind; goes on behind it. */
  expect(kind: TokenKind, expected: string): void {
    if (this.kind !== kind) this.unexpected(expected)
    this.advance()
  }

  /** Whether the token at hand was of this kind; goes on behind it if so. */
  take(kind: TokenKind): boolean {
    if (this.kind !== kind) return false
    this.advance()
    return true
  }

  unexpected(expected: string): never {
    if (this.kind === token.bad && this.fault !== '') fail('syntax', this.fault, this.#here())
    fail('syntax', `expected ${expected}, found ${this.#found()}`, this.#here())
  }

  /** Called before something that contains expressions is parsed. */
  enter(): void {
    this.#nesting++
    if (this.#nesting > maxNesting) this.#tooDeep()
  }

  /** Called behind it; `height` is that of the highest expression in it. */
  leave(height: number): void {
    this.#nesting--
    this.grow(height)
  }

  grow(height: number): void {
    this.height = height + 1
    if (this.height > maxHeight) this.#tooDeep()
  }

  /** Before the next rule, after a fault. */
  resetDepth(): void {
    this.#nesting = 0
    this.height = 0
  }

  #tooDeep(): never {
    fail('too-deep', 'the expression is nested too deeply', this.#here())
  }

  #found(): string {
    if (this.kind === token.end) return 'the end of the file'
    const found = this.text
    return found.length > longestShown ? `\`${found.slice(0, longestShown)}…\`` : `\`${found}\``
  }

  #here(): Span {
    return { start: this.start, end: this.end }
  }
}
