// A cabinet of InstallShield with as many of its volumes as there are.

import {
  type CabinetFile,
  type CabinetHeader,
  type CabinetVolume,
  readCabinetHeader,
  readFiles,
  readVolume,
} from '../../parsers/installshield/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import type { Member, UnpackContext } from '../format.ts'
import { CabinetDecoder, type Extent } from './cabinet-decoder.ts'

export interface CabinetSet {
  /** What has the table of files. */
  readonly header: ByteSource
  /** By their numbers, from 1. */
  readonly volumes: ReadonlyMap<number, ByteSource>
  /** `data` of data1.cab. */
  readonly name: string
}

interface OpenedSet {
  readonly name: string
  readonly volumes: ReadonlyMap<number, { readonly source: ByteSource; readonly table: CabinetVolume }>
}

export function* cabinetMembers(set: CabinetSet, context: UnpackContext): Generator<Member> {
  const header = readCabinetHeader(set.header)
  if (header === undefined) return
  const opened = openSet(set, header)
  const missing = new Set<number>()
  for (const file of readFiles(set.header, header)) {
    context.budget.checkTime()
    if (file.size === 0) {
      context.budget.countMember()
      continue
    }
    const extents = extentsOf(file, opened)
    if (typeof extents === 'number') {
      context.budget.countMember()
      if (!missing.has(extents)) {
        context.fault(`${set.name}${extents}.cab`, 'missing-volume', 'the volume is in another file')
      }
      missing.add(extents)
      continue
    }
    const reported = new Set<string>()
    const report = (message: string): void => {
      if (!reported.has(message)) context.fault(file.name, 'damaged', message)
      reported.add(message)
    }
    const open = (): CabinetDecoder => new CabinetDecoder(file, extents, report)
    yield { name: file.name, source: new DecodedSource(open, context.budget, file.size) }
  }
}

function openSet({ volumes, name }: CabinetSet, { major }: CabinetHeader): OpenedSet {
  const opened = new Map<number, { source: ByteSource; table: CabinetVolume }>()
  for (const [number, source] of volumes) opened.set(number, { source, table: readVolume(source, major) })
  return { name, volumes: opened }
}

/** Where the packed data are; a number: of the volume that is missing. */
function extentsOf(file: CabinetFile, { volumes }: OpenedSet): Extent[] | number {
  const extents: Extent[] = []
  const total = file.isCompressed ? file.packedBytes : file.size
  let number = file.volume ?? volumeWith(file.index, volumes)
  let left = total
  while (left > 0) {
    const volume = volumes.get(number)
    if (volume === undefined) return number
    const extent = extentIn(file, volume, extents.length === 0)
    const length = Math.min(left, extent.length)
    if (length <= 0) break
    extents.push({ source: volume.source, offset: extent.offset, length })
    left -= length
    number++
  }
  return extents
}

/** What is not split has all of its data in one volume. */
function extentIn(
  file: CabinetFile,
  { source, table }: { readonly source: ByteSource; readonly table: CabinetVolume },
  isFirst: boolean,
): { readonly offset: number; readonly length: number } {
  const toEnd = (offset: number): { offset: number; length: number } => ({
    offset,
    length: source.size - offset,
  })
  if (!file.isSplit) return toEnd(file.offset)
  const packed = file.isCompressed
  if (isFirst && file.index === table.lastIndex && table.lastOffset !== 0x7fffffff) {
    return { offset: table.lastOffset, length: packed ? table.lastPackedBytes : table.lastSize }
  }
  if (file.index === table.firstIndex) {
    return { offset: table.firstOffset, length: packed ? table.firstPackedBytes : table.firstSize }
  }
  return toEnd(file.offset)
}

/** Version 5 says it in the volumes only. */
function volumeWith(index: number, volumes: OpenedSet['volumes']): number {
  for (const [number, { table }] of volumes) {
    if (index >= table.firstIndex && index <= table.lastIndex) return number
  }
  return volumes.size + 1
}
