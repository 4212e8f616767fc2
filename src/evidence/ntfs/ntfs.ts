// An NTFS volume as a tree (Linux-NTFS project's documentation of NTFS): folders by their indexes, content through runs, compression
// units and Windows' overlay compression.

import { u16, u32 } from '../fields.ts'
import { asFile } from '../mapped-source.ts'
import type { Notes } from '../note.ts'
import { kindOfReparse, readReparse } from '../reparse.ts'
import type { EvidenceSource, FileSource } from '../source.ts'
import type { EvidenceTree, TreeFile, TreeTimes } from '../tree.ts'
import { type FileSystem, type VolumeEntry, volumeTree } from '../volume-tree.ts'
import { readBootSector } from './boot-sector.ts'
import { Capitals } from './capitals.ts'
import { allPiecesOf } from './file-pieces.ts'
import { firstNameOf, folderEntries } from './folder-index.ts'
import { overlaySource, overlayStream, overlayTag } from './overlay.ts'
import { type AttributePiece, contentOf, textOf } from './pieces.ts'
import { contentSource, dataType, plainSource, type Stream, streamOf, type Volume } from './stream.ts'
import { type MftTable, openTable } from './table.ts'
import { standardTimes } from './times.ts'

const rootEntry = 5
const volumeEntry = 3
const capitalsEntry = 10
const standardInformationType = 0x10
const volumeNameType = 0x60
const volumeInformationType = 0x70
const reparseType = 0xc0
const maxReparseBytes = 16_384
const maxStreams = 4096
const isDirty = 1

export interface VolumePlace {
  readonly source: EvidenceSource
  /** For messages. */
  readonly label: string
  /** Called once, when the tree is disposed. */
  readonly close: () => void
}

/** Undefined: this is no NTFS volume, or nothing of it can be reached; a note says why. */
export function openNtfs({ source, label, close }: VolumePlace, notes: Notes): EvidenceTree | undefined {
  const geometry = readBootSector(source, notes)
  const table = geometry === undefined ? undefined : openTable(source, geometry, notes)
  if (geometry === undefined || table === undefined) return undefined
  const volume = { source, clusterBytes: geometry.clusterBytes, notes }
  const fileSystem = new Ntfs(volume, table)
  const name = fileSystem.volumeName()
  return volumeTree(name === '' ? label : `${label} "${name}"`, fileSystem, close)
}

/** The table alone, for readers of it; undefined: `volume` is no NTFS volume, or its table is not there. */
export function mftOfVolume(volume: EvidenceSource, notes: Notes): EvidenceSource | undefined {
  const geometry = readBootSector(volume, notes)
  return geometry === undefined ? undefined : openTable(volume, geometry, notes)?.source
}

class Ntfs implements FileSystem {
  readonly system = 'windows'
  readonly foldsCase = true
  readonly root = rootEntry
  readonly notes: Notes
  readonly #volume: Volume
  readonly #table: MftTable
  readonly #capitals: Capitals
  #last: { entry: number; pieces: readonly AttributePiece[] } | undefined

  constructor(volume: Volume, table: MftTable) {
    this.#volume = volume
    this.#table = table
    this.notes = volume.notes
    const capitals = this.#stream(this.#pieces(capitalsEntry), '')
    this.#capitals = new Capitals(capitals === undefined ? undefined : plainSource(volume, capitals))
  }

  volumeName(): string {
    const pieces = this.#pieces(volumeEntry)
    const information = pieces.find(({ type }) => type === volumeInformationType)
    if (information !== undefined && (u16(contentOf(information), 10) & isDirty) !== 0)
      this.notes.add('the volume was not unmounted cleanly; $LogFile is not replayed')
    const name = pieces.find(({ type }) => type === volumeNameType)
    return name === undefined ? '' : textOf(name)
  }

  fold(name: string): string {
    return this.#capitals.of(name)
  }

