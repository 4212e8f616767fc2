// The archive that AutoIt appends to its interpreter, or puts into a resource of it: the script and files that come with it,
// each with an encrypted header and encrypted, compressed data. EA05: AutoIt 3.0 to 3.2.5, EA06: later versions.

import { u32 } from '../../codecs/little-endian.ts'
import { adler32 } from '../../codecs/adler32.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { decryptEa05, decryptEa06 } from './ciphers.ts'
import { scriptOfTokens } from './tokens.ts'
import { type AutoItVersion, unpackAutoIt } from './unpack.ts'

const mark = Buffer.from('a3484bbe986c4aa9994c530a86d6487d4155332145413035', 'hex')
const versionDigit = 23
/** Of the password; EA05 adds its sum to the seed. */
const hashBytes = 16
const maxEntries = 10_000
const longestText = 4096
const largestEntry = 128 * 1024 * 1024
/** Compression flag, packed size, size, checksum, four words of times. */
const fixedBytes = 29

interface Dialect {
  readonly version: AutoItVersion
  readonly decrypt: (bytes: Uint8Array, seed: number) => void
  /** Bytes of a character of a header. */
  readonly width: 1 | 2
  /** `FILE`, encrypted. */
  readonly entryMark: number
  readonly kind: { readonly mask: number; readonly seed: number }
  readonly path: { readonly mask: number; readonly seed: number }
  readonly sizeMask: number
  readonly checksumMask: number
  readonly dataSeed: number
}

const dialects: Readonly<Record<AutoItVersion, Dialect>> = {
  EA05: {
    version: 'EA05',
    decrypt: decryptEa05,
    width: 1,
    entryMark: 0xceb06dff,
    kind: { mask: 0x29bc, seed: 0xa25e },
    path: { mask: 0x29ac, seed: 0xf25e },
    sizeMask: 0x45aa,
    checksumMask: 0xc3d2,
    dataSeed: 0x22af,
  },
  EA06: {
    version: 'EA06',
    decrypt: decryptEa06,
    width: 2,
    entryMark: 0x52ca436b,
    kind: { mask: 0xadbc, seed: 0xb33f },
    path: { mask: 0xf820, seed: 0xf479 },
    sizeMask: 0x87bc,
    checksumMask: 0xa685,
    dataSeed: 0x2477,
  },
}

export interface AutoItEntry {
  readonly name: string
  readonly isScript: boolean
  /** The fault is that of the data; the bytes are what there is in spite of it. */
  open(): { readonly bytes: Uint8Array; readonly fault: string | undefined }
}

export function isAutoIt(head: Uint8Array): boolean {
  if (head.length < mark.length + hashBytes) return false
  for (let at = 0; at < versionDigit; at++) if (head[at] !== mark[at]) return false
  return head[versionDigit] === 0x35 || head[versionDigit] === 0x36
}

/** In the order of the archive; ends at the first bytes that are no entry. */
export function* readAutoIt(source: ByteSource, budget: Budget): Generator<AutoItEntry> {
  const start = source.read(0, mark.length + hashBytes).slice()
  const dialect = dialects[start[versionDigit] === 0x35 ? 'EA05' : 'EA06']
  const sum = start.subarray(mark.length).reduce((total, byte) => total + byte, 0)
  const dataSeed = dialect.dataSeed + (dialect.version === 'EA05' ? sum : 0)
  let at = mark.length + hashBytes
  for (let count = 0; count < maxEntries; count++) {
    budget.checkTime()
    if (u32(source.read(at, 4), 0) !== dialect.entryMark) return
    const kind = textAt(source, at + 4, dialect, dialect.kind)
    if (kind === undefined) return
    const path = textAt(source, kind.end, dialect, dialect.path)
    const fixed = path && source.read(path.end, fixedBytes).slice()
    if (path === undefined || fixed === undefined || fixed.length < fixedBytes) return
    const size = (u32(fixed, 1) ^ dialect.sizeMask) >>> 0
    const place = { offset: path.end + fixedBytes, size }
    at = place.offset + size
    if (size === 0) continue
    const isScript = /^>+AUTOIT (?:UNICODE )?SCRIPT<+$/.test(kind.text)
    const checksum = (u32(fixed, 9) ^ dialect.checksumMask) >>> 0
    const entry = { place, isPacked: fixed[0] === 1, isScript, checksum }
    yield {
      name: isScript ? 'script.au3' : path.text || kind.text || `file ${count + 1}`,
      isScript,
      open: () => openEntry(source, dialect, { ...entry, seed: dataSeed }, budget),
    }
  }
}

function textAt(
  source: ByteSource,
  at: number,
  { decrypt, width }: Dialect,
  { mask, seed }: Dialect['kind'],
): { readonly text: string; readonly end: number } | undefined {
  const length = (u32(source.read(at, 4), 0) ^ mask) >>> 0
  if (length > longestText) return undefined
  const bytes = Buffer.from(source.read(at + 4, length * width))
  decrypt(bytes, seed + length)
  return { text: bytes.toString(width === 2 ? 'utf16le' : 'latin1'), end: at + 4 + length * width }
}

interface Packed {
  readonly place: { readonly offset: number; readonly size: number }
  readonly isPacked: boolean
  readonly isScript: boolean
  readonly checksum: number
  readonly seed: number
}

function openEntry(
  source: ByteSource,
  { version, decrypt }: Dialect,
  { place, isPacked, isScript, checksum, seed }: Packed,
  budget: Budget,
): { readonly bytes: Uint8Array; readonly fault: string | undefined } {
  const data = copyBytes(source, { from: place.offset, most: Math.min(place.size, largestEntry) })
  decrypt(data, seed)
  let fault = data.length < place.size ? 'the data are cut off' : undefined
  if (adler32(data) !== checksum) fault ??= 'the data have a wrong checksum'
  budget.charge(data.length)
  const unpacked = isPacked
    ? unpackAutoIt(data, version, largestEntry, budget)
    : { bytes: data, isDamaged: false }
  if (unpacked === undefined)
    return { bytes: data, fault: fault ?? 'the data do not begin as packed data do' }
  if (unpacked.isDamaged) fault ??= 'the packed data are damaged'
  const { bytes } = unpacked
  if (!isScript) return { bytes, fault }
  if (version === 'EA05') return { bytes: utf8Of(bytes), fault }
  const script = scriptOfTokens(bytes)
  if (script.isDamaged) fault ??= 'the script has unknown tokens'
  return { bytes: Buffer.from(script.text), fault }
}

/** Scripts in UTF-16 say so by their first bytes. */
function utf8Of(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0xff || bytes[1] !== 0xfe) return bytes
  return Buffer.from(Buffer.from(bytes.subarray(2)).toString('utf16le'))
}
