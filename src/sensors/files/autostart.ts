// Files in autostart places: every one is known by digest and times; a look that finds another content, mode or owner is
// an event, with the lines that came and went where the file is text.

import { readlinkSync, type Stats } from 'node:fs'
import { createHash } from 'node:crypto'

import { pathText } from '../../base/text.ts'
import type { AutostartPlace } from './autostart-places.ts'
import { type Cause, shown, type Teller } from './changes.ts'
import { lineChanges } from './lines.ts'
import { contentOf, digestOf, fileInfo, maxHashedBytes } from './look.ts'

/** What is remembered of one; plain data, it is the durable state too. */
export interface AutostartFile {
  readonly kind: string
  /** Of the content, or of the target of a link; empty when not read. */
  readonly sha256: string
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}

const maxFiles = 50_000
const maxTextBytes = 64 * 1024
/** Of all texts that are kept to be compared. */
const maxKeptBytes = 8 * 1024 * 1024
/** Secrets of the host are not copied into events. */
const secret = /\/(?:g?shadow-?|[^/]*_key)$/

export interface AutostartFilesOptions {
  readonly teller: Teller
  readonly notice: (message: string) => void
}

interface Seen {
  readonly file: AutostartFile
  /** Undefined when it is no text, too large, or secret. */
  readonly text: string | undefined
}

export class AutostartFiles {
  readonly #options: AutostartFilesOptions
  readonly #known: Map<string, AutostartFile>
  readonly #texts = new Map<string, string>()
  #keptBytes = 0
  #isFull = false
  #changes = 0

  /** `known`: what was true when somebody last looked, by path (bytes in a latin1 string). */
  constructor(options: AutostartFilesOptions, known: ReadonlyMap<string, AutostartFile>) {
    this.#options = options
    this.#known = new Map(known)
  }

  get known(): ReadonlyMap<string, AutostartFile> {
    return this.#known
  }

  /** Grows with every change: tells whether there is something to save. */
  get changes(): number {
    return this.#changes
  }

  /** Compares a file as it is now (`stat` undefined: gone) with what is known, and tells; returns whether it did. */
  look(path: string, stat: Stats | undefined, options: { place: AutostartPlace; cause: Cause }): boolean {
    const before = this.#known.get(path)
    const now = stat === undefined || stat.isDirectory() ? undefined : see(path, stat, options.place)
    if (before === undefined && now === undefined) return false
    const oldText = this.#texts.get(path)
    this.#remember(path, now)
    if (before !== undefined && now !== undefined && isSame(before, now.file)) return false
    this.#tell(path, { before, now, oldText, stat }, options)
    return true
  }

  /** Learns a file without telling of it. A known one is compared only when it was touched since. */
  learn(path: string, stat: Stats, options: { place: AutostartPlace; cause: Cause | undefined }): void {
    const before = this.#known.get(path)
    const { place, cause } = options
    if (before?.ctimeMs === stat.ctimeMs && before.size === stat.size) {
      // Its text is needed when it changes.
      if (!this.#texts.has(path)) this.#keep(path, see(path, stat, place).text)
    } else if (cause === undefined) this.#remember(path, see(path, stat, place))
    else this.look(path, stat, { place, cause })
  }

  #remember(path: string, now: Seen | undefined): void {
    this.#changes++
    this.#keep(path, now?.text)
    if (now === undefined) this.#known.delete(path)
    else if (this.#known.size < maxFiles || this.#known.has(path)) this.#known.set(path, now.file)
    else if (!this.#isFull) {
      this.#isFull = true
      this.#options.notice(
        `there are more than ${maxFiles} files in autostart places: the others are not remembered`,
      )
    }
  }

  #keep(path: string, text: string | undefined): void {
    this.#keptBytes -= this.#texts.get(path)?.length ?? 0
    this.#texts.delete(path)
    if (text === undefined || this.#keptBytes + text.length > maxKeptBytes) return
    this.#texts.set(path, text)
    this.#keptBytes += text.length
  }

  #tell(
    path: string,
    change: {
      readonly before: AutostartFile | undefined
      readonly now: Seen | undefined
      readonly oldText: string | undefined
      readonly stat: Stats | undefined
    },
    options: { place: AutostartPlace; cause: Cause },
  ): void {
    const { before, now, oldText, stat } = change
    const { place, cause } = options
    const { teller } = this.#options
    const word = wordFor(before, now)
    const isByManager = teller.isByPackageManager(cause)
    const link = stat?.isSymbolicLink() === true && now?.text !== undefined ? pathText(now.text) : undefined
    const canCompare = now?.text !== undefined && (before === undefined || oldText !== undefined)
    teller.tell(
      {
        kind: 'event',
        category: ['file', 'configuration'],
        type: [({ added: 'creation', changed: 'change', removed: 'deletion' } as const)[word]],
        action: `autostart-${word}`,
        severity: isByManager ? 10 : place.severity,
        message: `${shown(path)} (${place.kind}) ${word}`,
        file: {
          ...fileInfo(path, stat, now?.file.sha256),
          ...(link === undefined ? {} : { target_path: link }),
        },
        technique: place.technique,
        hx: {
          autostart: {
            kind: place.kind,
            technique: place.technique,
            ...(before === undefined || before.sha256 === '' ? {} : { previous_sha256: before.sha256 }),
            ...(before === undefined || now === undefined ? {} : attributesChanged(before, now.file)),
            ...(canCompare && link === undefined ? lineChanges(oldText ?? '', now.text) : {}),
          },
        },
      },
      cause,
      stat,
    )
  }
}

function wordFor(before: AutostartFile | undefined, now: Seen | undefined): 'added' | 'changed' | 'removed' {
  if (before === undefined) return 'added'
  return now === undefined ? 'removed' : 'changed'
}

/** What is to be known of a file now; also for the snapshot. */
export function see(path: string, stat: Stats, place: AutostartPlace): Seen {
  const { size, mode, uid, gid, mtimeMs, ctimeMs } = stat
  const file = { kind: place.kind, sha256: '', size, mode, uid, gid, mtimeMs, ctimeMs }
  if (stat.isSymbolicLink()) {
    const target = linkTarget(path)
    return { file: { ...file, sha256: sha256Of(Buffer.from(target, 'latin1')) }, text: target }
  }
  if (!stat.isFile() || place.content === 'not-read' || size > maxHashedBytes)
    return { file, text: undefined }
  if (size > maxTextBytes) return { file: { ...file, sha256: digestOf(path, 'sha256') }, text: undefined }
  const content = contentOf(path, maxTextBytes)
  if (content === undefined) return { file, text: undefined }
  const isText = !content.includes(0) && !secret.test(path)
  return {
    file: { ...file, sha256: sha256Of(content) },
    text: isText ? content.toString('latin1') : undefined,
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(Buffer.from(path, 'latin1'), 'latin1')
  } catch {
    return ''
  }
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function isSame(before: AutostartFile, now: AutostartFile): boolean {
  const isSameContent =
    before.sha256 === '' || now.sha256 === ''
      ? before.size === now.size && before.mtimeMs === now.mtimeMs
      : before.sha256 === now.sha256
  return isSameContent && before.mode === now.mode && before.uid === now.uid && before.gid === now.gid
}

function attributesChanged(before: AutostartFile, now: AutostartFile): Readonly<Record<string, string>> {
  return {
    ...(before.mode === now.mode
      ? {}
      : { previous_mode: (before.mode & 0o7777).toString(8).padStart(4, '0') }),
    ...(before.uid === now.uid && before.gid === now.gid
      ? {}
      : { previous_owner: `${before.uid}:${before.gid}` }),
  }
}
