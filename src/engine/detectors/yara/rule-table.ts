// The compiled rules as they lie in the database's image.

import type { Image } from '../../image.ts'
import type { Node } from './condition/node.ts'
import { type RuleHead, ruleField, ruleWords } from './layout.ts'

export class RuleTable {
  readonly count: number
  readonly #words: Int32Array
  readonly #strings: Int32Array
  readonly #text: Uint8Array
  /** For each pattern: where its rules begin in `#users`. */
  readonly #firstUser: Int32Array
  readonly #users: Int32Array

  constructor(image: Image) {
    this.#words = image.words('yaraRules')
    this.#strings = image.words('yaraStrings')
    this.#text = image.bytes('yaraText')
    this.#firstUser = image.words('yaraFirstUser')
    this.#users = image.words('yaraUsers')
    this.count = this.#words.length / ruleWords
  }

  flags(rule: number): number {
    return this.#field(rule, ruleField.flags)
  }

  profiles(rule: number): number {
    return this.#field(rule, ruleField.profiles)
  }

  namespace(rule: number): number {
    return this.#field(rule, ruleField.namespace)
  }

  head(rule: number): RuleHead {
    return this.#json(rule, ruleField.head) as RuleHead
  }

  condition(rule: number): Node {
    return this.#json(rule, ruleField.condition) as Node
  }

  /** The matcher's numbers of the rule's strings. */
  patterns(rule: number): readonly number[] {
    const from = this.#field(rule, ruleField.strings)
    return [...this.#strings.subarray(from, from + this.#field(rule, ruleField.stringCount))]
  }

  /** The rules that use a pattern. */
  usersOf(pattern: number): Int32Array {
    return this.#users.subarray(this.#firstUser[pattern] ?? 0, this.#firstUser[pattern + 1] ?? 0)
  }

  #field(rule: number, field: number): number {
    return this.#words[rule * ruleWords + field] ?? 0
  }

  #json(rule: number, field: number): unknown {
    const offset = this.#field(rule, field)
    // Shared memory cannot be decoded in place.
    const bytes = Buffer.from(this.#text.subarray(offset, offset + this.#field(rule, field + 1)))
    return JSON.parse(bytes.toString('utf8'))
  }
}

/** For each of `patterns` patterns the rules that use it, as two tables. */
export function userTables(
  rules: Int32Array,
  strings: Int32Array,
  patterns: number,
): {
  yaraFirstUser: Uint8Array
  yaraUsers: Uint8Array
} {
  const first = new Int32Array(patterns + 1)
  for (const pattern of strings) first[pattern + 1]!++
  for (let pattern = 0; pattern < patterns; pattern++) first[pattern + 1]! += first[pattern]!
  const users = new Int32Array(strings.length)
  const next = first.slice()
  for (let rule = 0; rule * ruleWords < rules.length; rule++) {
    const from = rules[rule * ruleWords + ruleField.strings]!
    const count = rules[rule * ruleWords + ruleField.stringCount]!
    for (const pattern of strings.subarray(from, from + count)) users[next[pattern]!++] = rule
  }
  return { yaraFirstUser: new Uint8Array(first.buffer), yaraUsers: new Uint8Array(users.buffer) }
}
