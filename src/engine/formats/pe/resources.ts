// The leaves of the resource tree as objects: droppers keep programs, archives and scripts there. Icons, texts of menus and
// the like are looked into only where they begin as something else does.

import { containerAt } from '../../parsers/containers/index.ts'
import { type PeLayout, resourceLeavesOf } from '../../parsers/pe/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import type { Member, UnpackContext } from '../format.ts'

/** Shorter ones hold nothing that is an object. */
const leastBytes = 64
const maxResources = 4096
/** Leaves that overlap are hostile; honest ones together are smaller than the file. */
const mostOverlap = 2

export function* resources(source: ByteSource, layout: PeLayout, context: UnpackContext): Generator<Member> {
  const { budget } = context
  let count = 0
  let room = source.size * mostOverlap
  for (const { isPlain, path, offset, length } of resourceLeavesOf(source, layout)) {
    budget.checkTime()
    if (length < leastBytes) continue
    if (isPlain && containerAt(source, offset) === undefined) continue
    room -= length
    if (++count > maxResources || room < 0) {
      context.fault('resources', 'damaged', 'there are more resources than fit the file')
      return
    }
    yield { name: `resources/${path}`, source: sliceSource(source, offset, length) }
  }
}
