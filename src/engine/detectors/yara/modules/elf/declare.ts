// Shorthands for the tables that declare a module's structure.

import type { Constant } from '../module.ts'

export function intConstants(values: Readonly<Record<string, number>>): Record<string, Constant> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { kind: 'constant', type: 'int', value }]),
  )
}

/** YARA's integers are signed: what an unsigned 64-bit field becomes, in the form that conditions calculate with. */
export function integerOf(value: bigint): number | bigint {
  const signed = BigInt.asIntN(64, value)
  const number = Number(signed)
  return Number.isSafeInteger(number) ? number : signed
}

/** YARA-X's enumerations are signed and have 32 bits. */
export function enumOf(value: number): number {
  return value | 0
}
