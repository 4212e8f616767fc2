// Finds the files below the given paths, one at a time, so that scanning starts at once and no list grows. Depth
// first, with one open directory a level: what is held is bounded by the depth, not by the number of files.

import { type Dir, type Dirent, lstatSync, opendirSync, statfsSync, statSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import type { GlobSet } from '../../base/glob.ts'
import { type FileEntry, joinPath, type Path, pathText, toPath } from './entry.ts'

export type WalkItem =
  | { readonly kind: 'file'; readonly entry: FileEntry }
  /** Could not be read: counted as failed. */
  | { readonly kind: 'problem'; readonly path: Path; readonly message: string }
  /** Left out on purpose: a pipe, a socket, a device, a link that is not followed, a kernel's own filesystem. */
  | { readonly kind: 'skipped'; readonly path: Path; readonly why: string }
  | { readonly kind: 'excluded'; readonly path: Path }

export interface WalkOptions {
  readonly follow: boolean
  readonly oneFileSystem: boolean
  readonly exclude: GlobSet
}

interface Level {
  readonly path: Path
  readonly dir: Dir
  readonly device: bigint
  readonly inode: bigint
  /** Reading it failed: it ends here. */
  broken: boolean
}

/** Filesystems made up by the kernel: no content of their own, and reads that have effects. From linux/magic.h. */
const kernelFilesystems = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
  [0x63677270, 'cgroup2'],
  [0x27e0eb, 'cgroup'],
  [0xcafe4a11, 'bpf'],
  [0x6165676c, 'pstore'],
  [0xde5e81e4, 'efivarfs'],
  [0xf97cff8c, 'selinuxfs'],
  [0x62656570, 'configfs'],
  [0x1cd1, 'devpts'],
])

export function* walk(paths: readonly Path[], options: WalkOptions): Generator<WalkItem> {
  for (const path of paths) yield* walkOne(path, options)
}

function* walkOne(path: Path, options: WalkOptions): Generator<WalkItem> {
  let stat
  try {
    // A link that the user names is meant to be followed, as by grep -r and du -D.
    stat = statSync(asFsPath(path), { bigint: true })
  } catch (thrown) {
    yield { kind: 'problem', path, message: messageOf(thrown) }
    return
  }
  if (options.exclude.matches(pathText(path))) {
    yield { kind: 'excluded', path }
  } else if (stat.isFile()) {
    yield { kind: 'file', entry: { path, follow: true, named: true } }
  } else if (!stat.isDirectory()) {
    yield { kind: 'skipped', path, why: 'not a regular file' }
  } else {
    yield* walkTree(path, options)
  }
}

function* walkTree(root: Path, options: WalkOptions): Generator<WalkItem> {
  const levels: Level[] = []
  const visited = new Set<string>()
  try {
    const first = openLevel(root, true)
    if ('kind' in first) yield first
    else levels.push(first)
    if (!('kind' in first)) visited.add(`${first.device}:${first.inode}`)
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const item = nextItem(level, options)
      if (item === undefined) {
        level.dir.closeSync()
        levels.pop()
      } else if (item.kind === 'folder') {
        const next = enter(item, level, options, visited)
        if (next === undefined) continue
        if ('kind' in next) yield next
        else levels.push(next)
      } else yield item
    }
  } finally {
    for (const level of levels) level.dir.closeSync()
  }
}

interface Folder {
  readonly kind: 'folder'
  readonly path: Path
}

function nextItem(level: Level, options: WalkOptions): WalkItem | Folder | undefined {
  if (level.broken) return undefined
  let dirent: Dirent<Buffer> | null
  try {
    dirent = level.dir.readSync() as Dirent<Buffer> | null
  } catch (thrown) {
    level.broken = true
    return { kind: 'problem', path: level.path, message: messageOf(thrown) }
  }
  if (dirent === null) return undefined
  const path = joinPath(level.path, toPath(dirent.name))
  if (options.exclude.matches(pathText(path))) return { kind: 'excluded', path }
  if (dirent.isDirectory()) return { kind: 'folder', path }
  if (dirent.isFile()) return { kind: 'file', entry: { path, follow: false, named: false } }
  if (dirent.isSymbolicLink()) return options.follow ? followed(path) : skippedLink(path)
  return { kind: 'skipped', path, why: 'not a regular file' }
}

function skippedLink(path: Path): WalkItem {
  return { kind: 'skipped', path, why: 'a symbolic link' }
}

function followed(path: Path): WalkItem | Folder {
  try {
    const stat = statSync(asFsPath(path))
    if (stat.isDirectory()) return { kind: 'folder', path }
    if (stat.isFile()) return { kind: 'file', entry: { path, follow: true, named: false } }
    return { kind: 'skipped', path, why: 'not a regular file' }
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ELOOP')
      return { kind: 'skipped', path, why: 'a symbolic link to nowhere' }
    return { kind: 'problem', path, message: messageOf(thrown) }
  }
}

function enter(
  folder: Folder,
  parent: Level,
  options: WalkOptions,
  visited: Set<string>,
): Level | WalkItem | undefined {
  const level = openLevel(folder.path, options.follow)
  if ('kind' in level) return level
  const leave = (why: string): WalkItem => {
    level.dir.closeSync()
    return { kind: 'skipped', path: folder.path, why }
  }
  if (level.device !== parent.device) {
    if (options.oneFileSystem) return leave('another filesystem')
    const kernel = kernelFilesystem(folder.path)
    if (kernel !== undefined) return leave(`a filesystem of the kernel (${kernel})`)
  }
  if (options.follow) {
    // Only links can make a loop; each directory is then entered once.
    const identity = `${level.device}:${level.inode}`
    if (visited.has(identity)) return leave('a directory already seen')
    visited.add(identity)
  }
  return level
}

function openLevel(path: Path, follow: boolean): Level | WalkItem {
  let dir: Dir | undefined
  try {
    // The types know no 'buffer' here, the function does: https://nodejs.org/api/fs.html#fsopendirsyncpath-options
    dir = opendirSync(asFsPath(path), { encoding: 'buffer' as BufferEncoding, bufferSize: 256 })
    const stat = follow
      ? statSync(asFsPath(path), { bigint: true })
      : lstatSync(asFsPath(path), { bigint: true })
    if (stat.isSymbolicLink()) {
      // It was a directory when it was listed: somebody wants us elsewhere.
      dir.closeSync()
      return skippedLink(path)
    }
    return { path, dir, device: stat.dev, inode: stat.ino, broken: false }
  } catch (thrown) {
    dir?.closeSync()
    // What vanished between the listing and now is nothing to complain about, unless it is still there.
    const gone = lstatSync(asFsPath(path), { throwIfNoEntry: false }) === undefined
    return gone
      ? { kind: 'skipped', path, why: 'it vanished' }
      : { kind: 'problem', path, message: messageOf(thrown) }
  }
}

function kernelFilesystem(path: Path): string | undefined {
  try {
    return kernelFilesystems.get(statfsSync(asFsPath(path)).type >>> 0)
  } catch {
    return undefined
  }
}

function asFsPath(path: Path): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path)
}
