// Decides which rules match an object, given what the matcher found: only the rules that can be true there are
// looked at, and a rule's condition is brought to life when it is first needed.

import type { Budget } from '../../limits.ts'
import type { HitList } from '../../matcher/hit-list.ts'
import { profileCount } from '../../matcher/layout.ts'
import { compileCondition } from './condition/compile.ts'
import type { Scene } from './condition/scene.ts'
import { ruleFlag } from './layout.ts'
import { modules } from './modules/index.ts'
import type { Module, ModuleContext } from './modules/module.ts'
import type { RuleTable } from './rule-table.ts'

export type Variables = Readonly<Record<string, unknown>>

export interface YaraRequest {
  readonly bytes: Uint8Array
  readonly profile: number
  readonly hits: HitList
  readonly budget: Budget
  readonly variables: Variables
  /** `console.log`. */
  readonly log?: (line: string) => void
}

const unknown = 0
const underWay = 1
const no = 2
const yes = 3

export class YaraScanner {
  readonly #rules: RuleTable
  readonly #conditions: (((scene: Scene) => boolean) | undefined)[] = []
  readonly #states: Uint8Array
  readonly #looked: number[] = []
  /** Rules that do not wait for a string, by profile. */
  readonly #always: readonly (readonly number[])[]
  readonly #globals: readonly number[]

  constructor(rules: RuleTable) {
    this.#rules = rules
    this.#states = new Uint8Array(rules.count)
    const numbers = Array.from({ length: rules.count }, (_, index) => index)
    this.#globals = numbers.filter((index) => (rules.flags(index) & ruleFlag.global) !== 0)
    this.#always = Array.from({ length: profileCount }, (_, profile) =>
      numbers.filter(
        (index) =>
          ((rules.profiles(index) >>> profile) & 1) === 1 && (rules.flags(index) & ruleFlag.always) !== 0,
      ),
    )
  }

  /**
   * The numbers of the rules that match, in the order in which they were written; no private ones. One at a time: what
   * was found before a limit is reached stays found.
   */
  *matching(request: YaraRequest): Generator<number, void> {
    for (const rule of this.#looked) this.#states[rule] = unknown
    this.#looked.length = 0
    const scene = new ObjectScene(request, (rule) => this.#holds(rule, scene))
    const shut = this.#shutNamespaces(scene)
    for (const rule of this.candidates(request)) {
      if (shut?.has(this.#rules.namespace(rule)) === true) continue
      if (this.#holds(rule, scene) && (this.#rules.flags(rule) & ruleFlag.private) === 0) yield rule
    }
  }

  /** Whether one rule matches, for `explain`: after `matching` of the same object. */
  scene(request: YaraRequest): Scene {
    const scene: Scene = new ObjectScene(request, (rule) => this.#holds(rule, scene))
    return scene
  }

  /** The rules whose conditions are looked at. */
  candidates({ profile, hits }: YaraRequest): number[] {
    const always = this.#always[profile] ?? []
    if (hits.touched.length === 0 && hits.postponed.length === 0) return [...always]
    const rules = new Set(always)
    for (const patterns of [hits.touched, hits.postponed]) {
      for (const pattern of patterns) {
        for (const rule of this.#rules.usersOf(pattern)) {
          if (((this.#rules.profiles(rule) >>> profile) & 1) === 1) rules.add(rule)
        }
      }
    }
    return [...rules].toSorted((left, right) => left - right)
  }

  /** Namespaces of which a global rule does not hold. */
  #shutNamespaces(scene: Scene): ReadonlySet<number> | undefined {
    if (this.#globals.length === 0) return undefined
    const shut = new Set<number>()
    for (const rule of this.#globals) {
      if (!this.#holds(rule, scene)) shut.add(this.#rules.namespace(rule))
    }
    return shut
  }

  #holds(rule: number, scene: Scene): boolean {
    const state = this.#states[rule]
    if (state === yes) return true
    // Rules refer only to rules before them; a circle is a broken database and matches nothing.
    if (state !== unknown) return false
    this.#states[rule] = underWay
    this.#looked.push(rule)
    const holds = this.#condition(rule)(scene)
    this.#states[rule] = holds ? yes : no
    return holds
  }

  #condition(rule: number): (scene: Scene) => boolean {
    return (this.#conditions[rule] ??= compileCondition(this.#rules.condition(rule), {
      patterns: this.#rules.patterns(rule),
      modules,
    }))
  }
}

class ObjectScene implements Scene {
  readonly bytes: Uint8Array
  readonly hits: HitList
  readonly budget: Budget
  readonly rule: (index: number) => boolean
  readonly context: ModuleContext
  readonly #variables: Variables
  readonly #opened = new Map<string, object | undefined>()

  constructor({ bytes, hits, budget, variables, log }: YaraRequest, rule: (index: number) => boolean) {
    this.bytes = bytes
    this.hits = hits
    this.budget = budget
    this.rule = rule
    this.#variables = variables
    this.context = { bytes, budget, log: log ?? (() => undefined) }
  }

  external(name: string): unknown {
    return this.#variables[name]
  }

  module(name: string): object | undefined {
    if (this.#opened.has(name)) return this.#opened.get(name)
    const module: Module | undefined = modules.get(name)
    const opened = module?.open(this.context)
    this.#opened.set(name, opened)
    return opened
  }

  entrypoint(): number | undefined {
    for (const name of ['pe', 'elf']) {
      const opened: { readonly entry_point?: unknown } | undefined = this.module(name)
      if (typeof opened?.entry_point === 'number') return opened.entry_point
    }
    return undefined
  }
}
