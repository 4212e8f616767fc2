// The drives of a running Windows as trees, read below their file systems: hives, event logs and $MFT are locked for everybody who
// asks the system for them.

import { messageOf } from '../base/app-error.ts'
import { cached } from '../evidence/disk/index.ts'
import { Notes, NotesOnce } from '../evidence/note.ts'
import { openNtfs } from '../evidence/ntfs/index.ts'
import type { OpenTrees } from '../evidence/open-trees.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import { listDrives, openVolume, type VolumeBytes } from '../platform/windows/volumes.ts'

/** Every fixed drive with NTFS; what could not be opened is noted. Needs an administrator. */
export function openDriveTrees(): OpenTrees {
  const notes = new Notes()
  const trees: EvidenceTree[] = []
  for (const { letter } of listDrives().filter(({ kind }) => kind === 'fixed')) {
    try {
      const tree = treeOf(openVolume(letter), notes)
      if (tree !== undefined) trees.push(tree)
    } catch (thrown) {
      notes.add(`drive ${letter}: ${messageOf(thrown)}`)
    }
  }
  return {
    trees,
    notes,
    [Symbol.dispose]() {
      for (const tree of trees) tree[Symbol.dispose]()
    },
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
