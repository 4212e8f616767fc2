// Rebuilds a zip archive (APPNOTE 6.3.10). Members that stay are copied as they lie there: local header, data and
// descriptor; the directory is written anew with their new places. What no directory lists is left out.

import { crc32, deflateRawSync } from 'node:zlib'

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type Directory, findEndsInTail } from '../../formats/zip/end-record.ts'
import {
  centralBytes,
  centralLength,
  centralSignature,
  flagDescriptor,
  type LocalHeader,
  localBytes,
  parseCentralEntry,
  readLocalHeader,
} from '../../formats/zip/header.ts'
import { type Archive, openReading } from '../../formats/zip/member.ts'
import { readingsOf } from '../../formats/zip/readings.ts'
import { zip } from '../../formats/zip/zip.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { copyRange } from '../copy.ts'
import { CannotCure, type Edit, type Editor, type Judgement } from '../editor.ts'
import { consequencesOf, type ZipEntry } from './office.ts'

const descriptorSignature = 0x08074b50
const endBytes = 22
const largestDirectory = 64 * 1024 ** 2
const largestOffset = 0xffffffff

export const zipEditor: Editor = {
  format: zip,

  edit({ source }, edit) {
    const directory = onlyDirectory(source)
    const entries = readEntries(source, directory, edit)
    const judgements = consequencesOf({
      entries,
      judgements: entries.map((entry) => judgeEntry(source, entry, edit)),
      contentOf: (entry) => contentOf(source, entry, edit),
      alsoRemoved: (name, why) => edit.alsoRemoved(name, why),
    })
    writeArchive({ source, directory, entries, judgements, edit })
  },
}

function onlyDirectory(source: ByteSource): Directory {
  const { directories, isCut } = findEndsInTail(source)
  const [directory, other] = directories
  if (directory === undefined || other !== undefined || isCut) {
    throw new CannotCure('the zip archive has no directory, or more than one')
  }
  if (directory.end - directory.start > largestDirectory) throw new CannotCure('the directory is too large')
  return directory
}

interface Entry extends ZipEntry {
  /** As it stands in the directory. */
  readonly raw: Uint8Array
  readonly central: ReturnType<typeof parseCentralEntry>
  readonly local: LocalHeader
  /** Behind the data and the descriptor. */
  readonly end: number
}

function readEntries(source: ByteSource, directory: Directory, { context }: Edit): Entry[] {
  const bytes = copyOf(source, directory.start, directory.end)
  const entries: Entry[] = []
  let at = 0
  while (at + centralBytes <= bytes.length && u32(bytes, at) === centralSignature) {
    context.budget.checkTime()
    const length = centralLength(bytes, at)
    if (at + length > bytes.length) throw new CannotCure('the directory is cut off')
    const raw = bytes.subarray(at, at + length)
    const central = parseCentralEntry(raw, 0)
    const local = readLocalHeader(source, central.localOffset + directory.shift)
    if (local === undefined) throw new CannotCure(`the local header of ${central.name} is missing`)
    const end = local.dataStart + central.packed + descriptorBytes(source, local, central)
    if (end > directory.start) throw new CannotCure(`the data of ${central.name} lie in the directory`)
    entries.push({ name: central.name, raw, central, local, end })
    at += length
  }
  if (entries.length % 65_536 !== directory.count % 65_536) throw new CannotCure('the directory is damaged')
  return entries
}

/** 4.3.9: with or without signature, with sizes of 4 or 8 bytes. */
function descriptorBytes(source: ByteSource, local: LocalHeader, central: Entry['central']): number {
  if ((local.flags & flagDescriptor) === 0) return 0
  const view = source.read(local.dataStart + central.packed, 24)
  const signed = u32(view, 0) === descriptorSignature ? 4 : 0
  if (u32(view, signed) !== central.crc) return 0
  const isLong = u32(view, signed + 8) === 0 && u32(view, signed + 4) === central.packed
  return signed + (isLong && u32(view, signed + 12) === central.size ? 20 : 12)
}

function judgeEntry(source: ByteSource, entry: Entry, edit: Edit): Judgement {
  const { central, local } = entry
  if (central.packed === 0 && central.size === 0) return { kind: 'keep' }
  const archive: Archive = { source, size: source.size, context: edit.context }
  let judgement: Judgement = { kind: 'keep' }
  for (const reading of readingsOf({ name: entry.name, start: local.dataStart }, central, local)) {
    const member = openReading(archive, reading)
    if (member === undefined) continue
    const judged = edit.judge({ name: entry.name, source: member })
    member.release?.()
    // Whoever reads it in another way must not get what one of them would get.
    if (judgement.kind === 'keep') judgement = judged
    else if (judged.kind !== 'keep') judgement = { kind: 'remove' }
  }
  return judgement
}

/** The member's own bytes, for small ones that are to be changed. */
function contentOf(source: ByteSource, entry: ZipEntry, edit: Edit): Uint8Array {
  const { central, local } = entry as Entry
  const archive: Archive = { source, size: source.size, context: edit.context }
  const [reading] = readingsOf({ name: entry.name, start: local.dataStart }, central, local)
  const member = reading === undefined ? undefined : openReading(archive, reading)
  if (member === undefined || member.size > maxRead) throw new CannotCure(`${entry.name} cannot be changed`)
  const bytes = member.read(0, maxRead).slice()
  member.release?.()
  return bytes
}

