// A raw image or block device → its volumes: by GUID table, by master boot record, or one volume without any table.

import { Notes } from '../note.ts'
import { type EvidenceSource, partOf } from '../source.ts'
import { readGpt } from './gpt.ts'
import { natureOf, natureOfHead, type VolumeNature } from './kind.ts'
import { protectiveType, readMbr } from './mbr.ts'
import type { Partition } from './partition.ts'

export interface Volume {
  /** Of its partition; undefined: the whole medium is the volume. */
  readonly partition?: Partition
  readonly nature: VolumeNature
  readonly source: EvidenceSource
}

/** Boot sectors of these end as a partition table does. */
const hasBootSector: ReadonlySet<string> = new Set(['NTFS', 'FAT', 'exFAT', 'BitLocker (encrypted)'])

/** In the order of the table. What cannot be read is among them: its nature says what it looks like. */
export function volumesOf(source: EvidenceSource, notes: Notes): Volume[] {
  const head = natureOfHead(source)
  const isOne = head !== undefined && hasBootSector.has(head.name)
  const partitions = isOne ? undefined : (readGpt(source, notes) ?? bestMbr(source, notes))
  if (partitions === undefined) return [{ nature: natureOf(source), source }]
  return partitions.flatMap((partition) => volumeOf(source, partition, notes))
}

function volumeOf(source: EvidenceSource, partition: Partition, notes: Notes): Volume[] {
  const { number, start, bytes } = partition
  if (start >= source.size) {
    notes.add(`partition ${number} begins beyond the end of the medium`, start)
    return []
  }
  if (start + bytes > source.size)
    notes.add(`partition ${number} goes on beyond the end of the medium`, start)
  const part = partOf(source, start, bytes)
  return [{ partition, nature: natureOf(part), source: part }]
}

/** The record does not say how long sectors are: of 512 and 4096 bytes, with which more volumes are where it says. */
function bestMbr(source: EvidenceSource, notes: Notes): Partition[] | undefined {
  let best: Partition[] | undefined
  let said = new Notes()
  let most = -1
  for (const sectorBytes of [512, 4096]) {
    const own = new Notes()
    const partitions = readMbr({ source, sectorBytes }, own)
    if (partitions === undefined) continue
    const known = partitions.filter(({ start, bytes }) => isKnown(partOf(source, start, bytes))).length
    if (known > most) [best, said, most] = [partitions, own, known]
  }
  for (const { text, offset } of said.kept) notes.add(text, offset)
  // The one partition of a disk whose GUID table is lost stands for all of it and is none.
  return best?.filter(({ type }) => type !== `0x${protectiveType.toString(16)}`)
}

function isKnown(volume: EvidenceSource): boolean {
  const { kind } = natureOf(volume)
  return kind !== 'unknown' && kind !== 'empty'
}
