// Every file of a tree, folder by folder, without following links.

import type { Notes } from '../evidence/note.ts'
import type { EvidenceTree } from '../evidence/tree.ts'

const maxDepth = 128
const maxFiles = 20_000_000

/** Paths of regular files and of what is neither folder nor link. */
export function* filesBelow(tree: EvidenceTree, notes: Notes): Generator<string, void, undefined> {
  const open: { readonly folder: string; readonly depth: number }[] = [{ folder: '', depth: 0 }]
  let files = 0
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { folder, depth } = at
    const folders: string[] = []
    for (const { name, kind } of tree.list(folder === '' ? '/' : folder)) {
      const path = `${folder}/${name}`
      if (kind === 'folder') folders.push(path)
      if (kind !== 'file') continue
      files += 1
      if (files > maxFiles) {
        notes.add(`only the first ${maxFiles} files are looked at`)
        return
      }
      yield path
    }
    if (depth >= maxDepth && folders.length > 0) {
      notes.add(`folders below ${folder} are too deep and not looked at`)
      continue
    }
    for (const path of folders.toReversed()) open.push({ folder: path, depth: depth + 1 })
  }
}
