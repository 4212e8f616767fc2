// The old container with some ranges of it written in another way.

import type { ByteSource } from '../source/byte-source.ts'
import { copyRange } from './copy.ts'
import { CannotCure, type Edit } from './editor.ts'

/** `bytes` come in the place of `[from, to)`. */
export interface Change {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

/** Writes the source with its changes, which are in order. Throws CannotCure where they overlap. */
export function writeChanged(
  source: ByteSource,
  changes: readonly Change[],
  edit: Pick<Edit, 'context' | 'write'>,
): void {
  let at = 0
  for (const { from, to, bytes } of changes) {
    if (from < at || to < from || to > source.size) throw new CannotCure('its parts overlap')
    copyRange(source, at, from, edit)
    edit.write(bytes)
    at = to
  }
  copyRange(source, at, source.size, edit)
}

/** The same in memory, for what lies inside of something else. */
export function changedBytes(
  source: ByteSource,
  changes: readonly Change[],
  { context }: Pick<Edit, 'context'>,
): Uint8Array {
  const pieces: Uint8Array[] = []
  const write = (bytes: Uint8Array): void => {
    context.budget.charge(bytes.length)
    pieces.push(new Uint8Array(bytes))
  }
  writeChanged(source, changes, { context, write })
  return Buffer.concat(pieces)
}
