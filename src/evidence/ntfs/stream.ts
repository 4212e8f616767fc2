// A stream of a file: its attribute's pieces joined, and its content, resident, in runs, with holes, or compressed by units of clusters.

import { u16, u64 } from '../fields.ts'
import { mappedSource, type Piece, unitSource } from '../mapped-source.ts'
import type { Notes } from '../note.ts'
import { type EvidenceSource, memorySource } from '../source.ts'
import { decompressLznt1 } from './lznt1.ts'
import type { AttributePiece } from './pieces.ts'
import { addRuns, endOfRuns, maxRuns, type Run, runIndex } from './runs.ts'

export const dataType = 0x80
const largestUnit = 2 ** 22

export interface Volume {
  readonly source: EvidenceSource
  readonly clusterBytes: number
  readonly notes: Notes
}

export interface Stream {
  readonly size: number
  /** From here on there are zeros. */
  readonly initializedSize: number
  /** Of a resident one. */
  readonly content?: Uint8Array
  readonly runs: readonly Run[]
  /** In bytes; undefined: not compressed. */
  readonly unitBytes?: number
  readonly isEncrypted: boolean
}

/** Undefined: the file has no such stream. */
export function streamOf(
  volume: Volume,
  pieces: readonly AttributePiece[],
  { type, name }: { type: number; name: string },
): Stream | undefined {
  const parts = pieces.filter((piece) => piece.type === type && piece.name === name)
  const first = parts.find(({ firstCluster }) => firstCluster === 0)
  if (first === undefined) return undefined
  const { record, at, contentAt, contentBytes } = first
  const flags = u16(record, at + 12)
  const isEncrypted = (flags & 0x4000) !== 0
  if (first.isResident) {
    const content = record.subarray(contentAt, contentAt + contentBytes)
    return { size: contentBytes, initializedSize: contentBytes, content, runs: [], isEncrypted }
  }
  const runs = joinRuns(volume, parts)
  const size = Math.min(u64(record, at + 48), endOfRuns(runs))
  const unitBytes = volume.clusterBytes * 2 ** Math.min(u16(record, at + 34), 31)
  const isCompressed = (flags & 0xff) !== 0 && u16(record, at + 34) !== 0 && unitBytes <= largestUnit
  return {
    size,
    initializedSize: Math.min(size, u64(record, at + 56)),
    runs,
    isEncrypted,
    ...(isCompressed ? { unitBytes } : {}),
  }
}

function joinRuns({ clusterBytes, notes, source }: Volume, parts: readonly AttributePiece[]): Run[] {
  const runs: Run[] = []
  const inOrder = parts
    .filter(({ isResident }) => !isResident)
    .toSorted((left, right) => left.firstCluster - right.firstCluster)
  for (const { record, at, bytes, firstCluster } of inOrder) {
    const here = endOfRuns(runs)
    const start = firstCluster * clusterBytes
    if (runs.length >= maxRuns || start < here || !Number.isSafeInteger(start)) {
      notes.add('a stream is in more pieces than can be, or they overlap: the rest of it is left out')
      break
    }
    if (start > here) {
      notes.add('a piece of a stream is missing: zeros stand for it')
      runs.push({ at: here, bytes: start - here, from: undefined })
    }
    addRuns(runs, record.subarray(at + u16(record, at + 32), at + bytes), clusterBytes)
  }
  const beyond = runs.find(({ from, bytes }) => from !== undefined && from + bytes > source.size)
  if (beyond !== undefined)
    notes.add('a stream goes on beyond the end of the volume: zeros stand for it', beyond.from)
  return runs
}

/** The content as it lies on the disk: compressed where it is. */
export function plainSource(volume: Volume, stream: Stream): EvidenceSource {
  if (stream.content !== undefined) return memorySource(stream.content)
  const { runs, size, initializedSize } = stream
  let index = 0
  return mappedSource(volume.source, size, (offset): Piece => {
    if (offset >= initializedSize) return { from: undefined, bytes: size - offset }
    let run = runs[index]
    if (run === undefined || offset < run.at || offset >= run.at + run.bytes) {
      index = runIndex(runs, offset)
      run = runs[index]
    }
    if (run === undefined) return { from: undefined, bytes: size - offset }
    const within = offset - run.at
    return {
      from: run.from === undefined ? undefined : run.from + within,
      bytes: Math.min(run.bytes - within, initializedSize - offset),
    }
  })
}

/** The content as programs read it. */
export function contentSource(volume: Volume, stream: Stream): EvidenceSource {
  const { unitBytes, size, initializedSize, runs } = stream
  if (unitBytes === undefined) return plainSource(volume, stream)
  let isTold = false
  return unitSource(size, unitBytes, (unit) => {
    const at = unit * unitBytes
    const room = Math.min(unitBytes, initializedSize - at)
    if (room <= 0) return new Uint8Array(0)
    const { raw, isCompressed } = readUnit(volume.source, runs, { at, unitBytes })
    if (!isCompressed) return raw.subarray(0, room)
    const { bytes, isWhole } = decompressLznt1(raw, unitBytes)
    if (!isWhole && !isTold) volume.notes.add('compressed content is damaged: zeros stand for it')
    isTold ||= !isWhole
    return bytes.subarray(0, room)
  })
}

/** What of a unit is on the disk: all (it is not compressed), nothing (zeros), or a beginning (it is). */
function readUnit(
  source: EvidenceSource,
  runs: readonly Run[],
  { at, unitBytes }: { at: number; unitBytes: number },
): { raw: Uint8Array; isCompressed: boolean } {
  const raw = new Uint8Array(unitBytes)
  let filled = 0
  for (let index = runIndex(runs, at); filled < unitBytes; index++) {
    const run = runs[index]
    if (run?.from === undefined) break
    const within = at + filled - run.at
    const count = Math.min(run.bytes - within, unitBytes - filled)
    if (count <= 0) break
    raw.set(source.read(run.from + within, count), filled)
    filled += count
  }
  return { raw: raw.subarray(0, filled), isCompressed: filled > 0 && filled < unitBytes }
}
