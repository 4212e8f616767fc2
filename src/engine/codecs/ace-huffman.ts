// The Huffman codes of ACE: a code for the differences of the widths, then the widths of the symbols. Which of the
// symbols of one width gets which code is the result of the very quicksort that the packer used, so it is part of the
// format (acefile.py, class Huffman, says so).

import type { AceBits } from './ace-bits.ts'

const widthCodeBits = 7
const mostWidths = 16
const mostSymbols = 320

const keys = new Uint8Array(mostSymbols)
const values = new Uint16Array(mostSymbols)
const widths = new Uint8Array(mostSymbols)
const widthWidths = new Uint8Array(mostSymbols)
const widthTable = new Uint16Array(1 << widthCodeBits)

/** Fills `table`, of `2 ** maxWidth` entries `symbol << 4 | width`. False: the data are no code. */
export function readAceCode(bits: AceBits, maxWidth: number, symbols: number, table: Uint16Array): boolean {
  const count = Math.min(bits.take(9) + 1, symbols + 1)
  const lowest = bits.take(4)
  const range = bits.take(4)
  widthWidths.fill(0, 0, mostWidths)
  for (let i = 0; i <= range; i++) widthWidths[i] = bits.take(3)
  if (!assignCodes(widthCodeBits, range + 1, widthWidths, widthTable)) return false
  widths.fill(0)
  for (let at = 0; at < count;) {
    const entry = widthTable[bits.peek(widthCodeBits)]!
    bits.skip(entry & 15)
    const difference = entry >>> 4
    if (difference < range) widths[at++] = difference
    else at += bits.take(4) + 4
    if (bits.isOverrun) return false
  }
  if (range > 0) for (let i = 1; i < count; i++) widths[i] = (widths[i]! + widths[i - 1]!) % range
  for (let i = 0; i < count; i++) if (widths[i]! > 0) widths[i]! += lowest
  return assignCodes(maxWidth, count, widths, table)
}

/** Codes from the narrowest symbol to the widest. */
function assignCodes(maxWidth: number, count: number, source: Uint8Array, table: Uint16Array): boolean {
  for (let i = 0; i < count; i++) {
    keys[i] = source[i]!
    values[i] = i
  }
  sortDescending(0, count - 1)
  table.fill(0)
  let used = 0
  while (used < count && keys[used]! > 0) used++
  if (used < 2) {
    // A single symbol takes one bit, whatever the bit is.
    table.fill((values[0]! << 4) | 1)
    return true
  }
  let at = 0
  for (let i = used - 1; i >= 0 && at < 1 << maxWidth; i--) {
    const width = keys[i]!
    if (width > maxWidth) return false
    const end = at + (1 << (maxWidth - width))
    if (end > 1 << maxWidth) return false
    table.fill((values[i]! << 4) | width, at, end)
    at = end
  }
  return true
}

function swap(a: number, b: number): void {
  const key = keys[a]!
  const value = values[a]!
  keys[a] = keys[b]!
  values[a] = values[b]!
  keys[b] = key
  values[b] = value
}

/** The last key is the pivot; equal keys are exchanged too, so the sort is not stable. */
function sortDescending(left: number, right: number): void {
  const pivot = keys[right]!
  let low = left
  let high = right
  do {
    while (keys[low]! > pivot) low++
    while (keys[high]! < pivot) high--
    if (low > high) break
    swap(low, high)
    low++
    high--
  } while (low < high)
  if (left < high) sortPart(left, high)
  if (right > low) sortPart(low, right)
}

function sortPart(left: number, right: number): void {
  if (left < right - 1) sortDescending(left, right)
  else if (keys[left]! < keys[right]!) swap(left, right)
}
