// What each rule costs on given files: the time of its condition, and that of following up what its strings may be.

import type { DetectContext } from '../detectors/detector.ts'
import { compileCondition } from '../detectors/yara/condition/compile.ts'
import type { Scene } from '../detectors/yara/condition/scene.ts'
import { modules, type Variables } from '../detectors/yara/index.ts'
import type { RuleHead } from '../detectors/yara/layout.ts'
import { RuleTable } from '../detectors/yara/rule-table.ts'
import { YaraScanner } from '../detectors/yara/scanner.ts'
import { fileVariables } from '../detectors/yara/variables.ts'
import type { Image } from '../image.ts'
import { readChains } from '../matcher/chains.ts'
import type { MatchTally } from '../matcher/matcher.ts'
import type { ScanObject } from '../scan-object.ts'
import { Sweep } from './sweep.ts'
import { visitFile, type VisitOptions } from './visit.ts'

export interface RuleCost {
  readonly rule: RuleHead
  /** All times are in milliseconds. Of strings that several rules have, each bears its part. */
  readonly ms: number
  readonly conditionMs: number
  readonly stringsMs: number
  /** Objects for which its condition was evaluated, and for which it was true. */
  readonly evaluated: number
  readonly matched: number
  /** Places looked at for its strings, and those where one was. */
  readonly candidates: number
  readonly verified: number
}

export interface Profile {
  /** Those that cost anything, the dearest first. */
  readonly rules: readonly RuleCost[]
  /** The search for all strings at once, which belongs to no rule. */
  readonly searchMs: number
  /** Reading objects for modules, by module. */
  readonly moduleMs: Readonly<Record<string, number>>
  readonly objects: number
  readonly bytes: number
}

export class Profiler {
  readonly #table: RuleTable
  readonly #scanner: YaraScanner
  readonly #sweep: Sweep
  readonly #variables: Variables
  readonly #patterns: PatternCosts
  readonly #conditions = new Map<number, { holds: (scene: Scene) => boolean; modules: readonly string[] }>()
  readonly #costs = new Map<number, { conditionMs: number; evaluated: number; matched: number }>()
  readonly #moduleMs: Record<string, number> = {}
  #searchMs = 0
  #objects = 0
  #bytes = 0

  constructor(image: Image, variables: Variables) {
    this.#table = new RuleTable(image)
    this.#scanner = new YaraScanner(this.#table)
    this.#patterns = new PatternCosts(image)
    this.#sweep = new Sweep(image, { all: false, tally: this.#patterns })
    this.#variables = variables
  }

  /** Throws AppError `not-found` when the file cannot be opened. */
  add(path: string, options: VisitOptions): void {
    visitFile(path, { id: 'profile', detect: (object, context) => this.#look(object, context) }, options)
  }

  result(): Profile {
    const table = this.#table
    const rules = Array.from({ length: table.count }, (_, rule) => this.#costOf(rule))
      .filter(({ ms, evaluated }) => ms > 0 || evaluated > 0)
      .toSorted((left, right) => right.ms - left.ms)
    return {
      rules,
      searchMs: Math.max(0, this.#searchMs),
      moduleMs: this.#moduleMs,
      objects: this.#objects,
      bytes: this.#bytes,
    }
  }

  #look(object: ScanObject, context: DetectContext): void {
    const started = performance.now()
    const before = this.#patterns.totalMs
    const { bytes, profile, hits } = this.#sweep.of(object, context)
    this.#searchMs += performance.now() - started - (this.#patterns.totalMs - before)
    const variables = { ...fileVariables(object, bytes, context.file), ...this.#variables }
    const request = { bytes, profile, hits, budget: context.budget, variables }
    // Settles what other rules and the searches without an atom say, so that each condition's time is its own.
    Array.from(this.#scanner.matching(request))
    const scene = this.#scanner.scene(request)
    for (const rule of this.#scanner.candidates(request)) {
      context.budget.checkTime()
      this.#evaluate(rule, scene)
    }
    this.#objects++
    this.#bytes += bytes.length
  }

  #evaluate(rule: number, scene: Scene): void {
    const { holds, modules: used } = this.#conditionOf(rule)
    for (const name of used) this.#open(name, scene)
    const started = performance.now()
    const isMatch = holds(scene)
    const ms = performance.now() - started
    const cost = this.#costs.get(rule) ?? { conditionMs: 0, evaluated: 0, matched: 0 }
    cost.conditionMs += ms
    cost.evaluated++
    if (isMatch) cost.matched++
    this.#costs.set(rule, cost)
  }

  /** Only the first rule that asks makes a module read the object. */
  #open(name: string, scene: Scene): void {
    const started = performance.now()
    scene.module(name)
    this.#moduleMs[name] = (this.#moduleMs[name] ?? 0) + performance.now() - started
  }

  #conditionOf(rule: number): { holds: (scene: Scene) => boolean; modules: readonly string[] } {
    const known = this.#conditions.get(rule)
    if (known !== undefined) return known
    const condition = this.#table.condition(rule)
    const made = {
      holds: compileCondition(condition, { patterns: this.#table.patterns(rule), modules }),
      modules: [...new Set(modulesIn(condition))],
    }
    this.#conditions.set(rule, made)
    return made
  }

  #costOf(rule: number): RuleCost {
    const table = this.#table
    const { conditionMs, evaluated, matched } = this.#costs.get(rule) ?? noCost
    let stringsMs = 0
    let candidates = 0
    let verified = 0
    for (const pattern of table.patterns(rule)) {
      stringsMs += this.#patterns.ms(pattern) / Math.max(1, table.usersOf(pattern).length)
      candidates += this.#patterns.candidates(pattern)
      verified += this.#patterns.verified(pattern)
    }
    return {
      rule: table.head(rule),
      ms: conditionMs + stringsMs,
      conditionMs,
      stringsMs,
      evaluated,
      matched,
      candidates,
      verified,
    }
  }
}

const noCost = { conditionMs: 0, evaluated: 0, matched: 0 }

/** The matcher's work by pattern; that of a chain's parts is the chain's. */
class PatternCosts implements MatchTally {
  totalMs = 0
  readonly #ms: Float64Array
  readonly #candidates: Float64Array
  readonly #verified: Float64Array
  readonly #whole: Int32Array

  constructor(image: Image) {
    const count = image.bytes('existence').length
    this.#ms = new Float64Array(count)
    this.#candidates = new Float64Array(count)
    this.#verified = new Float64Array(count)
    this.#whole = Int32Array.from({ length: count }, (_, pattern) => pattern)
    for (const { pattern, parts } of readChains(image.words('chains'))) {
      for (const part of parts) this.#whole[part] = pattern
    }
  }

  add(pattern: number, ms: number, found: boolean): void {
    const whole = this.#whole[pattern] ?? pattern
    this.#ms[whole] = this.ms(whole) + ms
    this.#candidates[whole] = this.candidates(whole) + 1
    if (found) this.#verified[whole] = this.verified(whole) + 1
    this.totalMs += ms
  }

  ms(pattern: number): number {
    return this.#ms[pattern] ?? 0
  }

  candidates(pattern: number): number {
    return this.#candidates[pattern] ?? 0
  }

  verified(pattern: number): number {
    return this.#verified[pattern] ?? 0
  }
}

function modulesIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  if ('op' in part && part.op === 'module' && 'module' in part) return [String(part.module)]
  return Object.values(part).flatMap((below) => modulesIn(below))
}
