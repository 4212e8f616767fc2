// What the folding of constants must know about a language: how its strings are written and what its functions give.

import type { Language } from '../../../scan-object.ts'
import type { Token } from './token.ts'

export interface Dialect {
  readonly language: Language
  readonly ignoresCase: boolean
  /** White space and comments; sticky. Never matches nothing. */
  readonly skipped: RegExp
  /** Names, keywords and what counts as one; sticky. */
  readonly name: RegExp
  /** Signs of more than one character; sticky. */
  readonly signs: RegExp
  /** The string that starts at `at`; undefined: none does. */
  readString(text: string, at: number): { readonly value: string; readonly end: number } | undefined
  /** Signs between two strings that put them together. */
  readonly joins: ReadonlySet<string>
  /** `a, b` is a list without brackets. */
  readonly hasBareLists: boolean
  /** Regular expressions between slashes. */
  readonly hasRegex: boolean
  /** What a call with constant arguments gives; undefined: unknown. `name` has the last part only for methods. */
  call(name: string, given: Call): Token | undefined
  /** What signs such as `-f` give. */
  infix?(sign: string, left: Token | undefined, right: Token): Token | undefined
  /** Variables that everybody has, of which letters are taken. */
  readonly constants?: ReadonlyMap<string, string>
  /** Functions that run their first argument as code, and the language of it. */
  readonly runs: ReadonlyMap<string, Language>
}

export interface Call {
  /** What stands before the point of a method, where that is constant. */
  readonly receiver: Token | undefined
  readonly args: readonly Token[]
  readonly offset: number
}
