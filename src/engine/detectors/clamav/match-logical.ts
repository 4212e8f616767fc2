// Decides logical signatures. Manual, "Logical signatures"; what the manual leaves open as clamscan 1.4.6 does it.

import { comparesTrue } from './byte-compare.ts'
import { evaluateLogic, type Range, type TargetDescription } from './database/index.ts'
import { findBody } from './find-body.ts'
import type { StoredBody, StoredLogical, StoredMacro, StoredSubsignature } from './layout.ts'
import { offsetRange } from './offset-range.ts'
import { compileExpression, type Expression, type ExpressionRunner } from './regular-expression.ts'
import type { Scene } from './scene.ts'
import { never, SubsignatureCounts } from './subsignature-counts.ts'

/** What is around an object: types of the objects that it is in, the outermost first. */
export interface Surroundings {
  readonly types: readonly string[]
}

export interface LogicalContext {
  readonly scene: Scene
  readonly surroundings: Surroundings
  readonly runner: ExpressionRunner
  /** Of the signature's target. */
  readonly macros: readonly StoredMacro[]
}

type Content = Extract<StoredSubsignature, { kind: 'content' }>
type Pcre = Extract<StoredSubsignature, { kind: 'pcre' }>

/** A logical signature ready to be matched. */
export class LogicalSignature {
  readonly name: string
  readonly #stored: StoredLogical
  readonly #expressions = new Map<Pcre, Expression | undefined>()

  constructor(stored: StoredLogical) {
    this.name = stored.name
    this.#stored = stored
  }

  /** Where the first subsignature that matched starts; undefined: the signature does not match. */
  match(context: LogicalContext): number | undefined {
    const { description, logic, subsignatures } = this.#stored
    if (!describes(description, context)) return undefined
    const counts = this.#counts(context)
    if (!evaluateLogic(logic, (index) => counts.count(index))) return undefined
    const starts = subsignatures.map((_, index) => counts.last(index)).filter((start) => start !== never)
    return starts.length === 0 ? 0 : Math.min(...starts)
  }

  #counts(context: LogicalContext): SubsignatureCounts {
    const { subsignatures } = this.#stored
    const counts = new SubsignatureCounts(subsignatures.length)
    for (const [index, subsignature] of subsignatures.entries()) {
      if (subsignature.kind !== 'content') continue
      const macro = subsignatures[index + 1]
      if (macro?.kind === 'macro') countBeforeMacro({ index, subsignature, macro }, context, counts)
      else countContent(index, subsignature, context, counts)
    }
    for (const [index, subsignature] of subsignatures.entries()) {
      if (subsignature.kind !== 'byte-compare' || counts.count(subsignature.reference) === 0) continue
      const last = counts.last(subsignature.reference)
      const origin = last === never ? 0 : last
      if (comparesTrue(subsignature, context.scene.bytes, origin)) counts.addPlaceless(index)
    }
    for (const [index, subsignature] of subsignatures.entries()) {
      if (subsignature.kind === 'pcre') this.#countPcre(index, subsignature, context, counts)
    }
    return counts
  }

  #countPcre(index: number, pcre: Pcre, { scene, runner }: LogicalContext, counts: SubsignatureCounts): void {
    if (!evaluateLogic(pcre.trigger, (before) => counts.count(before))) return
    const range = offsetRange(pcre.offset, scene)
    const expression = this.#expression(pcre)
    if (range === undefined || expression === undefined || range.least >= scene.bytes.length) return
    runner.open(scene.budget)
    searchPcre({ pcre, expression, ...range }, { scene, runner }, (start) => counts.add(index, start, false))
  }

  #expression(pcre: Pcre): Expression | undefined {
    if (!this.#expressions.has(pcre)) this.#expressions.set(pcre, compileExpression(pcre))
    return this.#expressions.get(pcre)
  }
}

function describes(description: TargetDescription, { scene, surroundings }: LogicalContext): boolean {
  const { fileSize, entryPoint, numberOfSections, container, intermediates } = description
  if (fileSize !== undefined && !isIn(fileSize, scene.fileSize)) return false
  const { executable } = scene
  if (entryPoint !== undefined && !(executable && isIn(entryPoint, executable.entryPoint))) return false
  if (numberOfSections !== undefined && !(executable && isIn(numberOfSections, executable.sections.length)))
    return false
  if (container !== undefined && (surroundings.types.at(-1) ?? anyType) !== container) return false
  return intermediates === undefined || isWithin(intermediates, surroundings.types)
}

