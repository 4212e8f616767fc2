// Tables with every kind of column and value that ESE has, for tests and for comparing with another reader.

import { guidBytes, u16, u32, u64, wide } from './artefact-fields.ts'
import { type EseCell, type EseColumnSpec, packAscii, packWide, packXpress } from './ese-record.ts'
import type { EseTableSpec } from './ese-writer.ts'

export const sampleColumns: readonly EseColumnSpec[] = [
  { name: 'bit', coltyp: 1, id: 1 },
  { name: 'byte', coltyp: 2, id: 2 },
  { name: 'short', coltyp: 3, id: 3 },
  { name: 'long', coltyp: 4, id: 4 },
  { name: 'currency', coltyp: 5, id: 5 },
  { name: 'single', coltyp: 6, id: 6 },
  { name: 'double', coltyp: 7, id: 7 },
  { name: 'time', coltyp: 8, id: 8 },
  { name: 'unsigned long', coltyp: 14, id: 9 },
  { name: 'long long', coltyp: 15, id: 10 },
  { name: 'guid', coltyp: 16, id: 11 },
  { name: 'unsigned short', coltyp: 17, id: 12 },
  { name: 'binary', coltyp: 9, id: 128 },
  { name: 'text', coltyp: 10, id: 129 },
  { name: 'wide text', coltyp: 10, id: 130, codePage: 1200 },
  { name: 'tagged long', coltyp: 4, id: 256 },
  { name: 'long binary', coltyp: 11, id: 257 },
  { name: 'long text', coltyp: 12, id: 258 },
  { name: 'wide long text', coltyp: 12, id: 259, codePage: 1200 },
  { name: 'tagged guid', coltyp: 16, id: 260 },
]

export const sampleGuid = '7acbbaa3-d029-4be4-9a7a-0885927f1d8f'

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

function single(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

export function sampleText(index: number): string {
  return `row ${index} of some text, `.repeat(1 + (index % 5))
}

function wideLongText(index: number): EseCell {
  const bytes = wide(sampleText(index))
  if (index % 4 === 0) return { bytes }
  if (index % 4 === 1) return { bytes, pack: packWide }
  return index % 4 === 2 ? { bytes, pack: packXpress } : undefined
}

export function sampleCells(index: number): EseCell[] {
  return [
    { bytes: Buffer.from([index % 2 === 0 ? 0 : 0xff]) },
    { bytes: Buffer.from([index & 0xff]) },
    { bytes: u16(index * 7 - 500) },
    { bytes: u32(-index) },
    { bytes: u64(BigInt(index) * 123_456_789_012n) },
    { bytes: single(index / 2) },
    { bytes: double(index / 8) },
    index % 5 === 0 ? null : { bytes: u64(131_000_000_000_000_000n + BigInt(index)) },
    { bytes: u32(0xfffffff0 - index) },
    { bytes: u64(BigInt.asUintN(64, -BigInt(index) << 40n)) },
    { bytes: guidBytes(sampleGuid) },
    { bytes: u16(0xffff - index) },
    index % 3 === 0 ? null : { bytes: Buffer.from([index & 0xff, 1, 2]) },
    { bytes: Buffer.from(`caf\xe9 ${index}`, 'latin1') },
    index % 7 === 0 ? undefined : { bytes: wide(`넓은 ${index}`) },
    index % 4 === 0 ? undefined : { bytes: u32(index) },
    index % 6 === 0 ? undefined : { bytes: Buffer.alloc(20 + (index % 50), index) },
    index % 6 === 1 ? undefined : { bytes: Buffer.from(sampleText(index)) },
    wideLongText(index),
    index % 9 === 0 ? undefined : { bytes: guidBytes(sampleGuid) },
  ]
}

/** Values that only some readers know: kept apart, several in a cell, seven bits, NULL. */
export function hardCells(index: number): EseCell[] {
  const cells = sampleCells(index)
  const text = Buffer.from(sampleText(index).repeat(100))
  const long = Buffer.alloc(3000 + 700 * (index % 40), index)
  return [
    ...cells.slice(0, 15),
    index % 3 === 0
      ? { values: [u32(index), u32(index + 1)].map((bytes) => ({ bytes })), areTwo: index % 2 === 0 }
      : null,
    index % 3 === 1
      ? { bytes: long, isSeparate: true }
      : { bytes: Buffer.from([index & 0xff]), pack: packAscii },
    { bytes: text, isSeparate: true, pack: packXpress },
    index % 2 === 0
      ? {
          values: [
            { bytes: wide('one'), pack: packWide },
            { bytes: wide(`far ${index}`), isSeparate: true },
            { bytes: wide('') },
          ],
        }
      : undefined,
    null,
  ]
}

export function sampleTable(name: string, rows: number, cells: (index: number) => EseCell[]): EseTableSpec {
  return {
    name,
    columns: sampleColumns,
    rows: Array.from({ length: rows }, (_, index) => cells(index)),
    deleted: [3],
  }
}
