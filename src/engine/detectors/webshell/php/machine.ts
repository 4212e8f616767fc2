// The state of one analysis of a PHP file: variables, functions, evidence, and what it may still cost.

import type { Budget } from '../../../limits.ts'
import type { Evidence } from '../../evidence.ts'
import type { ClassNode, Expression, FunctionNode, Statement } from './ast.ts'
import { join, unknown, type Value } from './value.ts'

/** Why a list of statements ended early. `end`: nothing behind it runs in this function. */
export type Signal = 'none' | 'jump' | 'end' | 'goto'

/** Ends an analysis that became too long; what was found until then counts. */
export class TooMuch extends Error {}

/** Variables of one branch; what it does not know, the branch around it knows. */
export class Scope {
  readonly variables = new Map<string, Value>()
  readonly parent: Scope | undefined

  constructor(parent: Scope | undefined) {
    this.parent = parent
  }

  get(name: string): Value | undefined {
    const own = this.variables.get(name)
    if (own !== undefined) return own
    for (let scope = this.parent; scope !== undefined; scope = scope.parent) {
      const value = scope.variables.get(name)
      if (value !== undefined) return value
    }
    return undefined
  }
}

/** One function that runs, or the file itself. */
export interface Frame {
  scope: Scope
  readonly isFile: boolean
  /** The names that `global` brought in. */
  readonly globals: Set<string>
  returned: Value | undefined
  /** What any variable may be, once the request set variables by name. */
  anything: Value | undefined
  readonly className: string
  readonly args: readonly Value[]
}

export interface Options {
  readonly evidence: Evidence
  readonly budget: Budget
  readonly maxSteps: number
  /** The file belongs to a program of several. */
  readonly isPart: boolean
}

const maxLayers = 10
const maxLayerBytes = 4 * 1024 * 1024
const stepsBetweenChecks = 16_384
const maxNesting = 220

/** What a part of a program does so as well, by oversight. */
const oversights = new Set(['lists', 'reads', 'changes', 'mails', 'command'])
const surelyWrong = 62
const partShare = 0.72

export class Machine {
  readonly evidence: Evidence
  readonly functions = new Map<string, FunctionNode>()
  readonly methods = new Map<string, FunctionNode[]>()
  readonly classes = new Map<string, ClassNode>()
  readonly constants = new Map<string, Value>()
  readonly properties = new Map<string, Value>()
  readonly called = new Set<FunctionNode>()
  readonly results = new Map<FunctionNode, Map<string, Value>>()
  readonly stack: FunctionNode[] = []
  readonly file: Frame = newFrame(true, '', [])
  frame: Frame = this.file
  /** Above 0 while known values decide which branch runs. */
  concrete = 0
  /** Uploaded names were looked at before they were used. */
  checksUploads = false
  sockets = false
  /** Elements of the request that were looked at before they were used. */
  readonly trusted = new Set<string>()
  /** Functions that were called by names that nobody can read. */
  readonly hiddenNames = new Set<string>()
  /** Label that a `goto` looks for. */
  wanted = ''
  layer = 0
  #layerAt = 0
  #layerBytes = 0
  #steps = 0
  #iterations = 0
  #nesting = 0
  readonly #options: Options
  readonly #work: Work

  constructor(options: Options, work: Work) {
    this.#options = options
    this.#work = work
    this.evidence = options.evidence
  }

  evaluate(expression: Expression): Value {
    this.step()
    if (this.#nesting > maxNesting) return unknown
    this.#nesting++
    const value = this.#work.evaluate(this, expression)
    this.#nesting--
    return value
  }

  run(body: readonly Statement[]): Signal {
    if (this.#nesting > maxNesting) return 'none'
    this.#nesting++
    const signal = this.#work.run(this, body)
    this.#nesting--
    return signal
  }

  step(): void {
    this.#steps++
    if (this.#steps % stepsBetweenChecks === 0) this.#options.budget.checkTime()
    if (this.#steps > this.#options.maxSteps) throw new TooMuch()
  }

  get steps(): number {
    return this.#steps
  }

  /** What one loop may use of all steps. */
  get stepsOfLoop(): number {
    return this.#options.maxSteps / 3
  }

  /** May one more iteration of a loop with known values run? */
  iterate(): boolean {
    return ++this.#iterations < this.#options.maxSteps / 4
  }

  /** Code that was made from text: analysed as a part of the file, reported at `at`. */
  runCode(code: string, at: number): void {
    if (this.layer >= maxLayers || this.#layerBytes + code.length > maxLayerBytes) return
    this.#layerBytes += code.length
    const outer = this.#layerAt
    const nesting = this.#nesting
    if (this.layer++ === 0) this.#layerAt = at
    this.#work.runCode(this, code)
    this.layer--
    this.#layerAt = outer
    this.#nesting = nesting
  }

  /** `words`: the sentence and the ATT&CK technique. */
  report(kind: string, score: number, at: number, ...words: readonly [string, string?]): void {
    const [sentence, technique] = words
    const offset = this.layer > 0 ? this.#layerAt : at
    const isWeak = this.#options.isPart && score < surelyWrong && oversights.has(kind)
    const where = this.layer > 0 ? `${sentence} (in decoded code)` : sentence
    this.evidence.add({
      kind,
      score: isWeak ? Math.round(score * partShare) : score,
      offset,
      sentence: where,
      ...(technique === undefined ? {} : { technique }),
    })
  }

  get(name: string): Value | undefined {
    const { frame } = this
    if (frame.globals.has(name)) return this.file.scope.get(name) ?? this.file.anything
    return frame.scope.get(name) ?? frame.anything
  }

  set(name: string, value: Value): void {
    const target = this.frame.globals.has(name) ? this.file : this.frame
    target.scope.variables.set(name, value)
  }

  /** Runs in a scope of its own, which is returned with the signal. */
  branch(run: () => Signal): { scope: Scope; signal: Signal } {
    const { frame } = this
    const outer = frame.scope
    const scope = new Scope(outer)
    frame.scope = scope
    const signal = run()
    frame.scope = outer
    return { scope, signal }
  }

  /** Goes on after branches of which one or (`isOptional`) none ran. */
  merge(branches: readonly Scope[], isOptional: boolean): void {
    const { scope } = this.frame
    const names = new Set<string>()
    for (const branch of branches) for (const name of branch.variables.keys()) names.add(name)
    for (const name of names) {
      let merged: Value | undefined = isOptional ? (scope.get(name) ?? unknown) : undefined
      for (const branch of branches) {
        const value = branch.get(name) ?? unknown
        merged = merged === undefined ? value : join(merged, value)
      }
      scope.variables.set(name, merged!)
    }
  }
}

/** The parts of the interpreter that call each other through the machine. */
export interface Work {
  evaluate(machine: Machine, expression: Expression): Value
  run(machine: Machine, body: readonly Statement[]): Signal
  runCode(machine: Machine, code: string): void
}

export function newFrame(isFile: boolean, className: string, args: readonly Value[]): Frame {
  return {
    scope: new Scope(undefined),
    isFile,
    globals: new Set(),
    returned: undefined,
    anything: undefined,
    className,
    args,
  }
}
