// The interface of every YARA module: what its structure looks like to the checker, and how it is filled for an object.

import type { Budget } from '../../../limits.ts'
import type { ScalarType } from '../condition/node.ts'

/** At run time: see ScalarType; a structure is an object, an array an array, a map a Map; undefined where absent. */
export type Type = ScalarType | StructType | ArrayType | MapType

export interface StructType {
  readonly kind: 'struct'
  readonly fields: Readonly<Record<string, Type | FunctionType | Constant>>
}

export interface ArrayType {
  readonly kind: 'array'
  readonly item: Type
}

export interface MapType {
  readonly kind: 'map'
  readonly key: 'text' | 'int'
  readonly value: Type
}

/** Known when a rule is compiled: `pe.MACHINE_AMD64`. */
export interface Constant {
  readonly kind: 'constant'
  readonly type: ScalarType
  readonly value: number | boolean | string
}

export interface FunctionType {
  readonly kind: 'function'
  /** The checker takes the first one that fits the arguments' types (an int is no float). */
  readonly overloads: readonly Overload[]
}

export interface Overload {
  readonly args: readonly (ScalarType | 'regex')[]
  readonly returns: Type
  /** `self` is the value of the structure that has the function. Undefined arguments never get here. */
  readonly call: (self: unknown, args: readonly unknown[], context: ModuleContext) => unknown
}

/** The object being scanned. */
export interface ModuleContext {
  readonly bytes: Uint8Array
  readonly budget: Budget
  /** Where `console.log` goes. */
  readonly log: (line: string) => void
}

/** A compiled `regex` argument: does it match anywhere in a text (one character for each byte)? */
export interface RegexArgument {
  test(text: string): boolean
}

export interface Module {
  /** As written after `import`. */
  readonly name: string
  readonly type: StructType
  /**
   * Called once for an object, when a condition first asks. Hostile bytes: never throws but LimitReached, bounded loops,
   * expensive fields are getters that remember. Undefined: every field is undefined.
   */
  open(context: ModuleContext): object | undefined
}
