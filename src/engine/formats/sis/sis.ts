// Installation packages of Symbian: SIS of EPOC release 5 and 6, and SISX of Symbian 9 and later.

import { u32 } from '../../codecs/little-endian.ts'
import type { Format } from '../format.ts'
import { oldMembers } from './old.ts'
import { newMembers } from './sisx.ts'

const oldUid3 = 0x10000419
const oldUid2s = new Set([0x10003a12, 0x1000006d])
const newUid1 = 0x10201a7a
const leastBytes = 72

export const sis: Format = {
  id: 'sis',
  kind: 'archive',
  matches: ({ head }) => head.length >= leastBytes && (isOld(head) || u32(head, 0) === newUid1),

  *members({ head, source }, context) {
    yield* isOld(head)
      ? oldMembers(source, u32(head, 4) === 0x10003a12, context)
      : newMembers(source, context)
  },
}

function isOld(head: Uint8Array): boolean {
  return u32(head, 8) === oldUid3 && oldUid2s.has(u32(head, 4))
}
