// A volume of a collected package as a tree: what was collected of the host, with the facts of the manifest.

import { systemOf as systemOfNames } from '../../evidence/tree-system.ts'
import type { EvidenceTree, TreeEntry, TreeFile, TreeKind } from '../../evidence/tree.ts'
import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource, FileSource } from '../../evidence/source.ts'
import type { ManifestEntry } from './manifest-entry.ts'
import { type PackageBytes, sparseContent } from './package-bytes.ts'
import { findNode, type LineRef, type Node } from './package-index.ts'

export interface TreeOptions {
  readonly label: string
  /** '' where paths have no volume. */
  readonly volume: string
  readonly root: Node
  readonly notes: Notes
  readonly bytes: PackageBytes
  entry(line: LineRef): ManifestEntry | undefined
}

/** Lives as long as its package is open; closing it does nothing. */
export function packageTree(options: TreeOptions): EvidenceTree {
  const { label, volume, root, notes } = options
  const system = systemOf(root, volume)
  const foldsCase = volume !== '' || system === 'windows'
  const find = (path: string): Node | undefined => findNode(root, path, { volume, foldsCase })
  return {
    label,
    system,
    foldsCase,
    notes,
    *list(folder) {
      const node = find(folder)
      for (const child of node?.children?.values() ?? []) yield listed(child, options)
    },
    stat(path) {
      const node = find(path)
      return node === undefined ? undefined : fileOf(path, node, options)
    },
    open(path, stream) {
      const node = find(path)
      const line = stream === undefined ? node?.line : node?.streams?.get(stream)
      const entry = line === undefined ? undefined : options.entry(line)
      return entry === undefined ? undefined : openEntry(entry, options.bytes)
    },
    [Symbol.dispose]() {
      // The package owns the descriptor.
    },
  }
}

/** Undefined where the package has no content of it. Throws AppError where that is damaged. */
export function openEntry(entry: ManifestEntry, bytes: PackageBytes): FileSource | undefined {
  if (entry.at === undefined || entry.kind === 'folder' || entry.kind === 'link' || entry.kind === 'fifo')
    return undefined
  const data = bytes.member(entry.at)
  const content: EvidenceSource = entry.sparse === undefined ? data : sparseContent(data, entry.size)
  return {
    path: entry.path,
    size: content.size,
    read: (offset, length) => content.read(offset, length),
    [Symbol.dispose]() {
      // The package owns the descriptor.
    },
  }
}

function listed(node: Node, options: TreeOptions): TreeEntry {
  const entry = node.line === undefined ? undefined : options.entry(node.line)
  return { name: node.name, kind: entry === undefined ? kindOfNode(node) : treeKind(entry) }
}

function fileOf(path: string, node: Node, options: TreeOptions): TreeFile {
  const streams = node.streams === undefined ? {} : { streams: [...node.streams.keys()] }
  const entry = node.line === undefined ? undefined : options.entry(node.line)
  if (entry === undefined) return { path, kind: kindOfNode(node), size: 0, times: {}, ...streams }
  const { inode, mode, uid, gid, target, times } = entry
  const kind = treeKind(entry)
  return {
    path,
    kind,
    size: kind === 'file' ? entry.size : 0,
    ...(inode === undefined ? {} : { inode }),
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    times,
    ...(target === undefined ? {} : { target }),
    ...streams,
  }
}

/** Of a folder only what lies in it was collected, or of a file only a stream. */
function kindOfNode(node: Node): TreeKind {
  return node.streams === undefined || node.children !== undefined ? 'folder' : 'file'
}

function treeKind({ kind }: ManifestEntry): TreeKind {
  return kind === 'file' || kind === 'folder' || kind === 'link' ? kind : 'other'
}

function systemOf(root: Node, volume: string): EvidenceTree['system'] {
  const has = (path: string): boolean => findNode(root, path, { volume, foldsCase: false }) !== undefined
  if (has('/Windows')) return 'windows'
  if (['/etc', '/var', '/usr'].some(has)) return 'linux'
  return systemOfNames(Array.from(root.children?.values() ?? [], ({ name }) => name))
}
