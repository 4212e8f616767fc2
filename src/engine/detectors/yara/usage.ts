// How a condition uses its strings: where only one occurrence or one place counts, the matcher is spared the rest.

import type { Node, PatternRef, Where } from './condition/node.ts'

export interface StringUse {
  /** Whether it occurs is all that is asked. */
  existence: boolean
  /** It is only asked about at these offsets; undefined: anywhere. */
  anchors: Set<number> | undefined
}

/** One entry for each of the rule's strings. */
export function stringUses(condition: Node, strings: number): readonly StringUse[] {
  const walker = new Walker(strings)
  walker.walk(condition, [])
  return walker.uses.map((use) => ({
    existence: use.existence,
    anchors: use.asked && use.anchors.size > 0 && !use.anywhere ? use.anchors : undefined,
  }))
}

class Walker {
  readonly uses: { existence: boolean; anywhere: boolean; asked: boolean; anchors: Set<number> }[]

  constructor(strings: number) {
    this.uses = Array.from({ length: strings }, () => ({
      existence: true,
      anywhere: false,
      asked: false,
      anchors: new Set<number>(),
    }))
  }

  /** `current`: the strings that `$` stands for. */
  walk(node: Node, current: readonly number[]): void {
    if (node.op === 'for-patterns') {
      this.walk(node.body, node.patterns)
      if ('value' in node.quantifier) this.walk(node.quantifier.value, current)
      return
    }
    if (node.op === 'pattern') this.#at(referred(node.pattern, current), node.where)
    else if (node.op === 'of-patterns') this.#at(node.patterns, node.where)
    else if (node.op === 'count' || node.op === 'offset' || node.op === 'length') {
      this.#everyMatch(referred(node.pattern, current))
    }
    this.#walkParts(node, current)
  }

  #at(strings: readonly number[], where: Where | undefined): void {
    const anchor = where?.kind === 'at' && where.offset.op === 'const' ? where.offset.value : undefined
    for (const index of strings) {
      const use = this.uses[index]
      if (use === undefined) continue
      use.asked = true
      if (where === undefined) use.anywhere = true
      else if (typeof anchor === 'number') {
        use.existence = false
        use.anchors.add(anchor)
      } else this.#everyMatch([index])
    }
  }

  #everyMatch(strings: readonly number[]): void {
    for (const index of strings) {
      const use = this.uses[index]
      if (use === undefined) continue
      use.asked = true
      use.anywhere = true
      use.existence = false
    }
  }

  /** Every node below this one, wherever it stands. */
  #walkParts(part: unknown, current: readonly number[]): void {
    if (typeof part !== 'object' || part === null) return
    for (const below of Object.values(part)) {
      if (isNode(below)) this.walk(below, current)
      else this.#walkParts(below, current)
    }
  }
}

function referred(pattern: PatternRef, current: readonly number[]): readonly number[] {
  return pattern === 'current' ? current : [pattern]
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && value.op !== 'regex'
}
