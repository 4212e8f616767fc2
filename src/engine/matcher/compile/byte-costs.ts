// How rare bytes and pairs of bytes are in programs, libraries, scripts and documents. Atoms are made of rare ones.

import { inflateRawSync } from 'node:zlib'

import { measuredCosts } from './measured-costs.ts'

const folded = 128
const costs: Uint8Array = inflateRawSync(Buffer.from(measuredCosts, 'base64'))

/** Quarters of a bit: −4·log2 of the byte's share, its bit 0x20 set. */
export function costOf(byte: number): number {
  return costs[indexOf(byte)]!
}

/** The same for two neighbouring bytes. */
export function pairCostOf(left: number, right: number): number {
  return costs[folded + indexOf(left) * folded + indexOf(right)]!
}

function indexOf(byte: number): number {
  return ((byte >> 6) << 5) | (byte & 31)
}
