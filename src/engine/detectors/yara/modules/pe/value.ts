// A PE file as rules see it: the fields of the module's type. Without a PE file there are no values, but empty lists and
// empty structures.

import { parsePe } from '../../../../parsers/pe/index.ts'
import { headerFields, noHeaderFields } from './header-fields.ts'
import { PeTables } from './tables.ts'

const noPe: PeTables = Object.assign(new PeTables(undefined), noHeaderFields)

export function openPe(bytes: Uint8Array): PeTables {
  const pe = parsePe(bytes)
  return pe === undefined ? noPe : Object.assign(new PeTables(pe), headerFields(pe))
}
