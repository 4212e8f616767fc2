// Hexadecimal signatures as patterns of the matcher: a pattern for each part. What stands between and around the parts
// (gaps, marks, anchored bytes) is looked at when all parts were found; see find-body.ts.

import type { MatcherBuilder } from '../../matcher/compile/builder.ts'
import type { Pattern } from '../../matcher/pattern.ts'
import { maxSize, sizeOf } from '../../matcher/regex/tree-size.ts'
import type { Tree } from '../../matcher/regex/tree.ts'
import { profiles } from '../../profiles.ts'
import type { Anchor, Body, BodyPart, Offset, Range } from './database/index.ts'
import { endless, type StoredAnchor, type StoredBody, type StoredNotice, type StoredPart } from './layout.ts'

export interface BodyUse {
  readonly offset: Offset
  /** Where it is looked for; see `profilesOfTarget`. */
  readonly profiles: number
  /** Whether it occurs is enough. */
  readonly once: boolean
}

/** Undefined: larger than the matcher takes. */
export function compileBody(body: Body, use: BodyUse, matcher: MatcherBuilder): StoredBody | undefined {
  if (body.parts.some(({ tree }) => sizeOf(tree) > maxSize)) return undefined
  const isOne = body.parts.length === 1
  const parts = body.parts.map((part, index): StoredPart => {
    const anchors = index === 0 ? anchorsOf(use.offset) : undefined
    const isFree = isOne && use.offset.kind === 'any' && !hasConditions(part)
    const pattern = matcher.add(patternOf(part.tree), {
      profiles: use.profiles,
      existence: use.once && isFree,
      ...(anchors === undefined ? {} : { anchors }),
    })
    return { pattern, ...(part.gap.most > 0 && { gap: rangeOf(part.gap) }), ...conditionsOf(part) }
  })
  return { ...(body.wide && { wide: true }), parts }
}

/** The part that is least often found in vain. */
export function rarestPart(body: Body): number {
  const rarities = body.parts.map(({ tree }) => rarityOfTree(tree))
  return rarities.indexOf(Math.max(...rarities))
}

/** How rare the rarest parts of all bodies are at least. */
export function rarityOf(bodies: readonly Body[]): number {
  return Math.min(...bodies.map((body) => rarityOfTree(body.parts[rarestPart(body)]!.tree)))
}

/** The number of fixed bytes, not counting zeros and repetitions: padding is everywhere. */
function rarityOfTree(tree: Tree): number {
  switch (tree.kind) {
    case 'bytes':
      return tree.bytes.reduce(
        (sum, byte, at, bytes) => sum + (byte !== 0 && byte !== bytes[at - 1] ? 1 : 0),
        0,
      )
    case 'concat':
      return tree.items.reduce((sum, item) => sum + rarityOfTree(item), 0)
    case 'either':
      return Math.min(...tree.items.map(rarityOfTree))
    case 'class':
      return tree.set.reduce((sum, word) => sum + (word === 0 ? 1 : 0), 0) > 5 ? 1 / 2 : 0
    case 'repeat':
      return tree.least * rarityOfTree(tree.item)
    case 'assert':
      return 0
  }
}

/** ClamAV notices a part at its first bytes that are not all zero, three of them or the two that there are. */
const noticedBytes = 3

export function noticeOf(body: Body): StoredNotice {
  const fixed = fixedBytes(body.parts.at(-1)!.tree)
  for (let start = 0; start + 1 < fixed.length; start++) {
    const depth = fixedFrom(fixed, start)
    if (depth >= 2 && fixed.slice(start, start + depth).some((byte) => byte !== 0))
      return { at: start + depth, depth }
  }
  const depth = fixedFrom(fixed, 0)
  return { at: depth, depth }
}

function fixedFrom(fixed: readonly (number | undefined)[], start: number): number {
  let length = 0
  while (length < noticedBytes && fixed[start + length] !== undefined) length++
  return length
}

/** The bytes that a tree begins with, undefined for those that may vary. */
function fixedBytes(tree: Tree): (number | undefined)[] {
  const items = tree.kind === 'concat' ? tree.items : [tree]
  return items.flatMap((item): (number | undefined)[] =>
    item.kind === 'bytes' ? [...item.bytes] : [undefined],
  )
}

function hasConditions({ before, after, left, right }: BodyPart): boolean {
  return (before ?? after ?? left ?? right) !== undefined
}

function conditionsOf({ before, after, left, right }: BodyPart): Omit<StoredPart, 'pattern' | 'gap'> {
  return {
    ...(before && { before: anchorOf(before) }),
    ...(after && { after: anchorOf(after) }),
    ...(left && { left }),
    ...(right && { right }),
  }
}

function anchorOf({ tree, distance }: Anchor): StoredAnchor {
  return { set: [...setOf(tree)], distance }
}

/** The bytes of a tree that is one byte long. */
function setOf(tree: Tree): Uint32Array {
  if (tree.kind === 'class') return tree.set
  const set = new Uint32Array(8)
  if (tree.kind === 'bytes') set[tree.bytes[0]! >> 5] = 1 << (tree.bytes[0]! & 31)
  if (tree.kind === 'repeat') return setOf(tree.item)
  return set
}

function rangeOf({ least, most }: Range): Range {
  return { least, most: Math.min(most, endless) }
}

function patternOf(tree: Tree): Pattern {
  if (tree.kind === 'bytes') {
    return { kind: 'text', bytes: tree.bytes, nocase: false, ascii: true, wide: false, fullword: false }
  }
  return { kind: 'tree', tree, ascii: true, wide: false, fullword: false, greedy: false }
}

/** With more places than this a search costs less than looking at all of them. */
const maxAnchors = 16

function anchorsOf(offset: Offset): readonly number[] | undefined {
  if (offset.kind !== 'absolute' || offset.maxShift >= maxAnchors) return undefined
  return Array.from({ length: offset.maxShift + 1 }, (_, shift) => offset.value + shift)
}

/** The profile of texts that were normalised; no object has it (see `profileOf`). */
export const normalisedProfile = profiles.length

const target = { any: 0, pe: 1, html: 3, elf: 6, text: 7 } as const

const anySize: Range = { least: 0, most: endless }

/** Profiles on which a signature for a target can match: nobody else pays for it. */
export function profilesOfTarget(number: number, fileSize: Range = anySize): number {
  const isNormalised = number === target.any || number === target.html || number === target.text
  let mask = isNormalised ? 1 << normalisedProfile : 0
  if (number === target.html || number === target.text) return mask
  for (const [index, { head, size }] of profiles.entries()) {
    if (!fits(number, head?.[0])) continue
    if (fileSize.least <= size.most && fileSize.most >= size.least) mask |= 1 << index
  }
  return mask
}

function fits(number: number, first: number | undefined): boolean {
  if (number === target.any) return true
  if (number === target.pe) return first === 0x4d
  return number === target.elf ? first === 0x7f : first === undefined
}
