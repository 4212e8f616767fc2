// Programs that are built, linked or worded as ordinary software is not: weak evidence, summed.

import type { Detector } from '../detector.ts'
import { linuxTraits } from './linux.ts'
import { judgeTraits } from './traits.ts'
import { windowsTraits } from './windows.ts'

export const programDetector: Detector = {
  id: 'program',

  detect({ head, source }, context) {
    if (head.length < 64) return
    const [first, second, third, fourth] = head
    const isMz = first === 0x4d && second === 0x5a
    const isElf = first === 0x7f && second === 0x45 && third === 0x4c && fourth === 0x46
    if (!isMz && !isElf) return
    const judged = judgeTraits(
      isMz ? windowsTraits(source, context.budget) : linuxTraits(source, context.budget),
    )
    if (judged === undefined) return
    context.suspect({ name: `Heuristic.Program.${isMz ? 'PE' : 'ELF'}`, offset: 0, ...judged })
  },
}
