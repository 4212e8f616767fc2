// A part of a package: stored, or a zlib stream.

import { ZlibStream } from '../../codecs/zlib-stream.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
import type { Member, UnpackContext } from '../format.ts'

export interface Place {
  readonly name: string
  readonly offset: number
  readonly length: number
  readonly isPacked: boolean
}

/** Undefined where it lies outside of the file, which is said. */
export function memberAt(source: ByteSource, place: Place, context: UnpackContext): Member | undefined {
  const { name, offset, length, isPacked } = place
  if (offset >= source.size || length === 0) {
    context.budget.countMember()
    if (length > 0) context.fault(name, 'damaged', 'lies outside of the file')
    return undefined
  }
  if (offset + length > source.size) context.fault(name, 'damaged', 'is cut off')
  if (!isPacked) return { name, source: sliceSource(source, offset, length) }
  const reported = new Set<string>()
  const report = (message: string): void => {
    if (!reported.has(message)) context.fault(name, 'damaged', message)
    reported.add(message)
  }
  const open = (): Decoder => new Reporting(new ZlibStream(source, offset, offset + length), report)
  return { name, source: new DecodedSource(open, context.budget, length * 3) }
}

class Reporting implements Decoder {
  readonly #stream: ZlibStream
  readonly #report: (message: string) => void

  constructor(stream: ZlibStream, report: (message: string) => void) {
    this.#stream = stream
    this.#report = report
  }

  get consumed(): number {
    return this.#stream.consumed
  }

  read(out: Uint8Array): number {
    const count = this.#stream.read(out)
    if (count === 0 && this.#stream.fault !== undefined) this.#report(this.#stream.fault)
    return count
  }
}
