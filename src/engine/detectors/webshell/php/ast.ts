// The syntax tree of PHP as far as values flow through it: types, visibility and attributes are left out.

/** What is known about a value (value.ts); a constant stands in the tree as one. */
export interface Value {
  /** The scalar as text, where known. */
  readonly text: string | undefined
  /** The elements of a known array; changed in place by assignments to elements. */
  readonly items: Map<string, Value> | undefined
  readonly taint: number
  /** `$_POST['c']`, for the reasons. */
  readonly from: string
  readonly made: number
  /** The class of an object in lower case, or a word for what else it is; empty where unknown. */
  readonly type: string
  /** The beginning and end of a text of which not all is known. */
  readonly head: string
  readonly tail: string
  readonly closure: FunctionNode | undefined
  /** What an object was made with: a reflection's function, an opened file's name. */
  readonly inner: Value | undefined
}

interface At {
  /** Offset in the text that was parsed. */
  readonly at: number
}

export interface Argument {
  readonly value: Expression
  readonly isSpread: boolean
}

export interface Parameter {
  readonly name: string
  readonly byReference: boolean
  readonly isVariadic: boolean
  readonly fallback: Expression | undefined
  /** `public $x` in a constructor: is a property as well. */
  readonly isProperty: boolean
}

export interface FunctionNode extends At {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
  readonly captured: readonly string[]
  /** Of the class it stands in, in lower case; empty for a function. */
  readonly className: string
}

export interface Item {
  readonly key: Expression | undefined
  readonly value: Expression
  readonly isSpread: boolean
}

export type Expression =
  | (At & { readonly kind: 'literal'; readonly value: Value })
  | (At & { readonly kind: 'array'; readonly items: readonly Item[] })
  | (At & { readonly kind: 'variable'; readonly name: string })
  | (At & { readonly kind: 'dynamic-variable'; readonly name: Expression })
  | (At & { readonly kind: 'index'; readonly base: Expression; readonly index: Expression | undefined })
  | (At & { readonly kind: 'property'; readonly base: Expression; readonly name: string | Expression })
  | (At & { readonly kind: 'static-property'; readonly base: Expression; readonly name: string })
  | (At & { readonly kind: 'constant'; readonly name: string })
  | (At & { readonly kind: 'class-constant'; readonly base: Expression; readonly name: string })
  | (At & { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] })
  | (At & {
      readonly kind: 'method'
      readonly base: Expression
      readonly name: string | Expression
      readonly args: readonly Argument[]
      readonly isStatic: boolean
    })
  | (At & { readonly kind: 'new'; readonly callee: Expression; readonly args: readonly Argument[] })
  | (At & { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression })
  | (At & {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
    })
  | (At & {
      readonly kind: 'assign'
      readonly operator: string
      readonly target: Expression
      readonly value: Expression
    })
  | (At & {
      readonly kind: 'step'
      readonly by: 1 | -1
      readonly isPrefix: boolean
      readonly target: Expression
    })
  | (At & {
      readonly kind: 'choice'
      readonly condition: Expression
      readonly yes: Expression | undefined
      readonly no: Expression
    })
  | (At & { readonly kind: 'match'; readonly subject: Expression; readonly arms: readonly Expression[] })
  | (At & { readonly kind: 'cast'; readonly to: string; readonly operand: Expression })
  | (At & { readonly kind: 'ask'; readonly operands: readonly Expression[] })
  | (At & { readonly kind: 'closure'; readonly closure: FunctionNode })
  | (At & { readonly kind: 'include'; readonly operand: Expression })
  | (At & { readonly kind: 'exit'; readonly operand: Expression | undefined })
  | (At & { readonly kind: 'command'; readonly operand: Expression })
  | (At & { readonly kind: 'template'; readonly parts: readonly Expression[] })

export type Statement =
  | (At & { readonly kind: 'expression'; readonly expression: Expression })
  | (At & { readonly kind: 'html'; readonly text: string })
  | (At & { readonly kind: 'echo'; readonly values: readonly Expression[] })
  | (At & {
      readonly kind: 'if'
      readonly condition: Expression
      readonly yes: readonly Statement[]
      readonly no: readonly Statement[]
    })
  | (At & {
      readonly kind: 'loop'
      readonly before: readonly Expression[]
      readonly conditions: readonly Expression[]
      readonly after: readonly Expression[]
      readonly body: readonly Statement[]
      readonly bodyFirst: boolean
    })
  | (At & {
      readonly kind: 'foreach'
      readonly subject: Expression
      readonly key: Expression | undefined
      readonly value: Expression
      readonly body: readonly Statement[]
    })
  | (At & {
      readonly kind: 'switch'
      readonly subject: Expression
      readonly cases: readonly SwitchCase[]
    })
  | (At & { readonly kind: 'return'; readonly value: Expression | undefined })
  | (At & { readonly kind: 'jump'; readonly word: 'break' | 'continue' | 'throw' })
  | (At & { readonly kind: 'goto'; readonly label: string })
  | (At & { readonly kind: 'label'; readonly label: string })
  | (At & { readonly kind: 'block'; readonly body: readonly Statement[] })
  | (At & { readonly kind: 'function'; readonly declared: FunctionNode })
  | (At & { readonly kind: 'class'; readonly declared: ClassNode })
  | (At & { readonly kind: 'try'; readonly parts: readonly (readonly Statement[])[] })
  | (At & { readonly kind: 'global'; readonly names: readonly string[] })
  | (At & { readonly kind: 'unset'; readonly targets: readonly Expression[] })
  | (At & { readonly kind: 'nothing' })

export interface SwitchCase {
  readonly test: Expression | undefined
  readonly body: readonly Statement[]
}

export interface ClassNode extends At {
  readonly name: string
  readonly parent: string
  readonly methods: readonly FunctionNode[]
  readonly properties: readonly { readonly name: string; readonly value: Expression | undefined }[]
}
