// The GUID under which an assembly is known to COM: its custom attribute GuidAttribute (ECMA-335, II.22.10 and II.23.3).

import { isUtf8 } from 'node:buffer'

import { type Heaps, latin1 } from './metadata.ts'
import { table } from './schema.ts'
import type { Tables } from './tables.ts'

/** The text of the first GuidAttribute; undefined: there is none, or it is malformed. */
export function readTypelib(heaps: Heaps, tables: Tables): string | undefined {
  for (let row = 0; row < tables.rows(table.customAttribute); row++) {
    const parent = tables.ref(table.customAttribute, row, 0)
    const constructor = tables.ref(table.customAttribute, row, 1)
    if (parent.table !== table.assembly || constructor.table !== table.memberRef) continue
    if (className(heaps, tables, constructor.row) !== 'GuidAttribute') continue
    const value = heaps.blob(tables.value(table.customAttribute, row, 2))
    // A prolog of two bytes, the length, the text.
    const length = value?.[2]
    const text = length === undefined ? undefined : value!.subarray(3, 3 + length)
    return text !== undefined && text.length === length && isUtf8(text) ? latin1(text) : undefined
  }
  return undefined
}

/** The name of the class that a member belongs to, if it is of another assembly. */
function className(heaps: Heaps, tables: Tables, member: number): string | undefined {
  if (member >= tables.rows(table.memberRef)) return undefined
  const owner = tables.ref(table.memberRef, member, 0)
  if (owner.table !== table.typeRef || owner.row >= tables.rows(table.typeRef)) return undefined
  return heaps.string(tables.value(table.typeRef, owner.row, 1))
}
