// One line of the manifest: what an item is, how it was had, where it stands in the package. FORMAT.md describes the fields.
// The header of the item's member follows from it, byte for byte, so that a changed header is seen without a hash of its own.

import type { TreeTimes } from '../../evidence/tree.ts'

export type EntryKind = 'file' | 'folder' | 'link' | 'fifo' | 'other' | 'rows' | 'bytes' | 'head'

/** Where a member stands; offsets and sizes in bytes. */
export interface MemberPlace {
  /** Offset of its first frame in the package. */
  readonly frame: number
  /** Offset of its header in what that frame unpacks to. */
  readonly skip: number
  /** Length of its header with the extended one before. */
  readonly head: number
  /** Length of its data, without what fills the last block. */
  readonly bytes: number
  /** Sizes of its frames, one after the other; each but the last unpacks to 1 MiB. */
  readonly frames: readonly number[]
}

export interface ManifestEntry {
  readonly kind: EntryKind
  /** As in the tree of the host; of what was read from the running system the name of the member. */
  readonly path: string
  readonly volume?: string
  readonly stream?: string
  /** From 2 on: a further part of the content of `path`. */
  readonly part?: number
  /** Of the content, with its holes. */
  readonly size: number
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly inode?: number
  readonly times: TreeTimes
  readonly target?: string
  /** Of the content. Absent where it has more than 1 GiB of holes. */
  readonly sha256?: string
  /** Of the data of the member, where that is not the content: of a sparse file its map and its extents. */
  readonly storedSha256?: string
  readonly sparse?: { readonly extents: number; readonly bytes: number }
  /** Ranges `[offset, length]` that could not be read: zeros stand there. */
  readonly unread?: readonly (readonly [number, number])[]
  /** The step that gave it. */
  readonly step: string
  /** How long reading and storing it took. */
  readonly ms: number
  readonly problems?: readonly string[]
  /** Why its content was left out. */
  readonly left?: string
  /** Absent: it has no member. */
  readonly at?: MemberPlace
}

/** What the header of a member is made from. */
export type MemberFacts = Pick<
  ManifestEntry,
  'kind' | 'path' | 'volume' | 'stream' | 'part' | 'size' | 'mode' | 'uid' | 'gid' | 'times' | 'target'
> & {
  /** Length of the data. */
  readonly stored: number
  readonly isSparse: boolean
}

export function factsOf(entry: ManifestEntry): MemberFacts {
  return { ...entry, stored: entry.at?.bytes ?? 0, isSparse: entry.sparse !== undefined }
}

const kinds: ReadonlySet<unknown> = new Set<EntryKind>([
  'file',
  'folder',
  'link',
  'fifo',
  'other',
  'rows',
  'bytes',
  'head',
])

/** A line of a manifest with its link in the chain; undefined where it is none. Whoever wrote it is not trusted. */
export function readManifestLine(line: string): { entry: ManifestEntry; previous: string } | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRecord(value) || typeof value['previous'] !== 'string') return undefined
  return isEntry(value) ? { entry: value, previous: value['previous'] } : undefined
}

function isEntry(value: Record<string, unknown>): value is Record<string, unknown> & ManifestEntry {
  return (
    kinds.has(value['kind']) &&
    typeof value['path'] === 'string' &&
    isCount(value['size']) &&
    typeof value['step'] === 'string' &&
    typeof value['ms'] === 'number' &&
    ['volume', 'stream', 'target', 'sha256', 'storedSha256', 'left'].every((name) => isText(value[name])) &&
    ['part', 'mode', 'uid', 'gid', 'inode'].every((name) => isCountOrNone(value[name])) &&
    areTimes(value['times']) &&
    isSparse(value['sparse']) &&
    areRanges(value['unread']) &&
    (value['problems'] === undefined || isListOf(value['problems'], (text) => typeof text === 'string')) &&
    (value['at'] === undefined || isPlace(value['at']))
  )
}

export function isPlace(value: unknown): value is MemberPlace {
  return (
    isRecord(value) &&
    ['frame', 'skip', 'head', 'bytes'].every((name) => isCount(value[name])) &&
    isListOf(value['frames'], (size) => isCount(size) && size > 0) &&
    (value['frames'] as unknown[]).length > 0
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

export function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => is(item))
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isCountOrNone(value: unknown): boolean {
  return value === undefined || isCount(value)
}

function areTimes(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isText)
}

function isSparse(value: unknown): boolean {
  return value === undefined || (isRecord(value) && isCount(value['extents']) && isCount(value['bytes']))
}

function areRanges(value: unknown): boolean {
  return (
    value === undefined ||
    isListOf(value, (range) => Array.isArray(range) && range.length === 2 && range.every(isCount))
  )
}
