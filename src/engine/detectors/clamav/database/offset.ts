// Offsets of signatures: `*`, `n`, `EOF-n`, `EP+n`, `EP-n`, `Sx+n`, `SEx`, `SL+n`, `VI`, `$group$`, each of the numbers with an
// optional `,MaxShift`. Manual, "Extended signature format".

import { isNumber } from './level.ts'
import type { Offset } from './records.ts'

const maxLength = 64
const maxMacroGroups = 32
/** ClamAV keeps 32 bits; the two greatest values mean "any" and "none" there. */
const maxOffset = 0xffff_fffd

/** Targets whose files have sections and an entry point: PE, ELF, Mach-O. */
export const executables: ReadonlySet<number> = new Set([1, 6, 9])

export const anyOffset: Offset = { kind: 'any' }

/** The offset, or what is wrong with it. */
export function parseOffset(text: string, target: number): Offset | string {
  if (text === '*') return anyOffset
  if (text.length > maxLength) return 'the offset is too long'
  const comma = text.indexOf(',')
  const place = comma < 0 ? text : text.slice(0, comma)
  const shift = comma < 0 ? '' : text.slice(comma + 1)
  if (!isNumber(shift) || Number(shift) > maxOffset) return 'the maximal shift of the offset is not a number'
  const offset = parsePlace(place, Number(shift))
  if (offset === undefined) return 'the offset is of no known form'
  if (needsExecutable(offset) && !executables.has(target)) {
    return 'the offset is one for executables, the target is not'
  }
  return offset
}

function needsExecutable({ kind }: Offset): boolean {
  return kind !== 'any' && kind !== 'absolute' && kind !== 'end' && kind !== 'macro'
}

const form = /^(?:(EOF-|EP\+|EP-|SL\+|)([0-9]*)|SE([0-9]*)|S([0-9]{1,9})\+([0-9]+)|(VI).*|\$([0-9]{1,9})\$?)$/

function parsePlace(place: string, maxShift: number): Offset | undefined {
  const match = form.exec(place)
  if (match === null) return undefined
  const [, origin, distance, inSection, section, fromSection, version, group] = match
  if (version !== undefined) return { kind: 'version-information' }
  if (group !== undefined) {
    return Number(group) < maxMacroGroups ? { kind: 'macro', group: Number(group) } : undefined
  }
  const value = Number(distance ?? inSection ?? fromSection)
  if (value > maxOffset) return undefined
  if (inSection !== undefined) return { kind: 'in-section', section: value, maxShift }
  if (section !== undefined) return { kind: 'section', section: Number(section), value, maxShift }
  switch (origin) {
    case 'EOF-':
      return { kind: 'end', value, maxShift }
    case 'EP+':
      return { kind: 'entry-point', value, maxShift }
    case 'EP-':
      return { kind: 'entry-point', value: -value, maxShift }
    case 'SL+':
      return { kind: 'last-section', value, maxShift }
    default:
      return { kind: 'absolute', value, maxShift }
  }
}
