// Which of the mounted file systems a collection looks into. By what is mounted, not by paths: the same files mounted twice are
// looked at once, and a file system of another host or of a program, which may never answer, is not touched at all.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

import { type Mount, parseMounts } from '../../platform/linux/mounts.ts'
import { unstoredTypes } from '../../sensors/files/watched-places.ts'

/** Of other hosts or virtual machines' hosts; those that a program serves (FUSE) are told by their names. */
const remoteTypes: ReadonlySet<string> = new Set(
  'nfs nfs4 cifs smb3 smbfs 9p ceph glusterfs lustre afs ncpfs coda gfs2 ocfs2 virtiofs beegfs orangefs'.split(
    ' ',
  ),
)

export interface WalkStart {
  /** The folder to be opened, bytes in a latin1 string. */
  readonly point: string
  /** The same as it is told: without the root that stands for `/`; `` for the root itself. */
  readonly shown: string
  /** `major:minor` of the file system. */
  readonly device: string
  readonly fsType: string
  /** Folders in it (relative, without a slash in front) that are looked at through another mount. */
  readonly seenElsewhere: ReadonlySet<string>
  /** Folders in it that other mounts cover. */
  readonly covered: ReadonlySet<string>
}

export interface LeftOut {
  readonly point: string
  readonly fsType: string
  readonly why: 'made by the kernel' | 'of another host' | 'served by a program' | 'layers that lie elsewhere'
}

export interface WalkPlan {
  readonly starts: readonly WalkStart[]
  readonly leftOut: readonly LeftOut[]
}

interface Place {
  readonly point: string
  readonly device: string
  /** The folder of the file system that is mounted, `/` at its end. */
  readonly inside: string
  readonly fsType: string
}

/** `root`: bytes in a latin1 string, `` on the running host; otherwise what is mounted at it and below it counts. */
export function planWalk(mounts: readonly Mount[], root: string): WalkPlan {
  const leftOut: LeftOut[] = []
  const places: Place[] = []
  for (const place of placesIn(mounts, root)) {
    const why = place.point === (root === '' ? '/' : root) ? undefined : reasonToLeaveOut(place.fsType)
    if (why === undefined) places.push(place)
    else leftOut.push({ point: place.point, fsType: place.fsType, why })
  }
  const points = visibleMounts(mounts).map(({ point }) => point)
  const chosen: Place[] = []
  const starts: WalkStart[] = []
  // The root first, so that paths are those that everybody knows; then whole file systems before parts of them.
  for (const place of [...places.slice(0, 1), ...places.slice(1).toSorted(byInside)]) {
    const same = chosen.filter(({ device }) => device === place.device)
    if (same.some(({ inside }) => place.inside.startsWith(inside))) continue
    chosen.push(place)
    starts.push({
      point: place.point,
      shown: shownPath(place.point, root),
      device: place.device,
      fsType: place.fsType,
      seenElsewhere: new Set(same.flatMap(({ inside }) => relativeTo(inside.slice(0, -1), place.inside))),
      covered: new Set(points.flatMap((point) => relativeTo(point, withSlash(place.point)))),
    })
  }
  return { starts, leftOut }
}

/** What nothing may be looked for in: `point` is without the root and without a slash in front. */
export function untouchable(mounts: readonly Mount[], root: string): readonly LeftOut[] {
  return visibleMounts(mounts).flatMap(({ point, fsType }) => {
    const why = reasonToLeaveOut(fsType)
    if (why === undefined || point === root || point === '/' || !isAt(point, root)) return []
    return [{ point: shownPath(point, root).slice(1), fsType, why }]
  })
}

function reasonToLeaveOut(fsType: string): LeftOut['why'] | undefined {
  if (unstoredTypes.has(fsType)) return 'made by the kernel'
  if (remoteTypes.has(fsType)) return 'of another host'
  if (/^fuse(?:blk|ctl)?(?:\.|$)/.test(fsType)) return 'served by a program'
  return fsType === 'overlay' || fsType === 'aufs' ? 'layers that lie elsewhere' : undefined
}

function placesIn(mounts: readonly Mount[], root: string): Place[] {
  const visible = visibleMounts(mounts).filter(({ point }) => isAt(point, root))
  const places = visible.map(({ point, device, root: inside, fsType }) => ({
    point,
    device,
    inside: withSlash(inside),
    fsType,
  }))
  const start = root === '' ? '/' : root
  const first = places.find(({ point }) => point === start) ?? rootPlace(mounts, start)
  return first === undefined ? places : [first, ...places.filter((place) => place !== first)]
}

/** A root that is no mount point lies on the file system that shows it. */
function rootPlace(mounts: readonly Mount[], root: string): Place | undefined {
  const [above] = visibleMounts(mounts)
    .filter(({ point }) => isAt(root, point === '/' ? '' : point))
    .toSorted((a, b) => b.point.length - a.point.length)
  if (above === undefined) return undefined
  const rest = root.slice(above.point === '/' ? 0 : above.point.length)
  const inside = withSlash(`${above.root === '/' ? '' : above.root}${rest}`)
  return { point: root, device: above.device, inside, fsType: above.fsType }
}

/** Without those that a later mount at the same point hides. */
function visibleMounts(mounts: readonly Mount[]): Mount[] {
  const last = new Map(mounts.map((mount) => [mount.point, mount]))
  return [...last.values()]
}

function byInside(a: Place, b: Place): number {
  return a.inside.length - b.inside.length
}

function isAt(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`
}

/** The part behind a folder; none where it does not lie in it. */
function relativeTo(path: string, folder: string): string[] {
  return path.startsWith(folder) && path.length > folder.length ? [path.slice(folder.length)] : []
}

function shownPath(point: string, root: string): string {
  if (root === '') return point === '/' ? '' : point
  return point.slice(root.length)
}

const maxNamespaces = 64
const maxMountsBytes = 4 * 1024 * 1024

/** File systems that only processes in other mount namespaces see: a tmpfs of a service or a container, or of somebody who hides. */
export function foreignStarts(own: WalkPlan): WalkStart[] {
  const devices = new Set(own.starts.map(({ device }) => device))
  const namespaces = new Set([linkOf('/proc/self/ns/mnt')])
  const starts: WalkStart[] = []
  for (const pid of processIds()) {
    const namespace = linkOf(`/proc/${pid}/ns/mnt`)
    if (namespace === '' || namespaces.has(namespace) || namespaces.size > maxNamespaces) continue
    namespaces.add(namespace)
    for (const { point, device, fsType } of visibleMounts(mountsOf(pid))) {
      if (reasonToLeaveOut(fsType) !== undefined || devices.has(device)) continue
      devices.add(device)
      const shown = `/proc/${pid}/root${point === '/' ? '' : point}`
      starts.push({ point: shown, shown, device, fsType, seenElsewhere: new Set(), covered: new Set() })
    }
  }
  return starts
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function mountsOf(pid: string): Mount[] {
  try {
    return parseMounts(readFileSync(`/proc/${pid}/mountinfo`, 'latin1').slice(0, maxMountsBytes))
  } catch {
    return []
  }
}
