// Paths as Windows' own records write them, as paths of the tree of its system volume.

import type { EvidenceTree } from '../../evidence/tree.ts'

const variables: readonly (readonly [RegExp, string])[] = [
  [/^%(?:systemroot|windir)%/i, '/Windows'],
  [/^%programfiles%/i, '/Program Files'],
  [/^%programfiles\(x86\)%/i, '/Program Files (x86)'],
  [/^%commonprogramfiles%/i, '/Program Files/Common Files'],
  [/^%(?:programdata|allusersprofile)%/i, '/ProgramData'],
  [/^%systemdrive%/i, ''],
  [/^%public%/i, '/Users/Public'],
]
const maxCachedFolders = 2048

/** Undefined: it leads to another machine, to a variable of a user, or to a drive that is not the system's. */
export function treePathOf(windowsPath: string): string | undefined {
  let path = windowsPath
    .trim()
    .replaceAll('\\', '/')
    .replace(/^\/(?:\/[?.]|\?\?)\//, '')
  for (const [variable, place] of variables) path = path.replace(variable, place)
  path = path
    .replace(/^\/?systemroot\//i, '/Windows/')
    .replace(/^(?:\/device\/harddiskvolume\d{1,3}|\/volume\{[^}]{1,64}\})\//i, '/')
    .replace(/^[cC]:(?=\/)/, '')
  if (/^[A-Za-z]:|^\/\/|%/.test(path) || path === '') return undefined
  if (path.startsWith('/')) return path
  // A bare name is looked for in the path of programs.
  return path.includes('/') ? `/Windows/${path}` : `/Windows/System32/${path}`
}

/** Finds files whatever the case in which they are written; owns what it has listed. */
export class CaseFolding {
  readonly #tree: EvidenceTree
  readonly #folders = new Map<string, ReadonlyMap<string, string>>()

  constructor(tree: EvidenceTree) {
    this.#tree = tree
  }

  /** The path as the tree writes it; undefined: there is none. */
  find(path: string): string | undefined {
    let at = ''
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue
      const name = this.#namesIn(at === '' ? '/' : at).get(part.toLowerCase())
      if (name === undefined) return undefined
      at = `${at}/${name}`
    }
    return at === '' ? undefined : at
  }

  #namesIn(folder: string): ReadonlyMap<string, string> {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const names = new Map<string, string>()
    for (const { name } of this.#tree.list(folder)) names.set(name.toLowerCase(), name)
    const [oldest] = this.#folders.keys()
    if (this.#folders.size >= maxCachedFolders && oldest !== undefined) this.#folders.delete(oldest)
    this.#folders.set(folder, names)
    return names
  }
}
