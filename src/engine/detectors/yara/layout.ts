// The layout of compiled rules in the database's image, for those who write it and those who read it.

/** 32-bit words of one rule. */
export const ruleWords = 10

export const ruleField = {
  /** Offset and length in `yaraText` of its description (JSON, see RuleHead). */
  head: 0,
  headLength: 1,
  /** The same of its condition (JSON, see condition/node.ts). */
  condition: 2,
  conditionLength: 3,
  /** Its strings' numbers in the matcher: where they begin in `yaraStrings`, and how many they are. */
  strings: 4,
  stringCount: 5,
  /** Bit mask of the profiles on which it can match. */
  profiles: 6,
  flags: 7,
  namespace: 8,
} as const

export const ruleFlag = {
  private: 1,
  global: 2,
  /** It can match without any of its strings. */
  always: 4,
} as const

/** What is shown of a rule. */
export interface RuleHead {
  readonly name: string
  readonly namespace: string
  readonly tags: readonly string[]
  readonly meta: readonly (readonly [name: string, value: string | number | boolean])[]
  readonly file: string
  readonly line: number
  readonly strings: readonly {
    readonly identifier: string
    readonly private: boolean
    readonly line: number
  }[]
}
