// One part of a hexadecimal signature: what stands between two gaps. Manual, "Body-based Signature Content Format"; where it
// says nothing, what clamscan 1.4.6 takes and refuses.

import { alternativeDepth, closingParenthesis, parseAlternatives } from './alternatives.ts'
import { createHexRun, type HexRun } from './hex-run.ts'
import { markLetters, treeOfMark } from './marks.ts'
import type { Anchor, BodyPart, Mark, Range } from './records.ts'

export interface PartOptions {
  readonly nocase: boolean
  /** Some modifier is given: all alternatives are generic ones. */
  readonly generic: boolean
}

/** Each part needs so many fixed bytes side by side: they are what ClamAV looks for first. */
const minFixedBytes = 2

/** The part without its gap, or what is wrong with it. */
export function parsePart(text: string, options: PartOptions): Omit<BodyPart, 'gap'> | string {
  const anchored = takeAnchors(text, options)
  if (typeof anchored === 'string') return anchored
  const { core, before, after } = anchored
  const run = createHexRun(options.nocase)
  const marks: { left?: Mark; right?: Mark } = {}
  let at = 0
  for (let open = core.indexOf('('); open >= 0; open = core.indexOf('(', at)) {
    const negated = core[open - 1] === '!'
    if (!run.addHex(core, at, negated ? open - 1 : open)) return notHexadecimal
    const close = closingParenthesis(core, open)
    if (close < 0) return 'a closing parenthesis is missing'
    const problem = addGroup({ core, open, close, negated }, run, marks, options)
    if (problem !== '') return problem
    at = close + 1
  }
  if (!run.addHex(core, at, core.length)) return notHexadecimal
  if (run.fixed < minFixedBytes) return `no ${minFixedBytes} fixed bytes stand side by side in a part`
  return { tree: run.tree(), ...marks, ...(before && { before }), ...(after && { after }) }
}

const notHexadecimal = 'the signature is not a sequence of hexadecimal bytes'

interface Group {
  readonly core: string
  readonly open: number
  readonly close: number
  readonly negated: boolean
}

/** Adds a mark or alternatives; returns what is wrong, empty when nothing is. */
function addGroup(
  { core, open, close, negated }: Group,
  run: HexRun,
  marks: { left?: Mark; right?: Mark },
  options: PartOptions,
): string {
  const inner = core.slice(open + 1, close)
  if (inner === '') return 'a group is empty'
  const kind = markLetters.get(inner)
  if (kind !== undefined) {
    const mark = { kind, negated }
    if (close === core.length - 1) marks.right = mark
    else if (open === 0) marks.left = mark
    else run.addTree(treeOfMark(mark))
    return ''
  }
  if (inner.split('(').length - 1 > alternativeDepth)
    return `more than ${alternativeDepth} groups are in one group`
  const tree = parseAlternatives(inner, { ...options, negated })
  if (typeof tree === 'string') return tree
  run.addTree(tree)
  return ''
}

/** ClamAV's limit for anchored bytes. */
const maxAnchorDistance = 32

/** `aa[x-y]` at the start and `[x-y]aa` at the end. */
function takeAnchors(
  text: string,
  { nocase }: PartOptions,
): { core: string; before?: Anchor; after?: Anchor } | string {
  let core = text
  let before: Anchor | undefined
  for (let open = core.indexOf('['); open >= 0; open = core.indexOf('[')) {
    const close = core.indexOf(']', open)
    const distance = close < 0 ? undefined : anchorDistance(core.slice(open + 1, close))
    if (distance === undefined) {
      return `square brackets do not hold a distance of at most ${maxAnchorDistance}`
    }
    const isBefore = open === 2 && before === undefined
    if (!isBefore && close !== core.length - 3)
      return 'square brackets are not next to a single byte at an end'
    const run = createHexRun(nocase)
    if (!run.addHex(core, isBefore ? 0 : close + 1, isBefore ? open : core.length)) return notHexadecimal
    const anchor = { tree: run.tree(), distance }
    if (!isBefore) return { core: core.slice(0, open), after: anchor, ...(before && { before }) }
    before = anchor
    core = core.slice(close + 1)
  }
  return { core, ...(before && { before }) }
}

function anchorDistance(text: string): Range | undefined {
  const match = /^([0-9]{1,2})(?:-([0-9]{1,2}))?$/.exec(text)
  if (match === null) return undefined
  const least = Number(match[1])
  const most = Number(match[2] ?? least)
  return least <= most && most <= maxAnchorDistance ? { least, most } : undefined
}
