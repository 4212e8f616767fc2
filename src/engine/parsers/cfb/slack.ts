// Sectors that no table, directory or stream uses: data behind the end, and what deleted streams left.

import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { appendUnit, chainSource, type Runs, unitsOf } from './chain.ts'
import type { Sectors } from './sectors.ts'

/** The sectors that are not blank (all bytes 0 or all FF), in order. To be asked for when all chains were followed. */
export function unusedSectors({ space, count, walker }: Sectors, budget?: Budget): ByteSource | undefined {
  const sectorBytes = 2 ** space.shift
  const runs: Runs = { firsts: [], ends: [] }
  for (let sector = 0; sector < count; sector++) {
    if ((sector & 255) === 0) budget?.checkTime()
    if (walker.isTaken(sector)) continue
    if (!isBlank(space.source.read(space.base + sector * sectorBytes, sectorBytes))) appendUnit(runs, sector)
  }
  const units = unitsOf(runs)
  return units === 0 ? undefined : chainSource(space, runs, units * sectorBytes)
}

function isBlank(bytes: Uint8Array): boolean {
  const first = bytes[0]
  return (first === 0 || first === 0xff) && bytes.every((byte) => byte === first)
}
