// A file on its way from the walk to a scanner, and how its path is written.

import { decodeName } from '../../base/text.ts'

/** Text where the path is valid UTF-8, else its bytes: a name that is not text must still be found and opened. */
export type Path = string | Uint8Array

export interface FileEntry {
  readonly path: Path
  /** Open it although it is a symbolic link: the user named it, or asked to follow. */
  readonly follow: boolean
  /** Stands on the command line itself: then its absence is an error. */
  readonly named: boolean
}

export function pathText(path: Path): string {
  return typeof path === 'string' ? path : decodeName(path).text
}

/** The bytes of a directory entry's name as text where they are text. */
export function toPath(bytes: Uint8Array): Path {
  const { text, exact } = decodeName(bytes)
  return exact ? text : bytes
}

export function joinPath(folder: Path, name: Path): Path {
  const slash = typeof folder === 'string' ? folder.endsWith('/') : folder.at(-1) === 0x2f
  if (typeof folder === 'string' && typeof name === 'string')
    return slash ? folder + name : `${folder}/${name}`
  return Buffer.concat([Buffer.from(folder), Buffer.from(slash ? '' : '/'), Buffer.from(name)])
}

/** The last name, for the chain of a detection. */
export function baseName(path: Path): string {
  const text = pathText(path).replace(/\/+$/, '')
  return text.slice(text.lastIndexOf('/') + 1) || '/'
}
