// The cells of one sheet: constants, and formulas as tokens.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { type BiffRecord, dataOf, recordsOf, recordTypes } from './records.ts'
import { readBytes, readCharacters } from './strings.ts'
import type { Sheet, Workbook } from './workbook.ts'

export type Cell =
  | {
      readonly kind: 'constant'
      readonly row: number
      readonly column: number
      readonly value: string | number
    }
  | {
      readonly kind: 'formula'
      readonly row: number
      readonly column: number
      readonly tokens: Uint8Array
      /** The text that it had when the file was saved. */
      readonly saved?: string
    }

const maxCells = 200_000

/** In the order of the records; at most 200,000. */
export function readSheetCells(source: ByteSource, sheet: Sheet, workbook: Workbook, budget: Budget): Cell[] {
  const cells: Cell[] = []
  let depth = 0
  for (const record of recordsOf(source, sheet.at, budget)) {
    if (record.type === recordTypes.bof) depth++
    else if (record.type === recordTypes.eof && --depth <= 0) break
    // Charts inside a sheet have records of their own.
    if (depth > 1) continue
    if (cells.length >= maxCells) break
    addCell(source, record, workbook, cells)
  }
  return cells
}

function addCell(source: ByteSource, record: BiffRecord, { biff, strings }: Workbook, cells: Cell[]): void {
  switch (record.type) {
    case recordTypes.formula: {
      const data = dataOf(source, record)
      cells.push({ kind: 'formula', ...placeOf(data), tokens: data.subarray(22, 22 + u16(data, 20)) })
      break
    }
    case recordTypes.string: {
      const last = cells.at(-1)
      if (last?.kind !== 'formula') break
      const data = dataOf(source, record)
      const length = u16(data, 0)
      const saved = biff === 8 ? readCharacters(data, 2, length).text : readBytes(data, 2, length)
      cells[cells.length - 1] = { ...last, saved }
      break
    }
    case recordTypes.labelSst: {
      const data = dataOf(source, record)
      cells.push({ kind: 'constant', ...placeOf(data), value: strings[u32(data, 6)] ?? '' })
      break
    }
    case recordTypes.label: {
      const data = dataOf(source, record)
      const length = u16(data, 6)
      const value = biff === 8 ? readCharacters(data, 8, length).text : readBytes(data, 8, length)
      cells.push({ kind: 'constant', ...placeOf(data), value })
      break
    }
    case recordTypes.number: {
      const data = dataOf(source, record)
      if (data.length >= 14)
        cells.push({ kind: 'constant', ...placeOf(data), value: Buffer.from(data).readDoubleLE(6) })
      break
    }
    case recordTypes.rk: {
      const data = dataOf(source, record)
      cells.push({ kind: 'constant', ...placeOf(data), value: rkNumber(u32(data, 6)) })
      break
    }
    case recordTypes.mulRk:
      addNumbers(dataOf(source, record), cells)
      break
    default:
      break
  }
}

function addNumbers(data: Uint8Array, cells: Cell[]): void {
  const { row, column } = placeOf(data)
  for (let at = 4, index = 0; at + 8 <= data.length; at += 6, index++) {
    cells.push({ kind: 'constant', row, column: column + index, value: rkNumber(u32(data, at + 2)) })
  }
}

function placeOf(data: Uint8Array): { row: number; column: number } {
  return { row: u16(data, 0), column: u16(data, 2) }
}

const double = new DataView(new ArrayBuffer(8))

/** 30 bits of a whole number, or of a floating one, maybe in hundredths ([MS-XLS] 2.5.218). */
function rkNumber(rk: number): number {
  double.setUint32(4, 0, true)
  double.setUint32(0, (rk & ~3) >>> 0, false)
  const value = (rk & 2) === 0 ? double.getFloat64(0, false) : rk >> 2
  return (rk & 1) === 0 ? value : value / 100
}