  *entries(folder: number): Generator<VolumeEntry> {
    if (this.#table.record(folder)?.isFolder !== true) return
    yield* folderEntries(this.#volume, this.#pieces(folder), folder)
  }

  isIn(folder: number, parent: number, name: string): boolean {
    const record = this.#table.record(folder)
    if (record?.isFolder !== true) return false
    const found = firstNameOf(this.#pieces(folder))
    if (found?.parent !== parent) return false
    return found.name === name || found.shortName === name
  }

  stat(inode: number, path: string): TreeFile | undefined {
    const record = this.#table.record(inode)
    if (record === undefined) {
      this.notes.add(`${path}: its record ${inode} is damaged or not in use`)
      return undefined
    }
    const pieces = this.#pieces(inode)
    const reparse = this.#reparse(pieces)
    const { tag, target } = reparse === undefined ? {} : readReparse(reparse)
    const special = tag === undefined ? undefined : kindOfReparse(tag)
    const kind = special ?? (record.isFolder ? 'folder' : 'file')
    const size = kind === 'file' ? (this.#stream(pieces, '')?.size ?? 0) : 0
    const streams = streamNames(pieces)
    return {
      path,
      kind,
      size,
      inode,
      times: timesOf(pieces),
      ...(target === undefined ? {} : { target }),
      ...(streams.length === 0 ? {} : { streams }),
    }
  }

  open(inode: number, path: string, name = ''): FileSource | undefined {
    if (this.#table.record(inode) === undefined) return undefined
    const pieces = this.#pieces(inode)
    const stream = this.#stream(pieces, name)
    if (stream === undefined) return undefined
    if (stream.isEncrypted) this.notes.add(`${path} is encrypted: what is read is not its content`)
    const label = name === '' ? path : `${path}:${name}`
    return asFile(
      label,
      this.#elsewhere(pieces, { name, stream, path }) ?? contentSource(this.#volume, stream),
    )
  }

  /** Content that a reparse point moves out of the unnamed stream. */
  #elsewhere(
    pieces: readonly AttributePiece[],
    { name, stream, path }: { name: string; stream: Stream; path: string },
  ): EvidenceSource | undefined {
    const data = name === '' ? this.#reparse(pieces) : undefined
    if (data === undefined) return undefined
    const tag = u32(data, 0)
    if (kindOfReparse(tag) !== undefined) return undefined
    const overlay = tag === overlayTag ? this.#stream(pieces, overlayStream) : undefined
    const compressed = overlay === undefined ? undefined : plainSource(this.#volume, overlay)
    if (compressed !== undefined) {
      const source = overlaySource(compressed, data, { size: stream.size, path, notes: this.notes })
      if (source !== undefined) return source
    }
    this.notes.add(`${path}: its content is not in its data stream (reparse tag ${tag.toString(16)})`)
    return undefined
  }

  #pieces(entry: number): readonly AttributePiece[] {
    if (this.#last?.entry === entry) return this.#last.pieces
    const base = this.#table.record(entry)
    const pieces = base === undefined ? [] : allPiecesOf(this.#volume, this.#table, base)
    this.#last = { entry, pieces }
    return pieces
  }

  #stream(pieces: readonly AttributePiece[], name: string): Stream | undefined {
    const exact = streamOf(this.#volume, pieces, { type: dataType, name })
    if (exact !== undefined || name === '') return exact
    const wanted = this.#capitals.of(name)
    const other = streamNames(pieces).find((each) => this.#capitals.of(each) === wanted)
    return other === undefined ? undefined : streamOf(this.#volume, pieces, { type: dataType, name: other })
  }

  #reparse(pieces: readonly AttributePiece[]): Uint8Array | undefined {
    const stream = streamOf(this.#volume, pieces, { type: reparseType, name: '' })
    return stream === undefined ? undefined : plainSource(this.#volume, stream).read(0, maxReparseBytes)
  }
}

function streamNames(pieces: readonly AttributePiece[]): string[] {
  const names = new Set<string>()
  for (const { type, name, firstCluster } of pieces) {
    if (type === dataType && name !== '' && firstCluster === 0 && names.size < maxStreams) names.add(name)
  }
  return [...names]
}

function timesOf(pieces: readonly AttributePiece[]): TreeTimes {
  const piece = pieces.find(({ type, isResident }) => type === standardInformationType && isResident)
  return piece === undefined ? {} : standardTimes(contentOf(piece))
}
