// Finds objects whose whole content is on a hash list. Costs nothing where no entry asks for the object's size.

import { headBytes } from '../../scan-object.ts'
import { digestsOf } from '../../source/digest.ts'
import type { Detector } from '../detector.ts'
import type { HashDatabase } from './database.ts'

export function createHashDetector(database: HashDatabase): Detector {
  return {
    id: 'hash',
    detect({ head, source }, context) {
      const size = knownSize(head) ?? (database.hasSizes ? source.size : -1)
      const kinds = database.kindsFor(size)
      if (kinds.length === 0) return
      const names = new Set<string>()
      for (const [index, digest] of digestsOf(source, kinds, context.budget).entries()) {
        const kind = kinds[index]
        if (kind === undefined) continue
        for (const name of database.namesOf(kind, digest, size)) names.add(name)
      }
      for (const name of names) context.report(name, 0)
    },
  }
}

/** A head that is not full is the whole object; then its size is known without asking a decoder for it. */
function knownSize(head: Uint8Array): number | undefined {
  return head.length < headBytes ? head.length : undefined
}
