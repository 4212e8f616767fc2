// How far an encoded blob goes: over line ends, escapes of literals and the joints of concatenated literals.

import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

export interface Range {
  readonly start: number
  readonly end: number
}

/** Literals of one concatenation. */
const maxRanges = 1 << 18
/** Joints are short. */
const longestJoint = 128
const shortestLine = 16
const equals = 0x3d
const firstView = 256

/** Where the run of a class that begins at `start` ends. */
export function endOfRun(source: ByteSource, start: number, isOne: Uint8Array): number {
  let at = start
  for (let wanted = firstView; ; wanted = maxRead) {
    const view = source.read(at, wanted)
    let index = 0
    while (index < view.length && isOne[view[index]!] === 1) index++
    at += index
    if (index < view.length || view.length === 0) return at
  }
}

interface Effort {
  /** So many digits are enough. */
  readonly enough: number
  readonly budget: Budget | undefined
}

/** The ranges of digits that belong together, the first of which begins at `start`. */
export function rangesOf(
  source: ByteSource,
  start: number,
  isDigit: Uint8Array,
  { enough, budget }: Effort,
): Range[] {
  const ranges: Range[] = []
  let at = start
  let count = 0
  while (ranges.length < maxRanges && count < enough) {
    if ((ranges.length & 0xff) === 0xff) budget?.checkTime()
    const end = endOfRun(source, at, isDigit)
    if (end === at) break
    ranges.push({ start: at, end })
    count += end - at
    const next = behindJoint(source, end, ranges, isDigit)
    if (next < 0) break
    at = next
  }
  return ranges
}

/** Where the blob goes on behind `end`, or -1. */
function behindJoint(source: ByteSource, end: number, ranges: readonly Range[], isDigit: Uint8Array): number {
  const view = source.read(end, longestJoint)
  // Padding ends a blob.
  if (view.length === 0 || view[0] === equals) return -1
  const text = Buffer.from(view.buffer, view.byteOffset, view.length).toString('latin1')
  const joint = lineJoint(text, ranges) ?? literalJoint(text, ranges)
  if (joint === undefined || isDigit[text.charCodeAt(joint)] !== 1) return -1
  return end + joint
}

// A line end, as it is or as an escape, with indentation.
const lineEnd =
  /^(?:[ \t]{0,16}(?:\r\n|\n|\r)[ \t]{0,64}|\\\r?\n[ \t]{0,64}|(?:\\r)?\\n|&#(?:10|13|xA|xD);|%0[AD]){1,3}/i

/** A line that is shorter than those before it is the last one. */
function lineJoint(text: string, ranges: readonly Range[]): number | undefined {
  // A slash is escaped in JSON.
  if (text.startsWith('\\/')) return 1
  const joint = lineEnd.exec(text)?.[0].length
  if (joint === undefined) return undefined
  const length = lengthOf(ranges.at(-1))
  return length < shortestLine || (ranges.length > 2 && length < lengthOf(ranges.at(-2))) ? undefined : joint
}

function lengthOf(range: Range | undefined): number {
  return range === undefined ? 0 : range.end - range.start
}

// `"+"`, `" & _`, adjacent literals, `\` at the end of a line.
const concatenation = /^(["'`])\s{0,32}(?:[+&.]\s{0,8}_?|\\)?\s{0,64}(["'`])/
// `"; s += "`, `"\r\n s = s & "`.
const assignment =
  /^(["'`])\s{0,16};?\s{0,32}([\w$.]{1,40})\s{0,8}(?:[+.&]=|=\s{0,8}([\w$.]{1,40})\s{0,8}[+&.])\s{0,8}(["'`])/
// `");a.push("`, `").append("`.
const call = /^(["'`])\s{0,8}\)\s{0,8};?\s{0,32}[\w$.]{0,64}\(\s{0,8}(["'`])/
const list = /^(["'`])\s{0,8},\s{0,64}(["'`])/

function literalJoint(text: string, ranges: readonly Range[]): number | undefined {
  const plain = concatenation.exec(text) ?? call.exec(text)
  if (plain !== null) return plain[1] === plain[2] ? plain[0].length : undefined
  const assigned = assignment.exec(text)
  if (assigned !== null) {
    const isSame = assigned[3] === undefined || assigned[3] === assigned[2]
    return isSame && assigned[1] === assigned[4] ? assigned[0].length : undefined
  }
  const item = list.exec(text)
  if (item === null || item[1] !== item[2]) return undefined
  // Arguments of a call stand so as well: only pieces of one size are parts of a whole.
  const { length } = item[0]
  const rest = text.slice(length)
  if (lastItem.test(rest)) return length
  const next = /^[\w+/-]*/.exec(rest)?.[0].length ?? 0
  const own = lengthOf(ranges.at(-1))
  return next >= own || next + length >= longestJoint || (own >= lengthOf(ranges[0]) && next >= shortestLine)
    ? length
    : undefined
}

/** The last one of an array, or one that is padded. */
const lastItem = /^[\w+/-]{1,100}(?:=|["'`]\s{0,8}[\]}])/
