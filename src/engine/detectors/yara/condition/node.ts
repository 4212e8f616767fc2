// A checked condition: names resolved, types known, constants folded. Plain data that survives JSON, so that a compiled
// rule is stored as text and brought to life when it is first needed. The language folder makes it, this folder runs it.

/**
 * Types of values at run time:
 * int: a safe integer `number`, or a `bigint` where the 64-bit value is not safe; float: `number`; bool: `boolean`;
 * text: a string with one character (0–255) for each byte; undefined: `undefined`.
 */
export type ScalarType = 'int' | 'float' | 'bool' | 'text'

export type Node =
  // constants; an int beyond 2^53 is written as decimal text
  | { readonly op: 'const'; readonly type: ScalarType; readonly value: number | boolean | string }
  | { readonly op: 'filesize' }
  | { readonly op: 'entrypoint' }
  /** An external variable. */
  | { readonly op: 'external'; readonly name: string; readonly type: ScalarType }
  /** Whether another rule (its number in the compiled list) matches. */
  | { readonly op: 'rule'; readonly rule: number }
  // patterns
  | { readonly op: 'pattern'; readonly pattern: PatternRef; readonly where?: Where }
  | { readonly op: 'count'; readonly pattern: PatternRef; readonly range?: Range }
  /** `@a[i]` and `!a[i]`; `index` counts from 1. */
  | { readonly op: 'offset' | 'length'; readonly pattern: PatternRef; readonly index: Node }
  // structures: a module's root, a field, an element of an array (int index) or map (text or int key), a call
  | { readonly op: 'module'; readonly module: string }
  | { readonly op: 'field'; readonly of: Node; readonly name: string }
  | { readonly op: 'element'; readonly of: Node; readonly key: Node }
  | {
      readonly op: 'call'
      /** The structure that has the function. */
      readonly of: Node
      readonly name: string
      /** Which of the function's overloads. */
      readonly overload: number
      readonly args: readonly (Node | RegexNode)[]
    }
  /** A variable of `for … in` or `with`; slots are numbered through the whole rule. */
  | { readonly op: 'local'; readonly slot: number }
  // operators
  | { readonly op: 'not' | 'defined'; readonly of: Node }
  | { readonly op: 'neg'; readonly type: 'int' | 'float'; readonly of: Node }
  | { readonly op: 'bitnot'; readonly of: Node }
  | { readonly op: 'and' | 'or'; readonly items: readonly Node[] }
  | {
      readonly op: 'add' | 'sub' | 'mul' | 'div' | 'mod'
      readonly type: 'int' | 'float'
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly op: 'bitand' | 'bitor' | 'bitxor' | 'shl' | 'shr'
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'
      /** Both sides' type; `int` beside `float` is compared as `float`. */
      readonly type: ScalarType
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly op:
        | 'contains'
        | 'icontains'
        | 'startswith'
        | 'istartswith'
        | 'endswith'
        | 'iendswith'
        | 'iequals'
      readonly left: Node
      readonly right: Node
    }
  | { readonly op: 'matches'; readonly left: Node; readonly regex: RegexNode }
  /** A scalar used as a condition: numbers are true unless 0, text unless empty; undefined is false. */
  | { readonly op: 'truth'; readonly type: ScalarType; readonly of: Node }
  /** `uint16be(offset)` and its family. */
  | {
      readonly op: 'read'
      readonly bits: 8 | 16 | 32
      readonly signed: boolean
      readonly bigEndian: boolean
      readonly offset: Node
    }
  // quantifiers
  | {
      readonly op: 'of-patterns'
      readonly quantifier: Quantifier
      readonly patterns: readonly number[]
      readonly where?: Where
    }
  /** `of` over rules, over conditions in brackets, and every other list of truth values. */
  | { readonly op: 'of-conditions'; readonly quantifier: Quantifier; readonly items: readonly Node[] }
  /** `for … of`: in the body the pattern reference `current` is the one at hand. */
  | {
      readonly op: 'for-patterns'
      readonly quantifier: Quantifier
      readonly patterns: readonly number[]
      readonly body: Node
    }
  | {
      readonly op: 'for-in'
      readonly quantifier: Quantifier
      /** One slot, or two (key, value) over a map. */
      readonly slots: readonly number[]
      readonly over: Iterated
      readonly body: Node
    }
  | {
      readonly op: 'with'
      readonly bindings: readonly { readonly slot: number; readonly value: Node }[]
      readonly body: Node
    }

/** A pattern's place in its rule's list, or the one of the innermost `for … of`. */
export type PatternRef = number | 'current'

export type Where =
  | { readonly kind: 'at'; readonly offset: Node }
  /** Both ends count. */
  | { readonly kind: 'in'; readonly range: Range }

export interface Range {
  readonly low: Node
  readonly high: Node
}

export type Quantifier =
  | { readonly kind: 'all' | 'any' | 'none' }
  | { readonly kind: 'count' | 'percent'; readonly value: Node }

export type Iterated =
  | { readonly kind: 'range'; readonly range: Range }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  /** An array or a map. */
  | { readonly kind: 'structure'; readonly of: Node }

/** A regular expression as written between the slashes; one character for each byte. */
export interface RegexNode {
  readonly op: 'regex'
  readonly source: string
  /** `i`: ignore case, `s`: a dot matches a line feed too. */
  readonly flags: string
}
