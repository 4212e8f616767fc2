// The $MFT and other streams within an image of an NTFS volume: boot sector, data runs, and a source over the runs.

import { u16, u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { eachAttribute, file, fixUp } from './record.ts'

const dataType = 0x80
const maxRuns = 1_000_000
const ntfsName = [0x4e, 0x54, 0x46, 0x53, 0x20, 0x20, 0x20, 0x20] as const

interface Run {
  /** In bytes of the stream. */
  readonly at: number
  readonly bytes: number
  /** In bytes of the volume; undefined: a hole. */
  readonly from: number | undefined
}

/** The volume's $MFT; undefined: `volume` does not begin with a boot sector of NTFS, or its table is not there. */
export function mftOfVolume(volume: EvidenceSource, notes: Notes): EvidenceSource | undefined {
  const boot = volume.read(0, 512)
  if (ntfsName.some((byte, index) => boot[3 + index] !== byte)) return undefined
  const sectorBytes = u16(boot, 11)
  const perCluster = boot[13] ?? 0
  const clusterBytes = sectorBytes * (perCluster > 0x80 ? 2 ** (256 - perCluster) : perCluster)
  const told = ((boot[64] ?? 0) << 24) >> 24
  const recordBytes = told < 0 ? 2 ** -told : told * clusterBytes
  if (clusterBytes < 256 || clusterBytes > 2 ** 21 || recordBytes < 512 || recordBytes > 65_536) {
    notes.add('the boot sector is damaged', 0)
    return undefined
  }
  for (const field of [48, 56]) {
    const at = u64(boot, field) * clusterBytes
    const record = new Uint8Array(volume.read(at, recordBytes))
    if (u32(record, 0) !== file) continue
    fixUp(record)
    if (field === 56) notes.add('the $MFT is not where it should be; its mirror is used', at)
    return streamOf(volume, record, clusterBytes)
  }
  notes.add('the $MFT is not where it should be', u64(boot, 48) * clusterBytes)
  return undefined
}

function streamOf(
  volume: EvidenceSource,
  record: Uint8Array,
  clusterBytes: number,
): EvidenceSource | undefined {
  let found: EvidenceSource | undefined
  eachAttribute(record, ({ type, name, isResident, at, bytes }) => {
    if (type !== dataType || name !== '' || isResident || found !== undefined) return
    const runs = readRuns(record.subarray(at + u16(record, at + 32), at + bytes), clusterBytes)
    found = runsSource(volume, runs, u64(record, at + 48))
  })
  return found
}

/** Data runs: a length and a signed distance from the last run, each in as many bytes as the first byte says. */
function readRuns(bytes: Uint8Array, clusterBytes: number): Run[] {
  const runs: Run[] = []
  let cluster = 0
  let streamAt = 0
  for (let at = 0; at < bytes.length && runs.length < maxRuns;) {
    const head = bytes[at] ?? 0
    const [lengthBytes, offsetBytes] = [head & 15, head >> 4]
    if (head === 0 || lengthBytes === 0 || lengthBytes > 6 || offsetBytes > 6) break
    const length = signed(bytes, at + 1, lengthBytes) * clusterBytes
    cluster += signed(bytes, at + 1 + lengthBytes, offsetBytes)
    if (length <= 0 || cluster < 0) break
    runs.push({ at: streamAt, bytes: length, from: offsetBytes === 0 ? undefined : cluster * clusterBytes })
    streamAt += length
    at += 1 + lengthBytes + offsetBytes
  }
  return runs
}

function signed(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0)
  return count > 0 && ((bytes[at + count - 1] ?? 0) & 0x80) !== 0 ? value - 256 ** count : value
}

function runsSource(volume: EvidenceSource, runs: readonly Run[], size: number): EvidenceSource {
  const last = runs.at(-1)
  const whole = Math.min(size, last === undefined ? 0 : last.at + last.bytes)
  return {
    size: whole,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, whole - offset)))
      let index = runIndex(runs, offset)
      for (let filled = 0; filled < bytes.length; index++) {
        const run = runs[index]
        if (run === undefined) return bytes.subarray(0, filled)
        const within = offset + filled - run.at
        const count = Math.min(run.bytes - within, bytes.length - filled)
        if (run.from !== undefined) bytes.set(volume.read(run.from + within, count), filled)
        filled += count
      }
      return bytes
    },
  }
}

/** Of the run in which the offset lies. */
function runIndex(runs: readonly Run[], offset: number): number {
  let low = 0
  let high = runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((runs[middle]?.at ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
