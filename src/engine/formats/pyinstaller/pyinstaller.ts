// Programs made by PyInstaller: an archive behind the loader, or in a section of it, and in it libraries of compiled modules.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { isZlibHeader } from '../../codecs/zlib-stream.ts'
import { makePycHeader } from '../../parsers/python/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type Cookie, type Entry, findCookie, readEntries } from './archive.ts'
import { PackedEntry } from './packed-entry.ts'
import { isPyz, pyzMembers } from './pyz.ts'

/** Thin and universal Mach-O. */
const machoMagics = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xbebafeca])
/** Scripts, modules and packages: code without the header of a compiled module. */
const codeTypes = new Set(['s', 'm', 'M'])
/** Options of the loader and names of other archives: no content. */
const emptyTypes = new Set(['o', 'd'])
const longestPlainCode = 4 * 1024 * 1024

export const pyinstaller: Format = {
  id: 'pyinstaller',
  kind: 'archive',
  matches: ({ head, source }) => isPyz(head) || (isProgram(head) && findCookie(source) !== undefined),

  *members({ head, source }, context) {
    if (isPyz(head)) {
      yield* pyzMembers(source, context)
      return
    }
    const cookie = findCookie(source)
    if (cookie === undefined) return
    const { entries, isCut } = readEntries(source, cookie)
    for (const entry of entries) {
      const member = open(source, cookie, entry, context)
      if (member === undefined) context.budget.countMember()
      else yield member
    }
    if (isCut) context.fault('(table of contents)', 'damaged', 'the table of contents is cut off')
  },
}

function isProgram(head: Uint8Array): boolean {
  const first = u32(head, 0)
  return u16(head, 0) === 0x5a4d || first === 0x464c457f || machoMagics.has(first)
}

function open(source: ByteSource, cookie: Cookie, entry: Entry, context: UnpackContext): Member | undefined {
  const { name: stored, type, offset, packedBytes, unpackedBytes, isPacked } = entry
  if (emptyTypes.has(type) || packedBytes === 0) return undefined
  const { budget } = context
  const name = stored === '' ? '?' : stored
  if (offset < 0 || offset + packedBytes > source.size) {
    context.fault(name, 'damaged', 'lies outside of the file')
    return undefined
  }
  const header = codeTypes.has(type) ? makePycHeader(cookie.python) : new Uint8Array(0)
  if (!isPacked) return { name, source: plain(source, entry, header, context) }
  if (!isZlibHeader(source.read(offset, 2))) {
    context.fault(name, 'damaged', 'does not begin as packed data do')
    return undefined
  }
  const report = (message: string): void => context.fault(name, 'damaged', message)
  // Older versions stored the header.
  const prefix = header.length > 0 && beginsWithHeader(source, entry, context) ? new Uint8Array(0) : header
  const decoder = (): PackedEntry => new PackedEntry(source, { offset, length: packedBytes }, prefix, report)
  return { name, source: new DecodedSource(decoder, budget, Math.min(unpackedBytes, packedBytes * 8)) }
}

/** Line end behind the magic number. */
function beginsWithHeader(
  source: ByteSource,
  { offset, packedBytes }: Entry,
  { budget }: UnpackContext,
): boolean {
  const place = { offset, length: packedBytes }
  const first = new DecodedSource(() => new PackedEntry(source, place, new Uint8Array(0), () => {}), budget)
  const isHeader = u16(first.read(0, 4), 2) === 0x0a0d
  first.release()
  return isHeader
}

function plain(
  source: ByteSource,
  { offset, packedBytes }: Entry,
  header: Uint8Array,
  { budget }: UnpackContext,
): ByteSource {
  const part = sliceSource(source, offset, packedBytes)
  const isBare = header.length > 0 && packedBytes <= longestPlainCode && u16(part.read(0, 4), 2) !== 0x0a0d
  if (!isBare) return part
  return new ProducedSource(() => withHeader(header, part), budget)
}

function withHeader(header: Uint8Array, part: ByteSource): Uint8Array {
  const bytes = new Uint8Array(header.length + part.size)
  bytes.set(header)
  for (let at = 0; at < part.size;) {
    const view = part.read(at, 65_536)
    if (view.length === 0) break
    bytes.set(view, header.length + at)
    at += view.length
  }
  return bytes
}
