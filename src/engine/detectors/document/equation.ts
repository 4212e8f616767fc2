// Objects of the Equation Editor 3.0 that overflow its buffers (CVE-2017-11882, CVE-2018-0802, CVE-2018-0798). Their
// data are MTEF version 3 behind a header of 28 bytes; records are one byte of type and options each.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type Finding, technique } from './trait.ts'

const headerBytes = 28
const mtefHeaderBytes = 5
/** The editor keeps font names of at most 31 characters (LOGFONT.lfFaceName) in a buffer of 40 bytes. */
const longestFontName = 40
/** Partition lines of a matrix are copied to 8 bytes, 4 to each. */
const mostRows = 31
/** Of the records at the beginning; the overflow comes before anything is drawn. */
const maxRecords = 64

const line = 1
const matrix = 5
const ruler = 7
const font = 8
const size = 9
const firstPlain = 10
const lastPlain = 14

/** `bytes`: the beginning of the stream `Equation Native` or of the native data of an object of this class. */
export function judgeEquation(bytes: Uint8Array): Finding[] {
  const start = u16(bytes, 0) === headerBytes ? headerBytes : 0
  if (start === 0 && !(bytes[0] === 2 || bytes[0] === 3)) return []
  let at = start + mtefHeaderBytes
  for (let count = 0; count < maxRecords && at < bytes.length; count++) {
    const tag = bytes[at]!
    const kind = tag & 15
    if (kind === font) {
      const length = nameLength(bytes, at + 3)
      if (length > longestFontName) return [overflow(`a font name of ${length} bytes`, at)]
      at += 3 + length + 1
    } else if (kind === matrix) {
      const sizes = at + 1 + nudgeBytes(bytes, tag, at + 1) + 3
      const rows = bytes[sizes] ?? 0
      const columns = bytes[sizes + 1] ?? 0
      return rows > mostRows || columns > mostRows ? [overflow(`a matrix of ${rows} × ${columns}`, at)] : []
    } else {
      const length = recordBytes(bytes, at)
      if (length === 0) return []
      at += length
    }
  }
  return []
}

function overflow(what: string, offset: number): Finding {
  return {
    name: 'Heuristic.Exploit.Equation',
    score: 95,
    reason: `${what} overflows a buffer of the Equation Editor`,
    techniques: [technique.exploitation],
    offset,
  }
}

/** Bytes up to the zero, or up to the end of what is looked at. */
function nameLength(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(0, at)
  return Math.max(0, (end < 0 ? bytes.length : end) - at)
}

function nudgeBytes(bytes: Uint8Array, tag: number, at: number): number {
  if ((tag & 0x80) === 0) return 0
  return bytes[at] === 128 && bytes[at + 1] === 128 ? 6 : 2
}

/** The length of a record that may stand before fonts; 0: another. */
function recordBytes(bytes: Uint8Array, at: number): number {
  const tag = bytes[at]!
  const kind = tag & 15
  if (kind >= firstPlain && kind <= lastPlain) return 1
  if (kind === size) {
    const first = bytes[at + 1]!
    if (first === 101) return 4
    return first === 100 ? 5 : 3
  }
  if (kind === line) return 1 + nudgeBytes(bytes, tag, at + 1) + ((tag & 0x40) === 0 ? 0 : 2)
  if (kind === ruler) return 2 + (bytes[at + 1] ?? 0) * 3
  return 0
}

const sectorBytes = 512
const rootClassAt = 80
/** {0002CE02-0000-0000-C000-000000000046} */
const equationClass = Buffer.from('02ce020000000000c000000000000046', 'hex')
const nativeName = Buffer.from('Equation Native', 'utf16le')

/** Where the first sector of an OLE2 file's directory lies; -1: `head` is none. */
export function directoryAt(head: Uint8Array): number {
  if (u32(head, 0) !== 0xe011cfd0 || head.length < sectorBytes) return -1
  return (u32(head, 48) + 1) * sectorBytes
}

/** `directory`: the first sector of the directory of an OLE2 file. */
export function judgeEquationDirectory(directory: Uint8Array): Finding[] {
  const buffer = Buffer.from(directory)
  if (!buffer.subarray(rootClassAt, rootClassAt + 16).equals(equationClass)) return []
  if (buffer.includes(nativeName)) return []
  return [
    {
      name: 'Heuristic.Exploit.Equation',
      score: 88,
      reason: 'an object of the Equation Editor whose data are hidden under another name',
      techniques: [technique.exploitation],
    },
  ]
}
