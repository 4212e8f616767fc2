// The embedded files of a OneNote revision store ([MS-ONESTORE]). They are found by the marks of their data, wherever
// these lie, and not by way of the file node lists, which a damaged or forged file may cut.

import type { Budget } from '../../limits.ts'
import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { indexOfBytes } from '../../source/search.ts'
import { startsWith } from '../../source/starts-with.ts'
import { guidBytes } from './guid.ts'
import { nameOfFileNode } from './property-set.ts'

export interface EmbeddedFile {
  /** The file's name; only an extension, or nothing, where the name is not found. */
  readonly name: string
  readonly start: number
  /** As much as there is. */
  readonly size: number
  readonly claimedSize: number
}

/** guidFileType of .one and .onetoc2 (2.3.1). */
const fileTypes = ['7B5C52E4-D88C-4DA7-AEB1-5378D02996D3', '43FF2FA1-EFD9-4C76-9EE2-10EA5722765F'].map(
  guidBytes,
)
/** guidFileFormat of a file that is packed by [MS-ONESTORE] 2.8 instead of being a revision store. */
const packagedStore = guidBytes('638DE92F-A6D4-4BC1-9A36-B3FC2511A5B7')
const formatAt = 48
/** FileDataStoreObject.guidHeader (2.6.13). */
const dataMark = guidBytes('BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC')
const dataHeaderBytes = 36
/** ObjectDeclarationFileData3RefCountFND refers to data as `<ifndf>{GUID}` (2.5.27), a counted UTF-16 text. */
const referenceMark = Buffer.from('<ifndf>{', 'utf16le')
const referenceBytes = Buffer.byteLength('<ifndf>{00000000-0000-0000-0000-000000000000}', 'utf16le')
const maxExtensionBytes = 64
/** jcidEmbeddedFileNode ([MS-ONE] 2.1.13) in an ObjectDeclaration2RefCountFND. */
const fileNodeType = Uint8Array.of(0x35, 0x00, 0x06, 0x00)
const maxReferences = 20_000

export function isOneNote(head: Uint8Array): boolean {
  return fileTypes.some((type) => startsWith(head, type))
}

/** Whether its content lies in packages, whose data are not marked. */
export function isPackaged(head: Uint8Array): boolean {
  return startsWith(head, packagedStore, formatAt)
}

/** In the file's order. */
export function embeddedFiles(source: ByteSource, budget: Budget): EmbeddedFile[] {
  const files = dataObjects(source, budget)
  if (files.length === 0) return files
  const byGuid = dataByGuid(source, new Set(files.map(({ start }) => start - dataHeaderBytes)), budget)
  const byContainer = fileNodeNames(source, budget)
  const names = new Map<number, string>()
  for (const { guid, object, extension } of references(source, budget)) {
    const at = byGuid.get(guid)
    const name = byContainer.get(object) ?? extension
    if (at !== undefined && name !== '') names.set(at + dataHeaderBytes, name)
  }
  return files.map((file) => ({ ...file, name: names.get(file.start) ?? '' }))
}

/** FileDataStoreObject (2.6.13). */
function dataObjects(source: ByteSource, budget: Budget): EmbeddedFile[] {
  const { size } = source
  const files: EmbeddedFile[] = []
  for (let from = 0; files.length <= budget.limits.maxMembers;) {
    const at = indexOfBytes(source, dataMark, { from, to: size }, budget)
    if (at < 0) break
    const claimedSize = u64(source.read(at, dataHeaderBytes), 16)
    const start = at + dataHeaderBytes
    const length = Math.min(claimedSize, Math.max(0, size - start))
    files.push({ name: '', start, size: length, claimedSize })
    // Data inside data belong to a file inside, unless the length is a lie.
    from = claimedSize === length ? start + length : start
  }
  return files
}

interface Reference {
  /** The CompactID of the object that declares the data. */
  readonly object: number
  readonly guid: string
  readonly extension: string
}

