// Is this file inside a guarded place? Asked of every file that the kernel asks about and that carries no mark.
// The marks lie on whole file systems, because only those leave no gap for directories that are made this instant,
// bind mounts, hard links and other mount namespaces; this file narrows them to the places.

import { type Mount, readMounts } from '../platform/linux/mounts.ts'
import type { Place } from './settings.ts'

/** `outside` is said only when it is certain; whatever cannot be told counts as inside. */
export type Position = 'inside' | 'outside'

export class Places {
  readonly #places: readonly Place[]
  readonly #mounts = new Map<number, Mount>()
  /** `device:path within the file system` of each place. */
  #roots: { device: string; path: string }[] = []
  /** Ids of the guarded mounts and devices of the guarded file systems. */
  readonly #wholes = new Set<number | string>()
  #refreshedAt = 0

  constructor(places: readonly Place[]) {
    this.#places = places
    this.#refresh()
  }

  /** `path`: as this namespace names the file; `links`: its hard links. Paths are bytes in latin1 strings. */
  positionOf(path: string, mountId: number, links: number): Position {
    for (const place of this.#places) {
      if (place.kind === 'directory' && isBelow(path, place.path)) return 'inside'
    }
    const mount = this.#mountOf(mountId)
    // A mount of another namespace: its paths mean nothing here.
    if (mount === undefined || this.#wholes.has(mount.id) || this.#wholes.has(mount.device)) return 'inside'
    const within = withinFileSystem(path, mount)
    // The same directory may be mounted twice: compare where it lies in the file system.
    if (within === undefined) return 'inside'
    if (this.#roots.some((root) => root.device === mount.device && isBelow(within, root.path)))
      return 'inside'
    // Another name of this file may be inside.
    return links > 1 ? 'inside' : 'outside'
  }

  #mountOf(id: number): Mount | undefined {
    const known = this.#mounts.get(id)
    // Unknown ids are looked up at most once a second: containers come with many.
    if (known === undefined && performance.now() - this.#refreshedAt > 1000) this.#refresh()
    return known ?? this.#mounts.get(id)
  }

  #refresh(): void {
    this.#refreshedAt = performance.now()
    this.#mounts.clear()
    const mounts = readMounts()
    for (const mount of mounts) this.#mounts.set(mount.id, mount)
    this.#wholes.clear()
    this.#roots = this.#places.flatMap((place) => {
      const mount = mountAt(mounts, place.path)
      if (mount !== undefined && place.kind === 'mount') this.#wholes.add(mount.id)
      if (mount !== undefined && place.kind === 'filesystem') this.#wholes.add(mount.device)
      if (place.kind !== 'directory') return []
      const within = mount === undefined ? undefined : withinFileSystem(place.path, mount)
      return mount === undefined || within === undefined ? [] : [{ device: mount.device, path: within }]
    })
  }
}

/** The mount that shows `path`: the deepest, and of those the last one mounted. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined
  for (const mount of mounts) {
    if (isBelow(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount
  }
  return best
}

/** `path` is `directory` or lies below it. */
export function isBelow(path: string, directory: string): boolean {
  if (!path.startsWith(directory)) return false
  return path.length === directory.length || directory === '/' || path.charAt(directory.length) === '/'
}

function withinFileSystem(path: string, mount: Mount): string | undefined {
  if (!isBelow(path, mount.point)) return undefined
  const rest = mount.point === '/' ? path : path.slice(mount.point.length)
  return mount.root === '/' ? rest || '/' : mount.root + (rest === '/' ? '' : rest)
}
