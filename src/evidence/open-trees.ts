// What a user names, opened: a folder is one tree, a raw image or a block device one tree a volume.

import { type Stats, statSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import { cached, imageFormatOf, type Volume, volumesOf } from './disk/index.ts'
import { openExt } from './ext/index.ts'
import { openFolderTree } from './folder-tree.ts'
import { Notes, NotesOnce } from './note.ts'
import { openNtfs } from './ntfs/index.ts'
import { openFileSource } from './source.ts'
import type { EvidenceTree } from './tree.ts'

export interface OpenTrees extends Disposable {
  readonly trees: readonly EvidenceTree[]
  /** About the medium: its partition table, volumes that are not read and what they look like. */
  readonly notes: Notes
}

/**
 * Nothing is written, access times stay where the system allows that. Throws AppError when the path cannot be read at all.
 * The medium is closed when all trees are disposed, or the whole is.
 */
export function openTrees(path: string): OpenTrees {
  const stat = attempt(path)
  if (stat.isDirectory()) return together([openFolderTree(path)], new Notes())
  if (stat.isFile() || stat.isBlockDevice()) return openImage(path)
  throw new AppError('unsupported', `${path} is neither a folder nor a disk`)
}

function attempt(path: string): Stats {
  try {
    return statSync(path)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code === 'EACCES' ? 'permission' : 'not-found'
    throw new AppError(code, `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function together(trees: readonly EvidenceTree[], notes: Notes): OpenTrees {
  return {
    trees,
    notes,
    [Symbol.dispose]() {
      for (const tree of trees) tree[Symbol.dispose]()
    },
  }
}

function openImage(path: string): OpenTrees {
  const file = openFileSource(path)
  const notes = new Notes()
  const trees: EvidenceTree[] = []
  let open = 0
  const close = (): void => {
    open -= 1
    if (open === 0) file[Symbol.dispose]()
  }
  try {
    const format = imageFormatOf(file)
    if (format !== undefined)
      throw new AppError('unsupported', `${path} is ${format}, not a raw one`, {
        hint: 'Convert it to a raw image first, for example with ewfexport or qemu-img.',
      })
    for (const volume of volumesOf(cached(file), notes)) {
      const tree = openVolume(volume, { path, close, notes })
      if (tree !== undefined) trees.push(tree)
    }
  } catch (thrown) {
    file[Symbol.dispose]()
    throw thrown
  }
  open = trees.length
  if (open === 0) file[Symbol.dispose]()
  return together(trees, notes)
}

function openVolume(
  { partition, nature, source }: Volume,
  { path, close, notes }: { path: string; close: () => void; notes: Notes },
): EvidenceTree | undefined {
  const label = partition === undefined ? path : `${path} volume ${partition.number}`
  const own = new NotesOnce()
  const place = { source, label, close }
  if (nature.kind === 'ntfs' || nature.kind === 'ext') {
    const tree = nature.kind === 'ntfs' ? openNtfs(place, own) : openExt(place, own)
    if (tree !== undefined) return tree
    for (const { text } of own.kept) notes.add(`${label}: ${text}`)
    notes.add(`${label} looks like ${nature.name}, but is too damaged to be read`, partition?.start)
    return undefined
  }
  const type = partition === undefined ? '' : ` (type ${partition.type})`
  if (nature.kind === 'other')
    notes.add(`${label}${type} is not read: it looks like ${nature.name}`, partition?.start)
  else if (nature.kind === 'unknown')
    notes.add(`${label}${type} is not read: it looks like nothing that is known`, partition?.start)
  else notes.add(`${label}${type} is empty`, partition?.start)
  return undefined
}
