// A sheet of a binary OOXML workbook ([MS-XLSB] 2.1.7.32, 2.1.7.61): records with a type and a length of variable size.

import { u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Cell } from './sheet.ts'

const rowHeader = 0
const cellReal = 5
const cellText = 6
const formulaText = 8
const formulaNumber = 9
const formulaBool = 10
const formulaError = 11
/** Column and style in front of a cell's value. */
const cellHeaderBytes = 8
const maxCells = 200_000
/** Longer records hold no cells. */
const maxRecordBytes = 128 * 1024

/** BrtBeginSheet, without data. */
export function isBinarySheet(head: Uint8Array): boolean {
  return head[0] === 0x81 && head[1] === 0x01 && head[2] === 0x00
}

/** Texts that all sheets share lie in another part and stay unknown. */
export function readBinarySheet(source: ByteSource, budget: Budget): Cell[] {
  const cells: Cell[] = []
  let row = 0
  let count = 0
  for (let at = 0; cells.length < maxCells;) {
    if ((++count & 1023) === 0) budget.checkTime()
    const header = source.read(at, 6)
    if (header.length < 2) break
    const { type, length, bytes } = readHeader(header)
    if (type === rowHeader) row = u32(source.read(at + bytes, 4), 0)
    else if (isCell(type) && length <= maxRecordBytes) {
      addCell(new Uint8Array(source.read(at + bytes, length)), { type, row, cells })
    }
    at += bytes + length
  }
  return cells
}

function isCell(type: number): boolean {
  return type >= cellReal && type <= formulaError
}

/** Seven bits a byte, the lowest first; the type has at most two bytes, the length four. */
function readHeader(header: Uint8Array): { type: number; length: number; bytes: number } {
  let bytes = 1
  let type = header[0]!
  if ((type & 0x80) !== 0) type = (type & 0x7f) | ((header[bytes++]! & 0x7f) << 7)
  let length = 0
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = header[bytes++] ?? 0
    length |= (byte & 0x7f) << shift
    if ((byte & 0x80) === 0) break
  }
  return { type, length, bytes }
}

function addCell(data: Uint8Array, { type, row, cells }: { type: number; row: number; cells: Cell[] }): void {
  const place = { row, column: u32(data, 0) }
  if (type === cellReal) {
    if (data.length >= cellHeaderBytes + 8) {
      cells.push({ kind: 'constant', ...place, value: Buffer.from(data).readDoubleLE(cellHeaderBytes) })
    }
    return
  }
  const text = type === cellText || type === formulaText ? wideText(data) : undefined
  if (type === cellText) cells.push({ kind: 'constant', ...place, value: text?.text ?? '' })
  const value = formulaStart(type, text?.next)
  if (value === undefined) return
  // Two bytes of flags, then the tokens behind their length.
  const tokenBytes = u32(data, value + 2)
  const tokens = data.subarray(value + 6, value + 6 + tokenBytes)
  cells.push({ kind: 'formula', ...place, tokens, ...(text === undefined ? {} : { saved: text.text }) })
}

function formulaStart(type: number, behindText: number | undefined): number | undefined {
  if (type === formulaText) return behindText
  if (type === formulaNumber) return cellHeaderBytes + 8
  return type === formulaBool || type === formulaError ? cellHeaderBytes + 1 : undefined
}

function wideText(data: Uint8Array): { text: string; next: number } {
  const next = cellHeaderBytes + 4 + u32(data, cellHeaderBytes) * 2
  const bytes = data.subarray(cellHeaderBytes + 4, next)
  return { text: Buffer.from(bytes).toString('utf16le'), next }
}
