// What the log has told of files so far: names, directories, and how the attributes lie in their records, so that an operation
// that only names a place in a record can be told by its attribute.

import type { FileName, Times } from '../file-name.ts'

/** About 20 MB when all are known. */
const maxFiles = 16_384
const maxAttributes = 64
const maxDepth = 64
const rootEntry = 5

export interface Placed {
  readonly type: number
  readonly name: string
  readonly isResident: boolean
  readonly contentAt: number
  /** In the record, with its header. */
  bytes: number
}

export interface KnownFile {
  sequence?: number
  isDirectory?: boolean
  /** The long one. */
  name?: FileName
  firstAttribute?: number
  /** Undefined where it is not known how they lie. */
  attributes?: Placed[] | undefined
}

export class KnownFiles {
  readonly #files = new Map<number, KnownFile>()
  readonly #byTimes = new Map<string, number>()

  get(entry: number): KnownFile | undefined {
    return this.#files.get(entry)
  }

  /** Makes it where there is none yet. */
  of(entry: number): KnownFile {
    const known = this.#files.get(entry)
    if (known !== undefined) return known
    trim(this.#files)
    const file: KnownFile = {}
    this.#files.set(entry, file)
    return file
  }

  /** Another file has the record now. */
  renew(entry: number): KnownFile {
    this.#files.delete(entry)
    return this.of(entry)
  }

  setName(entry: number, name: FileName): void {
    const file = this.of(entry)
    if (name.namespace !== 'dos' || file.name === undefined) file.name = name
  }

  /** `\folder\name`, with `?` for what is above the directories that are known. */
  pathOf(name: FileName): string {
    const parts = [name.name]
    let above = name.parentEntry
    for (let depth = 0; depth < maxDepth && above !== rootEntry; depth += 1) {
      const parent = this.#files.get(above)?.name
      if (parent === undefined) return `?\\${parts.toReversed().join('\\')}`
      parts.push(parent.name)
      above = parent.parentEntry
    }
    return above === rootEntry ? `\\${parts.toReversed().join('\\')}` : `?\\${parts.toReversed().join('\\')}`
  }

  rememberTimes(entry: number, times: Times): void {
    const key = timesKey(times)
    if (key === undefined) return
    this.#byTimes.delete(key)
    trim(this.#byTimes)
    this.#byTimes.set(key, entry)
  }

  /** The file of this directory that had these times last. */
  withTimes(parentEntry: number | undefined, times: Times): number | undefined {
    const entry = this.#byTimes.get(timesKey(times) ?? '')
    if (entry === undefined || parentEntry === undefined) return undefined
    return this.#files.get(entry)?.name?.parentEntry === parentEntry ? entry : undefined
  }
}

function timesKey({ created, modified, changed }: Times): string | undefined {
  return created === undefined || changed === undefined ? undefined : `${created} ${modified} ${changed}`
}

function trim(map: Map<unknown, unknown>): void {
  if (map.size < maxFiles) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

/** The attribute that begins at this place of the record. */
export function placedAt(file: KnownFile | undefined, recordOffset: number): Placed | undefined {
  const index = indexAt(file, recordOffset)
  return index < 0 ? undefined : file?.attributes?.[index]
}

export function insertAt(file: KnownFile, recordOffset: number, placed: Placed): void {
  const index = indexAt(file, recordOffset)
  if (index < 0 || (file.attributes?.length ?? 0) >= maxAttributes) file.attributes = undefined
  else file.attributes?.splice(index, 0, placed)
}

export function removeAt(file: KnownFile, recordOffset: number): void {
  const index = indexAt(file, recordOffset)
  if (index < 0 || index === file.attributes?.length) file.attributes = undefined
  else file.attributes?.splice(index, 1)
}

/** The place behind the last one too; -1: no attribute begins there, or it is not known how they lie. */
function indexAt(file: KnownFile | undefined, recordOffset: number): number {
  if (file?.attributes === undefined) return -1
  let at = file.firstAttribute ?? 0
  for (const [index, { bytes }] of file.attributes.entries()) {
    if (at === recordOffset) return index
    at += bytes
  }
  return at === recordOffset ? file.attributes.length : -1
}
