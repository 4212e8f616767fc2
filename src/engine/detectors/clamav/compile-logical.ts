// Logical signatures: their subsignatures' contents become patterns; expression, description and the rest are stored.

import type { MatcherBuilder } from '../../matcher/compile/builder.ts'
import { compileBody, profilesOfTarget, rarestPart, rarityOf } from './compile-body.ts'
import type { LogicalRecord, Subsignature, TargetDescription } from './database/index.ts'
import { targetOf } from './file-type.ts'
import type { StoredBody, StoredLogical, StoredSubsignature } from './layout.ts'
import { compileExpression } from './regular-expression.ts'
import { countedIn, type Requirement, requirementOf } from './requirement.ts'

export interface CompiledLogical {
  readonly stored: StoredLogical
  /** At least one of these patterns must have been found; undefined: it can hold without any. */
  readonly needs: readonly number[] | undefined
}

/** Why a signature cannot be used. */
export type Unusable =
  | 'icon'
  | 'handler type'
  | 'image hash'
  | 'regular expression'
  | 'too large'
  | 'can never match'

export function compileLogical(record: LogicalRecord, matcher: MatcherBuilder): CompiledLogical | Unusable {
  const unusable = whyUnusable(record)
  if (unusable !== undefined) return unusable
  const { subsignatures, logic, target: description } = record
  const requirement = requirementOf(logic, {
    of: (index) => needsOf(subsignatures, index),
    rarity: (index) => {
      const subsignature = subsignatures[index]
      return subsignature?.kind === 'content' ? rarityOf(subsignature.bodies) : 0
    },
  })
  if (requirement?.size === 0) return 'can never match'
  const counted = countedOf(record)
  const profiles = profilesOfTarget(description.target, description.fileSize)
  const stored: StoredSubsignature[] = []
  for (const [index, subsignature] of subsignatures.entries()) {
    const compiled = compileSubsignature(subsignature, { profiles, once: !counted.has(index) }, matcher)
    if (compiled === undefined) return 'too large'
    stored.push(compiled)
  }
  return {
    stored: { name: record.name, description, logic, subsignatures: stored },
    needs:
      requirement && [...requirement].flatMap((index) => patternsOf(subsignatures[index], stored[index])),
  }
}

function whyUnusable({ target, subsignatures }: LogicalRecord): Unusable | undefined {
  if ((target.iconGroup1 ?? target.iconGroup2) !== undefined) return 'icon'
  if (!isReadAgain(target)) return 'handler type'
  if (subsignatures.some(({ kind }) => kind === 'fuzzy-image')) return 'image hash'
  for (const subsignature of subsignatures) {
    if (subsignature.kind === 'pcre' && compileExpression(subsignature) === undefined)
      return 'regular expression'
  }
  return undefined
}

/**
 * ClamAV looks at a file that fits once more as one of the handler's type, and the signature has to fit then, too. What
 * signatures of that type find there is not known here.
 */
function isReadAgain({ target, handlerType }: TargetDescription): boolean {
  return handlerType === undefined || target === 0 || target === targetOf(handlerType)
}

/** What must be found for a subsignature to match: contents themselves, others through what they refer to. */
function needsOf(subsignatures: readonly Subsignature[], index: number): Requirement {
  const subsignature = subsignatures[index]
  switch (subsignature?.kind) {
    case 'content':
      return subsignature.offset.kind === 'macro' ? none : new Set([index])
    case 'macro':
      return index > 0 ? needsOf(subsignatures, index - 1) : none
    case 'byte-compare':
      return subsignature.reference < index ? needsOf(subsignatures, subsignature.reference) : none
    case 'pcre':
      return requirementOf(subsignature.trigger, {
        of: (before) => (before < index ? needsOf(subsignatures, before) : none),
        rarity: () => 0,
      })
    case 'never':
    case 'fuzzy-image':
    case undefined:
      return none
  }
}

const none: ReadonlySet<number> = new Set()

function countedOf({ logic, subsignatures }: LogicalRecord): ReadonlySet<number> {
  let counted = countedIn(logic)
  for (const [index, subsignature] of subsignatures.entries()) {
    if (subsignature.kind === 'pcre') counted = counted.union(countedIn(subsignature.trigger))
    if (subsignature.kind === 'byte-compare') counted.add(subsignature.reference)
    if (subsignature.kind === 'macro') counted.add(index - 1)
  }
  return counted
}

function compileSubsignature(
  subsignature: Subsignature,
  { profiles, once }: { readonly profiles: number; readonly once: boolean },
  matcher: MatcherBuilder,
): StoredSubsignature | undefined {
  switch (subsignature.kind) {
    case 'content': {
      const { offset } = subsignature
      const bodies: StoredBody[] = []
      for (const body of subsignature.bodies) {
        const compiled = compileBody(body, { offset, profiles, once }, matcher)
        if (compiled === undefined) return undefined
        bodies.push(compiled)
      }
      return { kind: 'content', offset, bodies, once }
    }
    case 'byte-compare': {
      const comparisons = subsignature.comparisons.map(({ symbol, value }) => ({
        symbol,
        value: String(value),
      }))
      return { ...subsignature, comparisons }
    }
    case 'fuzzy-image':
      return { kind: 'never' }
    case 'never':
    case 'macro':
    case 'pcre':
      return subsignature
  }
}

function patternsOf(
  subsignature: Subsignature | undefined,
  stored: StoredSubsignature | undefined,
): number[] {
  if (subsignature?.kind !== 'content' || stored?.kind !== 'content') return []
  return stored.bodies.flatMap((body, index) => {
    const record = subsignature.bodies[index]
    const part = record === undefined ? undefined : body.parts[rarestPart(record)]
    return part === undefined ? [] : [part.pattern]
  })
}
