// Why rules match an object or do not: the matches of each string, and the value of every part of the condition.
// Works on sources that were compiled `complete`, so that every match of every string can be told.

import { basename } from 'node:path'

import type { Verdict } from '../../model/index.ts'
import type { DetectContext } from '../detectors/detector.ts'
import { type Explained, explainCondition } from '../detectors/yara/condition/explain.ts'
import type { Scene } from '../detectors/yara/condition/scene.ts'
import { modules, type RuleProblem, type RuleSource, type Variables } from '../detectors/yara/index.ts'
import { type RuleHead, ruleFlag } from '../detectors/yara/layout.ts'
import { RuleTable } from '../detectors/yara/rule-table.ts'
import { YaraScanner } from '../detectors/yara/scanner.ts'
import { fileVariables } from '../detectors/yara/variables.ts'
import type { Hits } from '../matcher/hits.ts'
import type { ScanObject } from '../scan-object.ts'
import { compileSources } from './signatures.ts'
import { type Swept, Sweep } from './sweep.ts'
import { visitFile, type VisitOptions } from './visit.ts'

export interface ExplainRequest {
  readonly path: string
  readonly sources: readonly RuleSource[]
  readonly variables: Variables
  /** Which rules; a member of the file instead of the file itself: its chain below the file. */
  readonly chooses: (rule: { readonly name: string }) => boolean
  readonly member: readonly string[]
  readonly visit: VisitOptions
}

export interface StringMatch {
  readonly offset: number
  readonly length: number
  /** At most `shownBytes`. */
  readonly bytes: Uint8Array
}

export interface ExplainedString {
  readonly identifier: string
  readonly count: number
  /** The first ones. */
  readonly matches: readonly StringMatch[]
}

export interface ExplainedRule {
  readonly rule: RuleHead
  readonly private: boolean
  /** Whether its condition holds. */
  readonly holds: boolean
  /** A global rule of its namespace that does not hold: then it does not match, whatever its condition says. */
  readonly shutBy: string | undefined
  readonly strings: readonly ExplainedString[]
  readonly condition: Explained
}

export interface FileExplanation {
  /** Of the object that was asked about; undefined when there is no such member. */
  readonly object:
    | { readonly chain: readonly string[]; readonly size: number; readonly rules: readonly ExplainedRule[] }
    | undefined
  /** Other objects in the file, and which of the chosen rules match there; bounded. */
  readonly others: readonly { readonly chain: readonly string[]; readonly matching: readonly string[] }[]
  readonly problems: readonly RuleProblem[]
  readonly verdict: Verdict
}

const shownBytes = 64
const shownMatches = 20
const maxOthers = 1000
/** Rules told in full. */
const maxRules = 50

/** Throws AppError `not-found` when the file cannot be opened. */
export function explainRules(request: ExplainRequest): FileExplanation {
  const { image, about } = compileSources(request.sources, { variables: request.variables, complete: true })
  const table = new RuleTable(image)
  const chosen: number[] = []
  for (let rule = 0; rule < table.count; rule++) if (request.chooses(table.head(rule))) chosen.push(rule)
  const explainer = new Explainer(table, chosen, request)
  const sweep = new Sweep(image, { all: true })
  const verdict = visitFile(
    request.path,
    {
      id: 'explain',
      detect: (object, context) => explainer.look(object, sweep.of(object, context), context),
    },
    request.visit,
  )
  return { object: explainer.object, others: explainer.others, problems: about.problems, verdict }
}

class Explainer {
  object: FileExplanation['object']
  readonly others: { readonly chain: readonly string[]; readonly matching: readonly string[] }[] = []
  readonly #table: RuleTable
  readonly #chosen: readonly number[]
  readonly #scanner: YaraScanner
  readonly #request: ExplainRequest
  readonly #wanted: string

  constructor(table: RuleTable, chosen: readonly number[], request: ExplainRequest) {
    this.#table = table
    this.#chosen = chosen
    this.#scanner = new YaraScanner(table)
    this.#request = request
    this.#wanted = chainKey([basename(request.path), ...request.member])
  }

  look(object: ScanObject, { bytes, profile, hits }: Swept, context: DetectContext): void {
    const variables = { ...fileVariables(object, bytes, context.file), ...this.#request.variables }
    const request = { bytes, profile, hits, budget: context.budget, variables }
    const matching = new Set(this.#scanner.matching(request))
    if (this.object !== undefined || chainKey(object.chain) !== this.#wanted) {
      const names = this.#chosen.filter((rule) => matching.has(rule)).map((rule) => this.#nameOf(rule))
      if (this.others.length < maxOthers) this.others.push({ chain: object.chain, matching: names })
      return
    }
    const scene = this.#scanner.scene(request)
    this.object = {
      chain: object.chain,
      size: bytes.length,
      rules: this.#chosen.slice(0, maxRules).map((rule) => this.#explain(rule, scene)),
    }
  }

  #explain(rule: number, scene: Scene): ExplainedRule {
    const table = this.#table
    const head = table.head(rule)
    const patterns = table.patterns(rule)
    const identifiers = head.strings.map(({ identifier }) => identifier)
    const names = { patterns: identifiers, rule: (index: number) => this.#nameOf(index) }
    return {
      rule: head,
      private: (table.flags(rule) & ruleFlag.private) !== 0,
      holds: scene.rule(rule),
      shutBy: this.#shutBy(rule, scene),
      strings: head.strings.map(({ identifier }, index) => ({
        identifier,
        ...matchesOf(patterns[index] ?? -1, scene.hits, scene.bytes),
      })),
      condition: explainCondition(table.condition(rule), { patterns, modules, names }, scene),
    }
  }

  #shutBy(rule: number, scene: Scene): string | undefined {
    const table = this.#table
    for (let other = 0; other < table.count; other++) {
      const isGlobal = (table.flags(other) & ruleFlag.global) !== 0
      if (!isGlobal || table.namespace(other) !== table.namespace(rule)) continue
      if (other !== rule && !scene.rule(other)) return this.#nameOf(other)
    }
    return undefined
  }

  #nameOf(rule: number): string {
    return this.#table.head(rule).name
  }
}

function matchesOf(pattern: number, hits: Hits, bytes: Uint8Array): Omit<ExplainedString, 'identifier'> {
  const count = pattern < 0 ? 0 : hits.count(pattern)
  const matches = Array.from({ length: Math.min(count, shownMatches) }, (_, index): StringMatch => {
    const offset = hits.start(pattern, index)
    const length = hits.length(pattern, index)
    return { offset, length, bytes: bytes.slice(offset, offset + Math.min(length, shownBytes)) }
  })
  return { count, matches }
}

function chainKey(chain: readonly string[]): string {
  return JSON.stringify(chain)
}
