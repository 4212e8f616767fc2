// Parts of the old container, byte for byte.

import { type ByteSource, maxRead } from '../source/byte-source.ts'
import { CannotCure, type Edit } from './editor.ts'

/** Writes the bytes `[from, to)`. Throws CannotCure where they are not there. */
export function copyRange(
  source: ByteSource,
  from: number,
  to: number,
  { context, write }: Pick<Edit, 'context' | 'write'>,
): void {
  for (let at = from; at < to;) {
    context.budget.checkTime()
    const view = source.read(at, Math.min(maxRead, to - at))
    if (view.length === 0) throw new CannotCure('it is cut off')
    write(view)
    at += view.length
  }
}
