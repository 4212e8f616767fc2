// The file systems that are watched: every stored one of this mount namespace, each marked once however often it is
// mounted, and new ones as they come.

import { closeSync, constants, openSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { pathText } from '../../base/text.ts'
import { FileMask } from '../../platform/linux/fanotify-events.ts'
import { type FanotifyGroup, Mark } from '../../platform/linux/fanotify.ts'
import { fsidOf } from '../../platform/linux/file-handles.ts'
import { errnoName } from '../../platform/linux/libc.ts'
import { type Mount, readMounts } from '../../platform/linux/mounts.ts'
import { remoteTypes, unstoredTypes } from './watched-places.ts'

export interface WatchedFileSystem {
  /** `major:minor`. */
  readonly device: string
  /** Where it is mounted, as bytes in a latin1 string. */
  readonly point: string
  readonly fsid: string
  readonly type: string
}

const maxFileSystems = 256

export interface FileSystemsOptions {
  readonly group: FanotifyGroup
  /** What stands for `/`; only file systems at it and below it are watched. Empty for all. */
  readonly root: string
  readonly renames: 'as-one' | 'as-two'
}

export class FileSystems {
  readonly #options: FileSystemsOptions
  readonly #byFsid = new Map<string, WatchedFileSystem>()
  /** Descriptors of this tick only: an open one would make umount(8) fail. */
  readonly #open = new Map<string, number>()
  /** Mount points that could not be marked, with the reason. */
  readonly #refused = new Map<string, string>()

  constructor(options: FileSystemsOptions) {
    this.#options = options
  }

  /** Those whose mark the kernel accepted. */
  get watched(): readonly WatchedFileSystem[] {
    return [...this.#byFsid.values()]
  }

  get refused(): ReadonlyMap<string, string> {
    return this.#refused
  }

  /** Marks everything that is mounted; returns what is new, and what was refused for the first time. */
  refresh(): { added: WatchedFileSystem[]; refused: string[] } {
    const mounts = storedMounts(this.#options.root)
    const devices = new Set(mounts.map(({ device }) => device))
    for (const [fsid, { device }] of this.#byFsid) if (!devices.has(device)) this.#byFsid.delete(fsid)
    const points = new Set(mounts.map(({ point }) => point))
    for (const point of this.#refused.keys()) if (!points.has(point)) this.#refused.delete(point)
    const marked = new Set<string>()
    const added: WatchedFileSystem[] = []
    const refused: string[] = []
    // The numbers of devices are used again at once: only the file system's id tells old from new, so all are looked at.
    for (const mount of mounts) {
      if (marked.has(mount.device) || this.#refused.has(mount.point)) continue
      const result = this.#mark(mount)
      if (typeof result === 'string') {
        this.#refused.set(mount.point, result)
        refused.push(`${pathText(mount.point)} (${mount.fsType}): ${result}`)
        continue
      }
      marked.add(mount.device)
      if (!this.#byFsid.has(result.fsid)) added.push(result)
      this.#byFsid.set(result.fsid, result)
    }
    return { added, refused }
  }

  /** A descriptor for open_by_handle_at(2), -1 when the file system is not known; closed by `closeDescriptors`. */
  descriptorOf(fsid: string): number {
    const known = this.#open.get(fsid)
    if (known !== undefined) return known
    const point = this.#byFsid.get(fsid)?.point
    const fd = point === undefined ? -1 : openMount(point)
    this.#open.set(fsid, fd)
    return fd
  }

  closeDescriptors(): void {
    for (const fd of this.#open.values()) if (fd >= 0) closeSync(fd)
    this.#open.clear()
  }

  #mark(mount: Mount): WatchedFileSystem | string {
    if (this.#byFsid.size >= maxFileSystems) return `more than ${maxFileSystems} file systems`
    const fd = openMount(mount.point)
    if (fd < 0) return 'it cannot be opened'
    try {
      const fsid = fsidOf(fd)
      const same = this.#byFsid.get(fsid)
      // Subvolumes of btrfs are devices of their own below one mark.
      if (same !== undefined && same.device !== mount.device)
        return `it has the file system id of ${pathText(same.point)}`
      const failed = this.#options.group.markFd(Mark.add | Mark.filesystem, this.#maskFor(mount.fsType), fd)
      if (failed !== 0) return `the kernel does not report its names (${errnoName(failed)})`
      return { device: mount.device, point: mount.point, fsid, type: mount.fsType }
    } catch (thrown) {
      return messageOf(thrown)
    } finally {
      closeSync(fd)
    }
  }

  #maskFor(fsType: string): number {
    const { attributes, closeWrite, movedFrom, movedTo, create, rename, onDirectory } = FileMask
    const renames = this.#options.renames === 'as-one' ? rename : movedFrom | movedTo
    // Every program that writes to /dev/null would be an event: of devices only names and attributes count.
    const written = fsType === 'devtmpfs' ? 0 : closeWrite
    return attributes | written | create | FileMask.delete | renames | onDirectory
  }
}

function openMount(point: string): number {
  try {
    return openSync(
      Buffer.from(point, 'latin1'),
      constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK,
    )
  } catch {
    return -1
  }
}

/** Mounts of stored, local file systems; of several mounts of one, that of its whole tree first. */
export function storedMounts(root: string): Mount[] {
  const mounts = readMounts().filter(({ fsType }) => !unstoredTypes.has(fsType) && !remoteTypes.has(fsType))
  const visible = mounts.filter(
    ({ point }, index) => !mounts.some((other, at) => at > index && other.point === point),
  )
  const inRoot = root === '' ? visible : visible.filter(({ point }) => isAt(point, root))
  // A root that is no mount point of its own lies on the file system that shows it.
  const chosen =
    root !== '' && !inRoot.some(({ point }) => point === root)
      ? [...showing(visible, root), ...inRoot]
      : inRoot
  return chosen.toSorted((a, b) => Number(b.root === '/') - Number(a.root === '/'))
}

function isAt(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

function showing(mounts: readonly Mount[], path: string): Mount[] {
  const above = mounts.filter(({ point }) => point === '/' || isAt(path, point))
  return above.toSorted((a, b) => b.point.length - a.point.length).slice(0, 1)
}
