// What names mean: in a namespace (its rules so far and its imports) and inside one rule (its strings and variables).

import type { ScalarType } from '../condition/node.ts'
import type { StructType } from '../modules/module.ts'
import type { NameExpression } from './syntax.ts'
import type { Typed } from './typed.ts'

/** A rule declared before; `number` is its place among the accepted ones, undefined for a rejected one. */
interface KnownRule {
  readonly number: number | undefined
  readonly file: string
  readonly line: number
}

export class Namespace {
  readonly rules = new Map<string, KnownRule>()
  readonly modules = new Map<string, StructType>()
  /** Imported, but there is no such module. */
  readonly missing = new Set<string>()
  /** Of `of (name*)`: a later rule would change what was already checked. */
  readonly prefixes: string[] = []
}

export interface Surroundings {
  readonly namespace: Namespace
  readonly modules: ReadonlyMap<string, StructType>
  readonly externals: Readonly<Record<string, ScalarType>>
}

/** A variable of `for` or `with`. What is constant, a function or a regular expression has no slot. */
interface Variable {
  readonly name: string
  readonly meaning: Typed
  isUsed: boolean
}

export class RuleScope {
  readonly surroundings: Surroundings
  /** The strings' identifiers in order. */
  readonly patterns: readonly string[]
  readonly usedPatterns: Uint8Array
  /** Modules that the condition asks. */
  readonly modules = new Set<string>()
  /** Inside how many `for … of`. */
  forOfDepth = 0
  readonly #patternNumbers = new Map<string, number>()
  readonly #variables: Variable[] = []
  #slots = 0

  constructor(surroundings: Surroundings, patterns: readonly string[]) {
    this.surroundings = surroundings
    this.patterns = patterns
    this.usedPatterns = new Uint8Array(patterns.length)
    for (const [number, name] of patterns.entries()) this.#patternNumbers.set(name, number)
  }

  patternNumber(name: string): number | undefined {
    return name === '$' ? undefined : this.#patternNumbers.get(name)
  }

  /** A variable with a slot of its own. */
  declare(name: string, type: Typed['type']): number {
    const slot = this.#slots++
    this.declareAs(name, { node: { op: 'local', slot }, type })
    return slot
  }

  /** A variable that stands for something else. */
  declareAs(name: string, meaning: Typed): void {
    this.#variables.push({ name, meaning, isUsed: false })
  }

  variable(name: string): Typed | undefined {
    const found = this.#variables.findLast((variable) => variable.name === name)
    if (found === undefined) return undefined
    found.isUsed = true
    return found.meaning
  }

  /** Ends the life of the variables declared last; returns those that nobody asked for. */
  forget(variables: readonly NameExpression[]): NameExpression[] {
    const ended = this.#variables.splice(this.#variables.length - variables.length)
    return variables.filter((_, index) => ended[index]?.isUsed === false)
  }

  *names(): Generator<string, void> {
    for (const { name } of this.#variables) yield name
    yield* this.surroundings.namespace.modules.keys()
    yield* Object.keys(this.surroundings.externals)
    yield* this.surroundings.namespace.rules.keys()
  }
}
