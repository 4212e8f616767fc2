// The files of an examined host, wherever they lie: below a folder where its disk is mounted, in a volume of a raw image, in a
// collected package. What looks for artefacts sees nothing else.

import type { Notes } from './note.ts'
import type { FileSource } from './source.ts'

export type TreeKind = 'file' | 'folder' | 'link' | 'other'

export interface TreeEntry {
  readonly name: string
  readonly kind: TreeKind
}

/** ISO 8601, as fine as the file system keeps them; absent where it keeps none. */
export interface TreeTimes {
  readonly modified?: string
  readonly changed?: string
  readonly accessed?: string
  readonly born?: string
}

export interface TreeFile {
  readonly path: string
  readonly kind: TreeKind
  /** In bytes; of a file that is no regular one 0. */
  readonly size: number
  /** The number by which its file system knows it: inode, or number of the record in $MFT. */
  readonly inode?: number
  /** Permission bits and type as in stat(2); absent on NTFS. */
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly times: TreeTimes
  /** Of a link: where it points, as it is written. */
  readonly target?: string
  /** Names of further streams (NTFS). */
  readonly streams?: readonly string[]
}

/**
 * Paths are absolute, parts joined by `/`, the root is `/` (of a Windows volume the root of its drive). Names are compared as
 * the file system compares them; bytes of names that are no UTF-8 stand as `\xNN`. Links are never followed: they are entries.
 * Nothing but AppError (the medium cannot be read) is thrown: what is damaged becomes a note.
 */
export interface EvidenceTree extends Disposable {
  /** For messages: the file or folder, and which volume of it. */
  readonly label: string
  /** Told by what lies in it. */
  readonly system: 'windows' | 'linux' | 'unknown'
  readonly foldsCase: boolean
  readonly notes: Notes
  /** Nothing where `folder` is none. In the order of the file system. */
  list(folder: string): Iterable<TreeEntry>
  stat(path: string): TreeFile | undefined
  /** Content of a regular file or of one of its named streams; to be closed. Undefined: there is none. */
  open(path: string, stream?: string): FileSource | undefined
}
