// Streams of HWP are compressed with deflate, without any header (3.1).

import { Inflate } from '../../codecs/inflate.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
import type { UnpackContext } from '../format.ts'

const trialBytes = 4096
const trial = new Uint8Array(trialBytes)

/** The beginning inflates to something. Damage further on is for whoever reads it. */
export function beginsDeflated(source: ByteSource, start = 0): boolean {
  const inflate = new Inflate(source, start)
  return inflate.read(trial) > 0 || inflate.isComplete
}

/** The whole of a short stream, or the beginning of a long one, inflates without a fault. */
export function isSurelyDeflated(source: ByteSource): boolean {
  const inflate = new Inflate(source, 0)
  const count = inflate.read(trial)
  return count > 0 && inflate.fault === undefined && (inflate.isComplete || count === trialBytes)
}

/** The inflated bytes from `start` on; damage is reported once, under `name`. */
export function inflated(source: ByteSource, name: string, context: UnpackContext, start = 0): DecodedSource {
  let isReported = false
  const report = (message: string): void => {
    if (!isReported) context.fault(name, 'damaged', message)
    isReported = true
  }
  return new DecodedSource(() => new Reporting(new Inflate(source, start), report), context.budget)
}

class Reporting implements Decoder {
  readonly #inflate: Inflate
  readonly #report: (message: string) => void

  constructor(inflate: Inflate, report: (message: string) => void) {
    this.#inflate = inflate
    this.#report = report
  }

  get consumed(): number {
    return this.#inflate.consumed
  }

  read(out: Uint8Array): number {
    const count = this.#inflate.read(out)
    if (count === 0 && this.#inflate.fault !== undefined) this.#report(this.#inflate.fault)
    return count
  }
}
