// From the offset of a signature to places in a file. Manual, "Extended signature format".

import type { Offset } from './database/index.ts'
import type { Scene } from './scene.ts'

/** Where a match may start, both ends included; undefined: nowhere. */
export interface OffsetRange {
  readonly least: number
  readonly most: number
}

const anywhere: OffsetRange = { least: 0, most: Number.POSITIVE_INFINITY }

export function offsetRange(offset: Offset, scene: Scene): OffsetRange | undefined {
  switch (offset.kind) {
    case 'any':
    case 'version-information':
      return anywhere
    case 'macro':
      return undefined
    case 'absolute':
      return from(offset.value, offset.maxShift)
    case 'end':
      return scene.end === undefined ? undefined : from(scene.end - offset.value, offset.maxShift)
    case 'entry-point':
    case 'section':
    case 'last-section':
    case 'in-section':
      return inExecutable(offset, scene)
  }
}

type ExecutableOffset = Extract<Offset, { kind: 'entry-point' | 'section' | 'last-section' | 'in-section' }>

function inExecutable(offset: ExecutableOffset, { executable }: Scene): OffsetRange | undefined {
  if (executable === undefined) return undefined
  const { sections, entryPoint } = executable
  switch (offset.kind) {
    case 'entry-point':
      return from(entryPoint + offset.value, offset.maxShift)
    case 'last-section': {
      const last = sections.at(-1)
      return last && from(last.offset + offset.value, offset.maxShift)
    }
    case 'section': {
      const section = sections[offset.section]
      return section && from(section.offset + offset.value, offset.maxShift)
    }
    case 'in-section': {
      const section = sections[offset.section]
      return section && from(section.offset, section.size + offset.maxShift)
    }
  }
}

function from(least: number, shift: number): OffsetRange | undefined {
  return least < 0 ? undefined : { least, most: least + shift }
}
