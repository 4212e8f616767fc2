// Paths as Windows' own records write them, as paths of the tree of its system volume.

import type { EvidenceTree } from '../../evidence/tree.ts'
import { expressionOf } from './glob.ts'

const variables: readonly (readonly [RegExp, string])[] = [
  [/^%(?:systemroot|windir)%/i, '/Windows'],
  [/^%programfiles%/i, '/Program Files'],
  [/^%programfiles\(x86\)%/i, '/Program Files (x86)'],
  [/^%programw6432%/i, '/Program Files'],
  [/^%commonprogramfiles%/i, '/Program Files/Common Files'],
  [/^%(?:programdata|allusersprofile)%/i, '/ProgramData'],
  [/^%systemdrive%/i, ''],
  [/^%public%/i, '/Users/Public'],
]
/** Below the folder of a user. */
const ofUsers: readonly (readonly [RegExp, string])[] = [
  [/^%userprofile%/i, ''],
  [/^%appdata%/i, '/AppData/Roaming'],
  [/^%localappdata%/i, '/AppData/Local'],
  [/^%te?mp%/i, '/AppData/Local/Temp'],
  [/^%homedrive%%homepath%/i, ''],
  [/^%onedrive%/i, '/OneDrive'],
]
const maxCachedFolders = 2048
const maxMatches = 50_000
const maxDepth = 32

/**
 * `home`: the folder of the user whose path it is, in the tree. Undefined: it leads to another machine, to a variable of a user
 * who is not known, or to a drive that is not the system's.
 */
export function treePathOf(windowsPath: string, home?: string): string | undefined {
  let path = windowsPath
    .trim()
    .replaceAll('\\', '/')
    .replace(/^\/(?:\/[?.]|\?\?)\//, '')
  for (const [variable, place] of variables) path = path.replace(variable, place)
  if (home !== undefined)
    for (const [variable, place] of ofUsers) path = path.replace(variable, () => home + place)
  path = path
    .replace(/^\/?systemroot\//i, '/Windows/')
    .replace(/^(?:\/device\/harddiskvolume\d{1,3}|\/volume\{[^}]{1,64}\})\//i, '/')
    .replace(/^[cC]:(?=\/)/, '')
  if (/^[A-Za-z]:|^\/\/|%/.test(path) || path === '') return undefined
  if (path.startsWith('/')) return path
  // A bare name is looked for in the path of programs.
  return path.includes('/') ? `/Windows/${path}` : `/Windows/System32/${path}`
}

/** As Windows writes a path of the tree of its system volume. */
export function windowsPathOf(treePath: string): string {
  return `C:${treePath.replaceAll('/', '\\')}`
}

/** Finds files whatever the case in which they are written, except on Linux; owns what it has listed. */
export class CaseFolding {
  readonly #tree: EvidenceTree
  readonly #folders = new Map<string, ReadonlyMap<string, string>>()

  constructor(tree: EvidenceTree) {
    this.#tree = tree
  }

  /** The path as the tree writes it; undefined: there is none. */
  locate(path: string): string | undefined {
    let at = ''
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue
      const name = this.#namesIn(at === '' ? '/' : at).get(this.#folded(part))
      if (name === undefined) return undefined
      at = `${at}/${name}`
    }
    return at === '' ? undefined : at
  }

  has(path: string): boolean {
    return this.locate(path) !== undefined
  }

  /** Files whose paths a glob fits: `*` is any part of a name, `**` any folders; as the tree writes them. */
  *filesAt(glob: string): Generator<string, void, undefined> {
    let left = maxMatches
    for (const path of this.#matching('', glob.split('/').slice(1), maxDepth)) {
      if (this.#tree.stat(path)?.kind !== 'file') continue
      yield path
      if ((left -= 1) === 0) return
    }
  }

  *#matching(folder: string, parts: readonly string[], depth: number): Generator<string, void, undefined> {
    const [part, ...rest] = parts
    if (part === undefined) {
      yield folder
      return
    }
    if (part !== '**') {
      for (const path of this.#children(folder, part)) yield* this.#matching(path, rest, depth)
      return
    }
    yield* this.#matching(folder, rest, depth)
    if (depth === 0) return
    for (const path of this.#children(folder, '*')) {
      if (this.#tree.stat(path)?.kind === 'folder') yield* this.#matching(path, parts, depth - 1)
    }
  }

  *#children(folder: string, part: string): Generator<string, void, undefined> {
    const names = this.#namesIn(folder === '' ? '/' : folder)
    if (!part.includes('*')) {
      const name = names.get(this.#folded(part))
      if (name !== undefined) yield `${folder}/${name}`
      return
    }
    const expression = expressionOf(this.#folded(part))
    for (const [folded, name] of names) if (expression.test(folded)) yield `${folder}/${name}`
  }

  #folded(name: string): string {
    return this.#tree.system === 'linux' ? name : name.toLowerCase()
  }

  #namesIn(folder: string): ReadonlyMap<string, string> {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const names = new Map<string, string>()
    for (const { name } of this.#tree.list(folder)) names.set(this.#folded(name), name)
    const [oldest] = this.#folders.keys()
    if (this.#folders.size >= maxCachedFolders && oldest !== undefined) this.#folders.delete(oldest)
    this.#folders.set(folder, names)
    return names
  }
}
