// The drives of a running Windows as trees, read below their file systems: hives, event logs and $MFT are locked for everybody who
// asks the system for them.

import { messageOf } from '../base/app-error.ts'
import { cached } from '../evidence/disk/index.ts'
import { openFolderTree } from '../evidence/folder-tree.ts'
import { Notes, NotesOnce } from '../evidence/note.ts'
import { openNtfs } from '../evidence/ntfs/index.ts'
import type { OpenTrees } from '../evidence/open-trees.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import { isExternal, listDrives, openVolume, type VolumeBytes } from '../platform/windows/volumes.ts'

export interface DriveTrees extends OpenTrees {
  /** `C`: of each tree. */
  readonly letters: readonly string[]
}

/**
 * Every drive inside this computer that holds files of Windows. One that cannot be read below its file system (not an administrator,
 * another file system) is read through it, with a note: what is locked is missing then.
 */
export function openDriveTrees(): DriveTrees {
  const notes = new Notes()
  const trees: EvidenceTree[] = []
  const letters: string[] = []
  for (const { letter, kind } of listDrives()) {
    // What is plugged in is where packages go.
    if (kind !== 'fixed' || isExternal(letter) === true) continue
    const tree = volumeTree(letter, notes) ?? folderTree(letter, notes)
    if (tree === undefined) continue
    trees.push(tree)
    letters.push(letter)
  }
  return {
    trees,
    letters,
    notes,
    [Symbol.dispose]() {
      for (const tree of trees) tree[Symbol.dispose]()
    },
  }
}

function volumeTree(letter: string, notes: Notes): EvidenceTree | undefined {
  try {
    return treeOf(openVolume(letter), notes)
  } catch (thrown) {
    notes.add(`drive ${letter}: ${messageOf(thrown)}`)
    return undefined
  }
}

function folderTree(letter: string, notes: Notes): EvidenceTree | undefined {
  try {
    const tree = openFolderTree(`${letter}:\\`)
    // A drive of Wine or of a subsystem shows files of another system, which our lists do not mean.
    if (tree.system === 'linux') return undefined
    notes.add(`drive ${letter} is read through its file system: files that are locked or hidden are missing`)
    return tree
  } catch (thrown) {
    notes.add(`drive ${letter}: ${messageOf(thrown)}`)
    return undefined
  }
}

/** Undefined, with a note, where the volume has another file system. The volume is closed with its tree. */
export function treeOf(volume: VolumeBytes, notes: Notes): EvidenceTree | undefined {
  const own = new NotesOnce()
  const close = (): void => volume[Symbol.dispose]()
  const tree = openNtfs({ source: cached(volume), label: volume.path, close }, own)
  if (tree !== undefined) return tree
  close()
  for (const { text } of own.kept) notes.add(`${volume.path}: ${text}`)
  notes.add(`${volume.path} is not read: it has no NTFS (or it is encrypted and locked)`)
  return undefined
}