interface Plan {
  readonly source: ByteSource
  readonly directory: Directory
  readonly entries: readonly Entry[]
  readonly judgements: readonly Judgement[]
  readonly edit: Edit
}

function writeArchive({ source, directory, entries, judgements, edit }: Plan): void {
  const places = new Map<Entry, { at: number; packed?: Packed }>()
  const inOrder = entries.toSorted((a, b) => a.local.at - b.local.at)
  const prefix = inOrder[0]?.local.at ?? directory.start
  let at = prefix
  const write = (bytes: Uint8Array): void => {
    edit.write(bytes)
    at += bytes.length
  }
  copyRange(source, 0, prefix, edit)
  for (const entry of inOrder) {
    const judgement = judgements[entries.indexOf(entry)]
    if (judgement === undefined || judgement.kind === 'remove') continue
    if (judgement.kind === 'keep') {
      places.set(entry, { at })
      copyRange(source, entry.local.at, entry.end, edit)
      at += entry.end - entry.local.at
      continue
    }
    const packed = pack(judgement.bytes)
    places.set(entry, { at, packed })
    write(localOf(source, entry, packed))
    write(packed.bytes)
  }
  const start = at
  let count = 0
  for (const entry of entries) {
    const place = places.get(entry)
    if (place === undefined) continue
    write(centralOf(entry, place.at - directory.shift, place.packed))
    count++
  }
  writeEnd({ source, directory, edit, start: start - directory.shift, bytes: at - start, count })
}

interface Packed {
  readonly method: number
  readonly bytes: Uint8Array
  readonly size: number
  readonly crc: number
}

function pack(bytes: Uint8Array): Packed {
  const deflated = deflateRawSync(bytes)
  const method = deflated.length < bytes.length ? 8 : 0
  return { method, bytes: method === 8 ? deflated : bytes, size: bytes.length, crc: crc32(bytes) }
}

/** Encryption, descriptor and the extra fields that speak of sizes are gone; name, time and other fields stay. */
function localOf(source: ByteSource, { local }: Entry, packed: Packed): Uint8Array {
  const raw = copyOf(source, local.at, local.dataStart)
  const name = raw.subarray(localBytes, localBytes + local.nameBytes)
  const extra = extraWithoutSizes(raw.subarray(localBytes + local.nameBytes))
  const head = Buffer.from(raw.subarray(0, localBytes))
  changeHeader(head, 4, packed)
  head.writeUInt16LE(extra.length, 28)
  return Buffer.concat([head, name, extra])
}

function centralOf({ raw }: Entry, offset: number, packed: Packed | undefined): Uint8Array {
  if (offset > largestOffset) throw new CannotCure('the archive is too large to be rebuilt')
  const nameEnd = centralBytes + u16(raw, 28)
  const extraEnd = nameEnd + u16(raw, 30)
  const head = Buffer.from(raw.subarray(0, centralBytes))
  let extra: Uint8Array = raw.subarray(nameEnd, extraEnd)
  if (packed !== undefined) {
    extra = extraWithoutSizes(extra)
    changeHeader(head, 6, packed)
    head.writeUInt16LE(extra.length, 30)
  }
  // A saturated offset is in the zip64 field, which stays as it is: such archives have more than 4 GiB.
  if (u32(raw, 42) === largestOffset) throw new CannotCure('the archive is too large to be rebuilt')
  head.writeUInt32LE(offset, 42)
  return Buffer.concat([head, raw.subarray(centralBytes, nameEnd), extra, raw.subarray(extraEnd)])
}

/** The fields that both headers have, from "version needed" at `at` on. */
function changeHeader(head: Buffer, at: number, { method, bytes, size, crc }: Packed): void {
  if (size > largestOffset) throw new CannotCure('a member is too large to be rebuilt')
  const flags = head.readUInt16LE(at + 2)
  if ((flags & 1) !== 0) throw new CannotCure('an encrypted member cannot be changed')
  head.writeUInt16LE(flags & ~flagDescriptor, at + 2)
  head.writeUInt16LE(method, at + 4)
  head.writeUInt32LE(crc, at + 10)
  head.writeUInt32LE(bytes.length, at + 14)
  head.writeUInt32LE(size, at + 18)
}

/** Without the zip64 field: all sizes fit. */
function extraWithoutSizes(extra: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = []
  let at = 0
  for (; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
    if (u16(extra, at) !== 1) kept.push(extra.subarray(at, at + 4 + u16(extra, at + 2)))
  }
  return Buffer.concat(kept)
}

interface End {
  readonly source: ByteSource
  readonly directory: Directory
  readonly edit: Edit
  readonly start: number
  readonly bytes: number
  readonly count: number
}

/** The end record with its comment, and whatever was appended behind it. */
function writeEnd({ source, directory, edit, start, bytes, count }: End): void {
  if (count >= 0xffff || start + bytes >= largestOffset) {
    throw new CannotCure('the archive is too large to be rebuilt')
  }
  const end = copyOf(source, directory.end, directory.end + endBytes)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(start, 16)
  edit.write(end)
  copyRange(source, directory.end + endBytes, source.size, edit)
}

function copyOf(source: ByteSource, from: number, to: number): Buffer {
  const bytes = copyBytes(source, { from, most: to - from })
  if (bytes.length < to - from) throw new CannotCure('the archive is cut off')
  return bytes
}
