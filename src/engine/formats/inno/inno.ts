// Installers of Inno Setup (jrsoftware.org): what the installer is told to do, and the files that it brings.

import { u16 } from '../../codecs/little-endian.ts'
import {
  type FileLocation,
  type InnoHeader,
  innoOffsets,
  readInnoHeader,
  readLocations,
} from '../../parsers/inno/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type Chunk, type ChunkPlace, openChunk, openEncryptedChunk } from './chunk.ts'
import { FileDecoder } from './file-decoder.ts'

const dosMagic = 0x5a4d
const headerName = 'setup headers'
/** XChaCha20 and a key of PBKDF2 since then. */
const firstNewCipher = 60_400
const firstSha1 = 50_309

export const inno: Format = {
  id: 'inno',
  kind: 'archive',
  matches: ({ head, source }) => u16(head, 0) === dosMagic && innoOffsets(source) !== undefined,

  *members({ source }, context) {
    const offsets = innoOffsets(source)
    if (offsets === undefined) return
    const header = readInnoHeader(source, offsets.header, context.budget)
    if (header === undefined) {
      context.budget.countMember()
      context.fault(
        headerName,
        'unsupported-method',
        'the headers are damaged, encrypted or of an unknown version',
      )
      return
    }
    if (header.fault !== undefined) context.fault(headerName, 'damaged', header.fault)
    yield { name: headerName, source: new ProducedSource(() => header.setup, context.budget) }
    yield* files(source, header, offsets.data, context)
  },
}

function* files(
  source: ByteSource,
  header: InnoHeader,
  dataStart: number,
  context: UnpackContext,
): Generator<Member> {
  const locations = readLocations(header.locations, header.version)
  for (const [index, chunk] of chunksOf(locations).entries()) {
    const [first] = chunk
    if (first === undefined) continue
    const isElsewhere = dataStart === 0 || first.firstSlice > 0 || first.lastSlice > 0
    const name = `chunk ${index + 1}`
    if (isElsewhere) {
      for (const _ of chunk) context.budget.countMember()
      context.fault(name, 'missing-volume', 'is in another file')
      continue
    }
    const place: ChunkPlace = {
      offset: dataStart + first.chunkOffset,
      packedBytes: first.chunkBytes,
      unpackedBytes: Math.max(...chunk.map(({ offset, size }) => offset + size)),
      isPacked: first.isPacked,
    }
    yield* filesOfChunk(source, { name, files: chunk, place, header }, context)
  }
}

interface OpenedChunk {
  readonly name: string
  readonly files: readonly NumberedFile[]
  readonly place: ChunkPlace
  readonly header: InnoHeader
}

function* filesOfChunk(source: ByteSource, opened: OpenedChunk, context: UnpackContext): Generator<Member> {
  const { name, files: inside, place, header } = opened
  const { budget } = context
  const chunk =
    inside[0]?.isEncrypted === true
      ? decrypted(source, place, header, context)
      : openChunk(source, place, budget)
  if (chunk === undefined || typeof chunk === 'string') {
    for (const _ of inside) budget.countMember()
    if (chunk === undefined) context.fault(name, 'encrypted', 'needs a password')
    else if (chunk === 'missing') context.fault(name, 'damaged', 'is not where it should be')
    else context.fault(name, 'unsupported-method', 'is packed by an unknown method')
    return
  }
  const reported = new Set<string>()
  try {
    for (const file of inside) {
      const fileName = `file ${file.number}`
      const report = (message: string): void => {
        const key = `${fileName} ${message}`
        if (!reported.has(key)) context.fault(fileName, 'damaged', chunk.fault() ?? message)
        reported.add(key)
      }
      const open = (): FileDecoder => new FileDecoder(chunk.source, file, header.version, report)
      yield { name: fileName, source: new DecodedSource(open, budget, file.size) }
    }
  } finally {
    chunk.source.release?.()
  }
}

function decrypted(
  source: ByteSource,
  place: ChunkPlace,
  { version, isUnicode }: InnoHeader,
  { budget, passwords }: UnpackContext,
): Chunk | undefined {
  if (version >= firstNewCipher) return undefined
  const algorithm = version >= firstSha1 ? 'sha1' : 'md5'
  for (const password of passwords) {
    const bytes = Buffer.from(password, isUnicode ? 'utf16le' : 'latin1')
    const chunk = openEncryptedChunk(source, place, { bytes, algorithm }, budget)
    if (chunk !== undefined) return chunk
  }
  return undefined
}

type NumberedFile = FileLocation & { readonly number: number }

/** Files of the same chunk, in the order in which they lie in it; chunks in the order of the headers. */
function chunksOf(locations: readonly FileLocation[]): NumberedFile[][] {
  const chunks = new Map<number, NumberedFile[]>()
  for (const [index, location] of locations.entries()) {
    const key = location.firstSlice * 2 ** 40 + location.chunkOffset
    const chunk = chunks.get(key) ?? []
    chunk.push({ ...location, number: index + 1 })
    chunks.set(key, chunk)
  }
  return [...chunks.values()].map((chunk) => chunk.toSorted((a, b) => a.offset - b.offset))
}
