// A place in the source of a pattern, one character for each byte.

import { PatternError } from './pattern-error.ts'

export class Cursor {
  readonly source: string
  at = 0

  constructor(source: string) {
    this.source = source
  }

  get ended(): boolean {
    return this.at >= this.source.length
  }

  /** The character here or `ahead` of here; empty past the end. */
  peek(ahead = 0): string {
    return this.source.charAt(this.at + ahead)
  }

  next(): string {
    return this.source.charAt(this.at++)
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.at)
  }

  /** Moves past `text` if it is here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false
    this.at += text.length
    return true
  }

  /** Moves past what the sticky expression matches here. */
  takeMatch(expression: RegExp): string | undefined {
    expression.lastIndex = this.at
    const text = expression.exec(this.source)?.[0]
    this.at += text?.length ?? 0
    return text
  }

  fail(message: string, at = this.at): never {
    throw new PatternError(message, at)
  }
}
