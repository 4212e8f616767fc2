// The lines of a manifest by path. Of a line only its place is kept: a package may tell of millions of files.

import type { ManifestEntry } from './manifest-entry.ts'

/** A line, or an item that only its member tells of. */
export type LineRef = number

export interface Node {
  /** Of a folder, by its name as it is compared; absent while nothing lies in it. */
  children?: Map<string, Node>
  /** As it is written. */
  readonly name: string
  /** The item itself; absent where only something in it was collected. */
  line?: LineRef
  /** Lines of its named streams. */
  streams?: Map<string, LineRef>
}

export interface PackageIndex {
  /** Root of each volume; '' where paths have none. */
  readonly volumes: ReadonlyMap<string, Node>
  /** Parts of what was read from the running system, by name without `live/`, in order. */
  readonly live: ReadonlyMap<string, readonly LineRef[]>
}

export class IndexBuilder implements PackageIndex {
  readonly volumes = new Map<string, Node>()
  readonly live = new Map<string, LineRef[]>()

  add(entry: ManifestEntry, line: LineRef): void {
    if (entry.kind === 'head') return
    if (entry.kind === 'rows' || entry.kind === 'bytes') {
      const name = entry.path.replace(/^live\//, '')
      const parts = this.live.get(name)
      if (parts === undefined) this.live.set(name, [line])
      else parts.push(line)
      return
    }
    const node = this.#node(entry.volume ?? '', entry.path)
    if (entry.stream !== undefined) {
      node.streams ??= new Map()
      node.streams.set(entry.stream, line)
    } else if (node.line === undefined || entry.at !== undefined) node.line = line
  }

  #node(volume: string, path: string): Node {
    let node = this.volumes.get(volume)
    if (node === undefined) {
      node = { name: '' }
      this.volumes.set(volume, node)
    }
    for (const name of path.split('/')) {
      if (name === '') continue
      node.children ??= new Map()
      const key = keyOf(name, volume)
      let child: Node | undefined = node.children.get(key)
      if (child === undefined) {
        child = { name }
        node.children.set(key, child)
      }
      node = child
    }
    return node
  }
}

/** Volumes with a name are Windows': upper and lower case are the same. */
function keyOf(name: string, volume: string): string {
  return volume === '' ? name : name.toUpperCase()
}

/** `foldsCase`: also of a volume without a name, where nothing has exactly that name. */
export function findNode(
  root: Node,
  path: string,
  { volume, foldsCase }: { readonly volume: string; readonly foldsCase: boolean },
): Node | undefined {
  let node: Node | undefined = root
  for (const name of path.split('/')) {
    if (name === '' || node === undefined) continue
    const exact: Node | undefined = node.children?.get(keyOf(name, volume))
    node = exact ?? (foldsCase && volume === '' ? foldedChild(node, name) : undefined)
  }
  return node
}

const foldedNames = new WeakMap<Node, ReadonlyMap<string, Node>>()

function foldedChild(node: Node, name: string): Node | undefined {
  let names = foldedNames.get(node)
  if (names === undefined) {
    names = new Map(Array.from(node.children?.values() ?? [], (child) => [child.name.toUpperCase(), child]))
    foldedNames.set(node, names)
  }
  return names.get(name.toUpperCase())
}