function* references(source: ByteSource, budget: Budget): Generator<Reference> {
  let from = 0
  for (let count = 0; count < maxReferences; count++) {
    const at = indexOfBytes(source, referenceMark, { from, to: source.size }, budget)
    if (at < 0) return
    from = at + referenceMark.length
    // oid, jcid, cRef and the text's length stand before it.
    const before = source.read(at - 13, 4)
    const object = u32(before, 0)
    const view = source.read(at, referenceBytes + 4 + maxExtensionBytes)
    const guid = Buffer.from(view.subarray(referenceMark.length, referenceBytes - 2)).toString('utf16le')
    const length = Math.min(u32(view, referenceBytes) * 2, maxExtensionBytes)
    const extension = Buffer.from(view.subarray(referenceBytes + 4, referenceBytes + 4 + length)).toString(
      'utf16le',
    )
    if (/^[\dA-F-]{36}$/i.test(guid)) {
      yield { object, guid: hex(guidBytes(guid)), extension: extension.replaceAll('\0', '') }
    }
  }
}

/** FileNode header (2.4.3): the id, and the widths of the reference that follows. */
interface NodeReference {
  readonly id: number
  readonly at: number
  readonly size: number
  readonly bytes: number
}

const pointerBytes = [8, 4, 2, 4]
const lengthBytes = [4, 8, 1, 2]

function nodeReference(bytes: Uint8Array, at: number): NodeReference {
  const header = u32(bytes, at)
  const pointer = pointerBytes[(header >>> 23) & 3] ?? 8
  const length = lengthBytes[(header >>> 25) & 3] ?? 4
  const number = (from: number, width: number): number => {
    if (width === 8) return u64(bytes, from)
    if (width === 4) return u32(bytes, from)
    return (width === 2 ? u16(bytes, from) : (bytes[from] ?? 0)) * 8
  }
  return {
    id: header & 0x3ff,
    at: number(at + 4, pointer),
    // Compressed pointers and lengths are counted in 8 bytes.
    size: number(at + 4 + pointer, length),
    bytes: 4 + pointer + length,
  }
}

const dataReferenceId = 0x94
const guidLength = 16
/** A FileDataStoreObjectReferenceFND with the widest reference. */
const longestReference = 4 + 8 + 8 + guidLength

/** Where the data lie to which each GUID leads: every FileDataStoreObjectReferenceFND (2.5.21) that points to some. */
function dataByGuid(source: ByteSource, data: ReadonlySet<number>, budget: Budget): Map<string, number> {
  const byGuid = new Map<string, number>()
  for (let base = 0; ;) {
    budget.checkTime()
    const view = source.read(base, maxRead)
    for (let at = view.indexOf(dataReferenceId); at >= 0; at = view.indexOf(dataReferenceId, at + 1)) {
      if ((view[at + 1]! & 3) !== 0) continue
      const node = nodeReference(view, at)
      const guidAt = at + node.bytes
      if (data.has(node.at) && guidAt + guidLength <= view.length) {
        byGuid.set(hex(view.subarray(guidAt, guidAt + guidLength)), node.at)
      }
    }
    if (view.length < maxRead) return byGuid
    base += view.length - longestReference
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

const declarationIds: ReadonlySet<number> = new Set([0xa4, 0xa5, 0xc4, 0xc5])

/** File names by the CompactID of the object that holds the data. */
function fileNodeNames(source: ByteSource, budget: Budget): Map<number, string> {
  const names = new Map<number, string>()
  let from = 0
  for (let count = 0; count < maxReferences; count++) {
    const at = indexOfBytes(source, fileNodeType, { from, to: source.size }, budget)
    if (at < 0) break
    from = at + fileNodeType.length
    const start = Math.max(0, at - 24)
    // oid stands between the reference and the type.
    const before = source.read(start, at - 4 - start).slice()
    for (let header = before.length - 7; header >= 0; header--) {
      const node = nodeReference(before, header)
      if (!declarationIds.has(node.id) || header + node.bytes !== before.length) continue
      const found = nameOfFileNode(source.read(node.at, Math.min(node.size, maxRead)).slice())
      if (found !== undefined) names.set(found.container, found.name)
    }
  }
  return names
}
