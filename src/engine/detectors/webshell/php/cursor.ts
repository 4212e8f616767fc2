// A place in a list of tokens, and what the parsers of statements and of expressions ask it.

import type { ClassNode, FunctionNode, Statement } from './ast.ts'
import { token, type Tokens } from './lexer.ts'

/** What expressions need of the statements' parser: closures and classes stand inside expressions. */
export interface BlockParser {
  block(cursor: Cursor): readonly Statement[]
  classBody(cursor: Cursor, at: number, name: string): ClassNode
  functionRest(cursor: Cursor, at: number, name: string): FunctionNode
}

/** Deeper nesting is not followed: nobody writes it, and the stack is finite. */
const maxDepth = 250

export class Cursor {
  readonly tokens: Tokens
  readonly blocks: BlockParser
  /** Classes without a name, found inside expressions. */
  readonly classes: ClassNode[] = []
  at = 0
  depth = 0

  constructor(tokens: Tokens, blocks: BlockParser) {
    this.tokens = tokens
    this.blocks = blocks
  }

  get kind(): number {
    return this.tokens.kinds[this.at]!
  }

  get value(): string {
    return this.tokens.values[this.at]!
  }

  get offset(): number {
    return this.tokens.starts[this.at]!
  }

  get isAtEnd(): boolean {
    return this.kind === token.end
  }

  get isTooDeep(): boolean {
    return this.depth > maxDepth
  }

  /** Is here this operator? */
  is(operator: string): boolean {
    return this.kind === token.operator && this.value === operator
  }

  /** Is here this word (given in lower case)? */
  isWord(word: string): boolean {
    return this.kind === token.name && this.value.length === word.length && this.value.toLowerCase() === word
  }

  take(operator: string): boolean {
    if (!this.is(operator)) return false
    this.at++
    return true
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false
    this.at++
    return true
  }

  next(): void {
    if (!this.isAtEnd) this.at++
  }

  /** The kind and text of the token `by` behind this one. */
  ahead(by: number, kind: number, value?: string): boolean {
    const at = this.at + by
    return this.tokens.kinds[at] === kind && (value === undefined || this.tokens.values[at] === value)
  }
}
