// A Stat of a file that does not exist: the words of struct statx, as the kernel would fill them.

import type { Stat } from '../../src/platform/linux/statx.ts'

/** What identifies a file and its content: the key of the verdict table. */
export const statFields = [
  'device',
  'inodeLow',
  'inodeHigh',
  'sizeLow',
  'sizeHigh',
  'mtimeSeconds',
  'mtimeNs',
  'ctimeSeconds',
  'ctimeNs',
] as const
export type StatField = (typeof statFields)[number]

/** Every field that is not given is 1. */
export function statOf(fields: Partial<Record<StatField, number>> = {}): Stat {
  const all = Object.fromEntries(statFields.map((field) => [field, fields[field] ?? 1]))
  // Only the fields of the key are read from it.
  return all as unknown as Stat
}
