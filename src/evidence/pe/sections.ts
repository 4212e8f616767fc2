// The sections as they are told: where, how large, what may be done with them, how random they look.

import type { Pe } from '../../engine/index.ts'
import { entropyOf } from './entropy.ts'
import { hex, shown } from './view.ts'

const execute = 0x20000000
const read = 0x40000000
const write = 0x80000000
const code = 0x20

/** Of all sections together: sections that overlap could have the file read a hundred times. */
const maxEntropyBytes = 512 * 1024 * 1024

export interface PeSection {
  readonly name: string
  readonly virtualAddress: string
  readonly virtualSize: number
  readonly rawOffset: number
  readonly rawSize: number
  /** `r-x` */
  readonly access: string
  readonly hasCode: boolean
  /** Bits a byte; 0 where nothing of it is in the file. */
  readonly entropy: number
}

export function readSections(pe: Pe): PeSection[] {
  let left = Math.min(maxEntropyBytes, pe.bytes.length * 2)
  return pe.sections.map(({ fullName, virtualAddress, virtualSize, rawOffset, rawSize, characteristics }) => {
    const bytes = pe.bytes.subarray(rawOffset, rawOffset + rawSize)
    left -= bytes.length
    const letter = (bit: number, name: string): string => ((characteristics & bit) === 0 ? '-' : name)
    return {
      name: shown(fullName),
      virtualAddress: hex(virtualAddress),
      virtualSize,
      rawOffset,
      rawSize,
      access: letter(read, 'r') + letter(write, 'w') + letter(execute, 'x'),
      hasCode: (characteristics & code) !== 0,
      entropy: left < 0 ? 0 : entropyOf(bytes),
    }
  })
}
