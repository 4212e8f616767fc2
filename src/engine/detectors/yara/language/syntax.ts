// The syntax tree of a rule file: what was written, with places (byte offsets), before names and types are looked at.

export interface Span {
  readonly start: number
  /** Just behind the last byte. */
  readonly end: number
}

export type BinaryOperator = ComparisonOperator | TextOperator | ArithmeticOperator | BitOperator | 'matches'
export type ComparisonOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'
export type ArithmeticOperator = 'add' | 'sub' | 'mul' | 'div' | 'mod'
export type BitOperator = 'bitand' | 'bitor' | 'bitxor' | 'shl' | 'shr'
export type TextOperator =
  | 'contains'
  | 'icontains'
  | 'startswith'
  | 'istartswith'
  | 'endswith'
  | 'iendswith'
  | 'iequals'

export interface RegexLiteral extends Span {
  readonly kind: 'regex'
  /** Between the slashes, one character for each byte. */
  readonly source: string
  readonly flags: string
}

export interface NameExpression extends Span {
  readonly kind: 'name'
  readonly name: string
}

export interface FieldExpression extends Span {
  readonly kind: 'field'
  readonly of: Expression
  readonly name: string
  readonly nameStart: number
}

export interface ElementExpression extends Span {
  readonly kind: 'element'
  readonly of: Expression
  readonly key: Expression
}

export interface CallExpression extends Span {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly Expression[]
  /** The opening bracket. */
  readonly argsStart: number
}

export interface BinaryExpression extends Span {
  readonly kind: 'binary'
  readonly op: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

export interface UnaryExpression extends Span {
  readonly kind: 'unary'
  readonly op: 'not' | 'defined' | 'neg' | 'bitnot'
  readonly of: Expression
}

export interface LogicExpression extends Span {
  readonly kind: 'logic'
  readonly op: 'and' | 'or'
  readonly items: readonly Expression[]
}

/** `$a`, `$a at x`, `$a in (x..y)`; the name is `$` for the pattern at hand. */
export interface PatternExpression extends Span {
  readonly kind: 'pattern'
  readonly name: string
  readonly where: WhereSyntax | undefined
}

/** Names of patterns are always written with `$` here, also those after `#`, `@` and `!`. */
export interface CountExpression extends Span {
  readonly kind: 'count'
  readonly name: string
  readonly range: RangeSyntax | undefined
}

export interface PlaceExpression extends Span {
  readonly kind: 'offset' | 'length'
  readonly name: string
  readonly index: Expression | undefined
}

export interface OfExpression extends Span {
  readonly kind: 'of'
  readonly quantifier: QuantifierSyntax
  readonly set: PatternSetSyntax | ConditionListSyntax
  readonly where: WhereSyntax | undefined
}

export interface ForOfExpression extends Span {
  readonly kind: 'for-of'
  readonly quantifier: QuantifierSyntax
  readonly set: PatternSetSyntax
  readonly body: Expression
}

export interface ForInExpression extends Span {
  readonly kind: 'for-in'
  readonly quantifier: QuantifierSyntax
  readonly variables: readonly NameExpression[]
  readonly over: IteratedSyntax
  readonly body: Expression
}

export interface WithExpression extends Span {
  readonly kind: 'with'
  readonly bindings: readonly { readonly variable: NameExpression; readonly value: Expression }[]
  readonly body: Expression
}

export type Expression =
  | ({ readonly kind: 'bool'; readonly value: boolean } & Span)
  | ({ readonly kind: 'int'; readonly value: number | bigint } & Span)
  | ({ readonly kind: 'float'; readonly value: number } & Span)
  | ({ readonly kind: 'text'; readonly value: string } & Span)
  | ({ readonly kind: 'filesize' | 'entrypoint' } & Span)
  | RegexLiteral
  | NameExpression
  | FieldExpression
  | ElementExpression
  | CallExpression
  | BinaryExpression
  | UnaryExpression
  | LogicExpression
  | PatternExpression
  | CountExpression
  | PlaceExpression
  | OfExpression
  | ForOfExpression
  | ForInExpression
  | WithExpression

export interface RangeSyntax extends Span {
  readonly low: Expression
  readonly high: Expression
}

export type WhereSyntax =
  | { readonly kind: 'at'; readonly offset: Expression; readonly start: number }
  | { readonly kind: 'in'; readonly range: RangeSyntax }

export type QuantifierSyntax = (
  | { readonly kind: 'all' | 'any' | 'none' }
  | { readonly kind: 'count' | 'percent'; readonly value: Expression }
) &
  Span

export interface PatternSetSyntax extends Span {
  readonly kind: 'patterns'
  /** Undefined: `them`. */
  readonly items: readonly SetItem[] | undefined
}

/** `$a`, `$a*` or, among conditions, `rule_*`. */
export interface SetItem extends Span {
  readonly name: string
  readonly isPrefix: boolean
}

export interface ConditionListSyntax extends Span {
  readonly kind: 'conditions'
  readonly items: readonly (Expression | RulePrefix)[]
}

export interface RulePrefix extends Span {
  readonly kind: 'rule-prefix'
  readonly prefix: string
}

export type IteratedSyntax =
  | { readonly kind: 'range'; readonly range: RangeSyntax }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'structure'; readonly of: Expression }

export interface StringModifiers {
  readonly nocase: boolean
  readonly ascii: boolean
  readonly wide: boolean
  readonly fullword: boolean
  readonly private: boolean
  readonly xor: { readonly least: number; readonly most: number } | undefined
  readonly base64: Base64Modifier | undefined
  readonly base64wide: Base64Modifier | undefined
  /** Where each one is written. */
  readonly places: ReadonlyMap<string, Span>
}

export interface Base64Modifier extends Span {
  /** One character for each byte; undefined: the usual one. */
  readonly alphabet: string | undefined
}

export type StringValue =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'hex'; readonly body: string }
  | RegexLiteral

export interface StringDeclaration {
  /** With its `$`; `$` alone for an anonymous one. */
  readonly identifier: string
  readonly place: Span
  readonly value: StringValue
  readonly valuePlace: Span
  readonly modifiers: StringModifiers
}

/** From its first modifier to its last brace. */
export interface RuleDeclaration extends Span {
  readonly kind: 'rule'
  readonly name: string
  readonly namePlace: Span
  readonly private: boolean
  readonly global: boolean
  readonly tags: readonly NameExpression[]
  readonly meta: readonly (readonly [string, string | number | boolean])[]
  readonly strings: readonly StringDeclaration[]
  readonly condition: Expression
}

/** `import` or `include`. */
export interface Reference extends Span {
  readonly kind: 'import' | 'include'
  readonly target: string
}
