// A volume of ext2, ext3 or ext4 as a tree. The journal is not replayed: a note says where it holds something.

import { asFile } from '../mapped-source.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource, FileSource } from '../source.ts'
import { nameOfBytes } from '../tree-path.ts'
import type { EvidenceTree, TreeFile, TreeKind } from '../tree.ts'
import { type FileSystem, type VolumeEntry, volumeTree } from '../volume-tree.ts'
import { contentOf } from './content.ts'
import { folderEntries, parentOf } from './folder.ts'
import { type ExtVolume, type Inode, inodeFlags, mapAt, mapBytes, readInode } from './inode.ts'
import { incompat, readSuperblock } from './superblock.ts'

const rootInode = 2
const maxTargetBytes = 4096

/** `close` is called once, when the tree is disposed. Undefined: this is no such volume, or damaged; a note says why. */
export function openExt(
  { source, label, close }: { source: EvidenceSource; label: string; close: () => void },
  notes: Notes,
): EvidenceTree | undefined {
  const superblock = readSuperblock(source, notes)
  if (superblock === undefined) return undefined
  if ((superblock.incompat & incompat.journalDevice) !== 0) {
    notes.add('this is the journal of a volume that lies elsewhere')
    return undefined
  }
  if (superblock.blocks * superblock.blockBytes > source.size)
    notes.add('the volume says that it is longer than the place where it lies: what is beyond is zeros')
  const { volumeName } = superblock
  const fileSystem = new Ext({ source, superblock }, notes)
  return volumeTree(volumeName === '' ? label : `${label} "${volumeName}"`, fileSystem, close)
}

class Ext implements FileSystem {
  readonly system = 'linux'
  readonly foldsCase = false
  readonly root = rootInode
  readonly notes: Notes
  readonly #volume: ExtVolume

  constructor(volume: ExtVolume, notes: Notes) {
    this.#volume = volume
    this.notes = notes
  }

  fold(name: string): string {
    return name
  }

  *entries(folder: number): Generator<VolumeEntry> {
    const inode = readInode(this.#volume, folder)
    if (inode?.kind !== 'folder') {
      this.notes.add(`folder ${folder}: its inode is none of a folder`)
      return
    }
    this.#tellCoded(inode, `folder ${folder}`)
    const kindOf = (number: number): TreeKind | undefined => readInode(this.#volume, number)?.kind
    yield* folderEntries({ volume: this.#volume, inode, notes: this.notes }, kindOf)
  }

  isIn(folder: number, parent: number): boolean {
    const inode = readInode(this.#volume, folder)
    if (inode?.kind !== 'folder') return false
    return parentOf({ volume: this.#volume, inode, notes: this.notes }) === parent
  }

  stat(number: number, path: string): TreeFile | undefined {
    const inode = readInode(this.#volume, number)
    if (inode === undefined) {
      this.notes.add(`${path}: its inode ${number} is not in use`)
      return undefined
    }
    const { kind, mode, uid, gid, times } = inode
    return {
      path,
      kind,
      size: kind === 'file' ? inode.size : 0,
      inode: number,
      mode,
      uid,
      gid,
      times,
      ...(kind === 'link' ? { target: this.#target(inode) } : {}),
    }
  }

  open(number: number, path: string, stream?: string): FileSource | undefined {
    const inode = stream === undefined ? readInode(this.#volume, number) : undefined
    if (inode?.kind !== 'file') return undefined
    this.#tellCoded(inode, path)
    return asFile(path, contentOf(this.#volume, inode, this.notes))
  }

  #tellCoded({ flags }: Inode, what: string): void {
    if ((flags & inodeFlags.encrypted) !== 0)
      this.notes.add(`${what} is encrypted: what is read is not its content`)
    if ((flags & inodeFlags.compressed) !== 0)
      this.notes.add(`${what} is compressed in a way that is not read: what is read is not its content`)
  }

  /** Short targets stand in place of the block map. */
  #target(inode: Inode): string {
    const isShort =
      inode.size < mapBytes && (inode.flags & (inodeFlags.extents | inodeFlags.inlineData)) === 0
    const bytes = isShort
      ? inode.bytes.subarray(mapAt, mapAt + inode.size)
      : contentOf(this.#volume, inode, this.notes).read(0, maxTargetBytes)
    return nameOfBytes(bytes)
  }
}
