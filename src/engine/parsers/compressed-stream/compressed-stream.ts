// The members of a compressed file: the one object inside, and what was appended behind it.

import type { Member, UnpackContext } from '../../formats/format.ts'
import { LimitReached } from '../../limits.ts'
import type { ScanObject } from '../../scan-object.ts'
import { sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { hasContent } from '../../source/padding.ts'
import { timedSource } from '../../source/search.ts'
import { type JoinedKind, type JoinedReport, JoinedStream } from './joined-stream.ts'

export interface StreamKind extends JoinedKind {
  /** Of the object inside. */
  readonly name: string
}

/** Yields the object inside and, if it is not only zeros, what follows it as `trailing-data`. */
export function* compressedMembers(
  object: ScanObject,
  context: UnpackContext,
  kind: StreamKind,
): Generator<Member> {
  const source = timedSource(object.source, context.budget)
  const { name } = kind
  const report: JoinedReport = { end: undefined, fault: reporter(context, name) }
  const whole = new DecodedSource(() => new JoinedStream(source, kind, report), context.budget)
  yield { name, source: whole }
  if (!reachesEnd(whole, name, context) || report.end === undefined) return
  const rest = Math.max(0, source.size - report.end)
  const trailer = sliceSource(source, report.end, rest)
  if (hasContent(trailer)) yield { name: 'trailing-data', source: trailer }
}

/** The stream is decoded again where it is too large to hold; each kind of damage is reported once. */
function reporter(context: UnpackContext, name: string): JoinedReport['fault'] {
  const reported = new Set<string>()
  return (message, isUnsupported) => {
    if (reported.has(message)) return
    reported.add(message)
    context.fault(name, isUnsupported ? 'unsupported-method' : 'damaged', message)
  }
}

/** Only at the end of the stream is it known whether something was appended. */
function reachesEnd(whole: DecodedSource, name: string, context: UnpackContext): boolean {
  if (whole.wasCut) return false
  if (whole.encodedSize !== undefined) return true
  try {
    void whole.size
    return true
  } catch (thrown) {
    if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
    context.fault(name, 'damaged', thrown.message)
    return false
  } finally {
    whole.release()
  }
}

/**
 * The outer name without the compressor's suffix, as its own tool names its output: `endings` by what becomes of them,
 * lower-case, the longest first. `decoded` where nothing fits.
 */
export function nameInside(object: ScanObject, endings: Readonly<Record<string, string>>): string {
  const outer = object.chain.at(-1) ?? ''
  const lower = outer.toLowerCase()
  for (const [ending, becomes] of Object.entries(endings)) {
    if (lower.endsWith(ending) && outer.length > ending.length)
      return outer.slice(0, -ending.length) + becomes
  }
  return 'decoded'
}
