// What lies below a path, as clamd sees it: files of a directory before its subdirectories, no symbolic links, no
// special files, and no deeper than configured. Runs on Node's thread pool, so that a slow disk holds up nobody else.

import type { Dir, Dirent } from 'node:fs'
import { lstat, opendir, stat } from 'node:fs/promises'

/** Bytes in a latin1 string. */
type Path = string

export type Found =
  | { readonly kind: 'file'; readonly path: Path }
  /** Could not be looked into; `code` such as `EACCES`, or `EDEPTH` for a directory below the limit. */
  | { readonly kind: 'problem'; readonly path: Path; readonly code: string }

export type Kind =
  | 'file'
  | 'directory'
  /** `link` to a file, `lost` to anything else or nothing. */
  | 'link'
  | 'lost'
  | 'special'
  | { readonly code: string }

/** What a path that a client named is. */
export async function kindOf(path: Path, options: { readonly follow: boolean }): Promise<Kind> {
  try {
    const bytes = Buffer.from(path, 'latin1')
    const own = options.follow ? await stat(bytes) : await lstat(bytes)
    if (own.isSymbolicLink()) {
      const target = await stat(bytes).catch(() => undefined)
      return target?.isFile() === true ? 'link' : 'lost'
    }
    if (own.isFile()) return 'file'
    return own.isDirectory() ? 'directory' : 'special'
  } catch (thrown) {
    return { code: codeOf(thrown) }
  }
}

/** Depth first: what is held grows with the depth and with the subdirectories of one directory, not with the files. */
export async function* filesBelow(root: Path, maxDepth: number): AsyncGenerator<Found> {
  const open: { path: Path; depth: number }[] = [{ path: root, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, depth } = next
    if (depth > maxDepth) {
      yield { kind: 'problem', path, code: 'EDEPTH' }
      continue
    }
    const folders: Path[] = []
    yield* listing(path, folders)
    for (const folder of folders.toReversed()) open.push({ path: folder, depth: depth + 1 })
  }
}

async function* listing(path: Path, folders: Path[]): AsyncGenerator<Found> {
  let directory: Dir
  try {
    // The types know no 'buffer' here, the function does: https://nodejs.org/api/fs.html#fsopendirsyncpath-options
    const encoding = 'buffer' as BufferEncoding
    directory = await opendir(Buffer.from(path, 'latin1'), { encoding, bufferSize: 128 })
  } catch (thrown) {
    const code = codeOf(thrown)
    // What vanished since it was listed is nothing to complain about.
    if (code !== 'ENOENT') yield { kind: 'problem', path, code }
    return
  }
  const before = path === '/' ? '' : path
  try {
    // Closes the directory when it is left, also early.
    for await (const entry of directory as AsyncIterable<unknown> as AsyncIterable<Dirent<Buffer>>) {
      const child = `${before}/${entry.name.toString('latin1')}`
      if (entry.isDirectory()) folders.push(child)
      else if (entry.isFile()) yield { kind: 'file', path: child }
    }
  } catch (thrown) {
    yield { kind: 'problem', path, code: codeOf(thrown) }
  }
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? 'EIO'
}