const anyType = 'CL_TYPE_ANY'

/** The innermost types must be these; `CL_TYPE_ANY` is left out and does not stand for one. */
function isWithin(intermediates: readonly string[], types: readonly string[]): boolean {
  if (types.length < intermediates.length) return false
  const asked = intermediates.filter((type) => type !== anyType)
  return asked.every((type, index) => types.at(index - asked.length) === type)
}

function isIn({ least, most }: Range, value: number): boolean {
  return value >= least && value <= most
}

function countContent(
  index: number,
  { bodies, offset, once }: Content,
  { scene }: LogicalContext,
  counts: SubsignatureCounts,
): void {
  if (bodies.length > 1) {
    for (const { start, isJoined } of startsOf(bodies, offset, scene)) counts.add(index, start, isJoined)
    return
  }
  const [body] = bodies
  if (body === undefined) return
  const isJoined = body.parts.length > 1
  findBody(body, offset, scene, (start) => {
    counts.add(index, start, isJoined)
    return once
  })
}

interface Start {
  readonly start: number
  readonly isJoined: boolean
}

/** The matches of all bodies in the order of the file. */
function startsOf(bodies: readonly StoredBody[], offset: Content['offset'], scene: Scene): Start[] {
  const starts: Start[] = []
  for (const body of bodies) {
    findBody(body, offset, scene, (start) => {
      starts.push({ start, isJoined: body.parts.length > 1 })
      return starts.length >= maxStarts
    })
  }
  return starts.toSorted((left, right) => left.start - right.start)
}

const maxStarts = 100_000

/** Matches count only when a member of the macro group follows at the right distance. */
function countBeforeMacro(
  {
    index,
    subsignature,
    macro,
  }: {
    readonly index: number
    readonly subsignature: Content
    readonly macro: Extract<StoredSubsignature, { kind: 'macro' }>
  },
  { scene, macros }: LogicalContext,
  counts: SubsignatureCounts,
): void {
  const members = macros.filter(({ group }) => group === macro.group).map(({ body }) => body)
  const places = startsOf(members, { kind: 'any' }, scene)
  let next = 0
  let last = never
  const { least, most } = macro.distance
  for (const { start, isJoined } of startsOf(subsignature.bodies, subsignature.offset, scene)) {
    while (next < places.length && places[next]!.start < start) last = places[next++]!.start
    counts.addBeforeMacro(index, start, { macro: last, least, most, isJoined })
  }
  last = places.at(-1)?.start ?? never
  counts.checkMacro(index, never, { macro: last, least, most })
}

interface PcreSearch {
  readonly pcre: Pcre
  readonly expression: Expression
  readonly least: number
  readonly most: number
}

/** Flags: `g` all matches, `e` only bytes within offset and shift, `r` from the offset on, `A` at the offset. */
function searchPcre(
  { pcre, expression, least, most }: PcreSearch,
  { scene, runner }: Pick<LogicalContext, 'scene' | 'runner'>,
  found: (start: number) => void,
): void {
  const { flags } = pcre
  const shift = Number.isFinite(most) ? most - least : 0
  const isPlaced = pcre.offset.kind !== 'any'
  const length = scene.bytes.length - least
  const seen = flags.includes('e') && shift > 0 ? Math.min(shift, length) : length
  const isFixed = isPlaced && shift === 0 && !flags.includes('r')
  const anchored = isFixed || flags.includes('A')
  // Expressions see the part of the file from their offset on as if it were all.
  const bytes = scene.bytes.subarray(least, least + seen)
  for (let from = 0; from < bytes.length;) {
    scene.budget.checkTime()
    const match = runner.search(expression, bytes, { from, length: bytes.length - from, anchored })
    if (match === undefined) return
    if (!flags.includes('e') && shift > 0 && match.start > shift) return
    found(least + match.start)
    if (!flags.includes('g') || match.end <= from) return
    from = match.end
  }
}
