// Where something stands in a rule file, for messages about what was compiled of it: only its line is known there.

import type { RuleSource } from '../detectors/yara/index.ts'

export interface LinePlace {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line, and carets below the word. */
  readonly excerpt: string
}

/** A line longer than this is not shown. */
const maxExcerpt = 160

export class SourceLines {
  readonly #sources: ReadonlyMap<string, Uint8Array>
  #last: { readonly file: string; readonly lines: readonly string[] } | undefined

  constructor(sources: readonly RuleSource[]) {
    this.#sources = new Map(sources.map(({ name, text }) => [name, text]))
  }

  /** The first time that the word stands in the line; the line's begin where that is not known. */
  find(file: string, line: number, word: string): LinePlace {
    const text = this.#lines(file)[line - 1] ?? ''
    const at = Math.max(0, text.indexOf(word))
    if (text === '' || text.length > maxExcerpt) return { file, line, column: at + 1, excerpt: '' }
    const indent = text.slice(0, at).replaceAll(/[^\t]/g, ' ')
    return { file, line, column: at + 1, excerpt: `${text.trimEnd()}\n${indent}${'^'.repeat(word.length)}` }
  }

  #lines(file: string): readonly string[] {
    if (this.#last?.file === file) return this.#last.lines
    const lines = Buffer.from(this.#sources.get(file) ?? new Uint8Array())
      .toString('utf8')
      .split('\n')
    this.#last = { file, lines }
    return lines
  }
}
