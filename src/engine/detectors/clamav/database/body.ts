// Hexadecimal signatures: parts with gaps between them, `{n-m}` and `*`. Manual, "Body-based Signature Content Format".

import type { Tree } from '../../../matcher/regex/tree.ts'
import { anyBytes } from './hex-run.ts'
import { isNumber } from './level.ts'
import { fullword, widened } from './modifiers.ts'
import { parsePart } from './part.ts'
import type { Body, BodyPart, Range } from './records.ts'

/** The modifiers of subsignatures of .ldb; other formats have none. */
export interface Modifiers {
  readonly nocase: boolean
  readonly fullword: boolean
  readonly wide: boolean
  readonly ascii: boolean
}

export const noModifiers: Modifiers = { nocase: false, fullword: false, wide: false, ascii: false }

/** The message for a body that is well formed but has a gap of at least more than at most bytes. */
export const neverMatches = 'the least of a gap is greater than its most: the signature can never match'

/** One body, or two for `wide` together with `ascii`; or what is wrong. */
export function parseBodies(text: string, modifiers: Modifiers): readonly Body[] | string {
  const worded = modifiers.fullword ? fullword(text) : text
  if (worded === undefined) return 'a square bracket is not closed'
  const bodies: Body[] = []
  if (modifiers.wide) {
    const wide = widened(worded)
    if (wide === undefined) return 'the signature is not a sequence of hexadecimal bytes'
    const body = parseBody(wide, modifiers, true)
    if (typeof body === 'string') return body
    bodies.push(body)
  }
  if (modifiers.ascii || !modifiers.wide) {
    const body = parseBody(worded, modifiers, false)
    if (typeof body === 'string') return body
    bodies.push(body)
  }
  return bodies
}

/** A body without modifiers, or what is wrong. */
export function parsePlainBody(text: string): Body | string {
  return parseBody(text, noModifiers, false)
}

function parseBody(text: string, modifiers: Modifiers, wide: boolean): Body | string {
  const spans = split(withoutSimpleJumps(text))
  if (typeof spans === 'string') return spans
  const options = { nocase: modifiers.nocase, generic: Object.values(modifiers).includes(true) }
  const parts: BodyPart[] = []
  let possible = true
  for (const { gap, part: partText } of spans) {
    const part = parsePart(partText, options)
    if (typeof part === 'string') return part
    parts.push({ gap, ...part })
    possible &&= gap.least <= gap.most
  }
  return possible ? { parts, wide } : neverMatches
}

/** Everything of a body but its marks, as one tree. A match starts at the anchor of the first part, if it has one. */
export function treeOfBody({ parts }: Body): Tree {
  const items: Tree[] = []
  for (const { gap, tree, before, after } of parts) {
    if (gap.most > 0) items.push(anyBytes(gap))
    if (before !== undefined) items.push(before.tree, anyBytes(before.distance))
    items.push(tree)
    if (after !== undefined) items.push(anyBytes(after.distance), after.tree)
  }
  return items.length === 1 ? items[0]! : { kind: 'concat', items }
}

/** Jumps up to here do not make parts, as long as no other jump is before them. */
const maxSimpleJump = 127
const simpleJump = /\{([0-9]{1,9})\}/y

/** Leading `{n}` are so many wildcards: unlike others they may stand in groups and next to single bytes. */
function withoutSimpleJumps(text: string): string {
  let done = ''
  let from = 0
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
    simpleJump.lastIndex = open
    const match = simpleJump.exec(text)
    const bytes = Number(match?.[1] ?? 0)
    if (match === null || bytes < 1 || bytes > maxSimpleJump) break
    done += text.slice(from, open) + '??'.repeat(bytes)
    from = open + match[0].length
  }
  return done + text.slice(from)
}

interface Span {
  readonly gap: Range
  readonly part: string
}

function split(text: string): readonly Span[] | string {
  if (!/[*{]/.test(text)) return [{ gap: noGap, part: text }]
  const spans: Span[] = []
  let gap = noGap
  let from = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '(') depth++
    else if (character === ')') depth--
    if (character !== '*' && character !== '{') continue
    if (depth !== 0) return 'a gap stands in a group'
    spans.push({ gap, part: text.slice(from, at) })
    gap = unbounded
    if (character === '{') {
      const close = text.indexOf('}', at)
      const jump = close < 0 ? undefined : parseJump(text.slice(at + 1, close))
      if (jump === undefined) return 'a jump is not of the form {n}, {n-m}, {n-} or {-m}'
      gap = jump
      at = close
    }
    from = at + 1
  }
  spans.push({ gap, part: text.slice(from) })
  return spans
}

const noGap: Range = { least: 0, most: 0 }
const unbounded: Range = { least: 0, most: Number.POSITIVE_INFINITY }
const maxJump = 0x7fff_ffff

/** As in ClamAV a zero is no bound: `{0}`, `{0-0}` and `{-0}` are any number of bytes. */
function parseJump(text: string): Range | undefined {
  const match = /^([0-9]*)-+([0-9]*)-*$/.exec(text)
  if (match === null && !isNumber(text)) return undefined
  const least = Number(match === null ? text : match[1])
  const most = Number(match === null ? text : match[2])
  if (least > maxJump || most > maxJump) return undefined
  return { least, most: most === 0 ? Number.POSITIVE_INFINITY : most }
}
