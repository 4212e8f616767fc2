// Name constraints of an authority (RFC 5280, 4.2.1.10), as far as they speak of directory names, which is what signers of
// programs have.

import { DerCursor, type DerItem, encodingOf } from '../../engine/index.ts'
import { itemOf, itemsOf } from './cms.ts'

const directoryName = 4
const maxSubtrees = 256
const maxParts = 64

/** Whether an authority with these constraints may name `subjectKey` (an encoded name as latin1). */
export function mayName(constraints: DerItem, subjectKey: string): boolean {
  const cursor = DerCursor.into(constraints)
  const permitted = namesOf(cursor.optional(0))
  const excluded = namesOf(cursor.optional(1))
  const subject = partsOf(itemOf(Buffer.from(subjectKey, 'latin1')))
  // An empty name says nothing that could be constrained.
  if (subject.length === 0) return true
  if (excluded.some((base) => isBelow(subject, base))) return false
  return permitted.length === 0 || permitted.some((base) => isBelow(subject, base))
}

function isBelow(subject: readonly string[], base: readonly string[]): boolean {
  return base.length <= subject.length && base.every((part, index) => part === subject[index])
}

/** The directory names among the subtrees, each as its encoded parts. */
function namesOf(list: DerItem | undefined): string[][] {
  return itemsOf(list, maxSubtrees).flatMap((subtree) => {
    const name = DerCursor.into(subtree).optional(directoryName)
    return name === undefined ? [] : [partsOf(DerCursor.into(name).next())]
  })
}

function partsOf(name: DerItem | undefined): string[] {
  return itemsOf(name, maxParts).map((part) => Buffer.from(encodingOf(part)).toString('latin1'))
}
