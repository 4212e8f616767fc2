// gzip (RFC 1952). A file may consist of several members; what a user gets is their concatenation, so that is the
// one object inside. What was appended behind the last of them is an object of its own.

import { LimitReached } from '../../limits.ts'
import { type ByteSource, chunksOf, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format, UnpackContext } from '../format.ts'
import { isGzip, readGzipHeader } from './header.ts'
import { type Findings, GzipStream } from './stream.ts'

export const gzip: Format = {
  id: 'gzip',
  kind: 'stream',

  matches: ({ head }) => isGzip(head),

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const header = readGzipHeader(source, 0)
    const name = header?.name || nameInside(object.chain.at(-1) ?? '')
    if (header === undefined) {
      context.budget.countMember()
      context.fault(name, 'damaged', 'the gzip header is cut off')
      return
    }
    const findings: Findings = { end: undefined, fault: reporter(context, name) }
    const whole = new DecodedSource(() => new GzipStream(source, findings), context.budget)
    yield { name, source: whole }
    if (!reachesEnd(whole, name, context) || findings.end === undefined) return
    const rest = Math.max(0, source.size - findings.end)
    const trailer = sliceSource(source, findings.end, rest)
    if (hasContent(trailer)) yield { name: 'trailing-data', source: trailer }
  },
}

/** The stream is decoded again where it is too large to hold; each kind of damage is reported once. */
function reporter(context: UnpackContext, name: string): (message: string) => void {
  const reported = new Set<string>()
  return (message) => {
    if (reported.has(message)) return
    reported.add(message)
    context.fault(name, 'damaged', message)
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

/** Zeros behind the last member are padding of tapes and block devices. */
function hasContent(source: ByteSource): boolean {
  for (const chunk of chunksOf(source)) if (chunk.some((byte) => byte !== 0)) return true
  return false
}

/** As gunzip names its output. */
function nameInside(outer: string): string {
  if (/\.t[ga]z$/i.test(outer)) return outer.replace(/\.t[ga]z$/i, '.tar')
  return /.\.gz$/i.test(outer) ? outer.slice(0, -3) : 'decoded'
}
