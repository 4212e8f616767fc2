// The section table (Microsoft PE Format, "Section Table").

import { isUtf8 } from 'node:buffer'
import type { Headers } from './headers.ts'

/** As many as Windows loads. */
const maxSections = 96
const sectionBytes = 40
const symbolBytes = 18
/** Longer names in the string table are cut. */
const maxNameBytes = 4096

export interface Section {
  /** Up to eight bytes, one character (0–255) for each, without the zeros at the end. */
  readonly name: string
  /** From the string table of the symbols where the name is `/` and a number, as GNU linkers write it. */
  readonly fullName: string
  readonly virtualSize: number
  readonly virtualAddress: number
  readonly rawSize: number
  readonly rawOffset: number
  readonly relocationsOffset: number
  readonly lineNumbersOffset: number
  readonly relocationCount: number
  readonly lineNumberCount: number
  readonly characteristics: number
}

/** Those that are whole in the file. */
export function readSections(bytes: Buffer, headers: Headers): Section[] {
  const sections: Section[] = []
  const count = Math.min(headers.sectionCount, maxSections)
  for (let at = headers.sectionTableOffset; sections.length < count; at += sectionBytes) {
    if (at + sectionBytes > bytes.length) break
    sections.push(readSection(bytes, at, headers))
  }
  return sections
}

function readSection(bytes: Buffer, at: number, headers: Headers): Section {
  let nameEnd = at + 8
  while (nameEnd > at && bytes[nameEnd - 1] === 0) nameEnd--
  const name = bytes.toString('latin1', at, nameEnd)
  return {
    name,
    fullName: fullNameOf(bytes, name, headers) ?? name,
    virtualSize: bytes.readUInt32LE(at + 8),
    virtualAddress: bytes.readUInt32LE(at + 12),
    rawSize: bytes.readUInt32LE(at + 16),
    rawOffset: bytes.readUInt32LE(at + 20),
    relocationsOffset: bytes.readUInt32LE(at + 24),
    lineNumbersOffset: bytes.readUInt32LE(at + 28),
    relocationCount: bytes.readUInt16LE(at + 32),
    lineNumberCount: bytes.readUInt16LE(at + 34),
    characteristics: bytes.readUInt32LE(at + 36),
  }
}

function fullNameOf(bytes: Buffer, name: string, headers: Headers): string | undefined {
  if (!/^\/\+?\d+$/.test(name)) return undefined
  // The string table is right behind the symbols.
  const table = Math.min(
    headers.symbolTableOffset + Math.min(headers.symbolCount * symbolBytes, 0xffffffff),
    0xffffffff,
  )
  const start = table + Number(name.slice(1))
  if (start > bytes.length) return undefined
  const most = Math.min(bytes.length, start + maxNameBytes)
  let end = start
  while (end < most && bytes[end] !== 0) end++
  return bytes.toString('latin1', start, end)
}

/** Whether a text is UTF-8 when its characters are taken as bytes. */
export function isWellFormed(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) >= 0x80) return isUtf8(Buffer.from(text, 'latin1'))
  }
  return true
}
