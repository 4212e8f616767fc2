// What one walk over the file systems of a host finds: a line of the timeline for each name, and lists of what deserves a closer
// look. The lists are bounded, and what did not fit is counted.

import {
  capabilityText,
  type FileCapabilities,
  readFileCapabilities,
} from '../../platform/linux/file-capabilities.ts'
import { FileType, linkTarget } from '../../platform/linux/file-status.ts'
import { textOf } from './byte-path.ts'
import { bodyLine, bodyName } from './bodyfile.ts'
import type { WalkEntry, WalkFolder, WalkVisitor } from './file-walk.ts'
import { Tag, tagOf } from './folder-tags.ts'
import { type KnownOwners, type Reason, reasonsFor } from './special-file.ts'
import { timesOf } from './tree-file.ts'

export interface SpecialFile {
  readonly path: string
  readonly reasons: readonly Reason[]
  readonly kind: string
  /** As chmod(1) takes it. */
  readonly mode: string
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly inode: number
  readonly links: number
  readonly device: string
  readonly capabilities?: string
  readonly target?: string
  readonly modified?: string
  readonly changed?: string
  readonly accessed?: string
  readonly born?: string
}

/** A file that can be run, or one at a place where everybody may put one. */
export interface FoundFile {
  /** Bytes in a latin1 string. */
  readonly path: string
  readonly size: number
  readonly changedSeconds: number
  readonly tag: number
  readonly isProgram: boolean
  /** Of files with several names, one for all; otherwise empty. */
  readonly identity: string
}

export interface SurveyOptions {
  readonly known: KnownOwners
  readonly webRoots: ReadonlySet<string>
  /** Of each list; for tests. */
  readonly maxListed?: number
}

const maxSpecialOfReason = 20_000
const kinds = new Map<number, string>([
  [FileType.file, 'file'],
  [FileType.folder, 'folder'],
  [FileType.link, 'link'],
  [FileType.fifo, 'fifo'],
  [FileType.socket, 'socket'],
  [FileType.block, 'block device'],
  [FileType.character, 'character device'],
])
const library = /\.(?:so|ko)(?:\.|$)/

export class Survey implements WalkVisitor {
  readonly special: SpecialFile[] = []
  readonly programs: FoundFile[] = []
  /** Everything but folders at temporary places, and below web roots. */
  readonly temporary: FoundFile[] = []
  readonly served: FoundFile[] = []
  /** What did not fit into a list, by its name. */
  readonly leftOut = new Map<string, number>()
  /** The latest change of any name, at most now: what is recent is so against it. */
  newestSeconds = 0
  #names = 0
  readonly #options: SurveyOptions
  readonly #maxListed: number
  readonly #byReason = new Map<Reason, number>()
  readonly #nowSeconds = Date.now() / 1000
  #lines = ''
  #lastFolder: WalkFolder | undefined
  #prefix = ''

  constructor(options: SurveyOptions) {
    this.#options = options
    this.#maxListed = options.maxListed ?? 100_000
  }

  get names(): number {
    return this.#names
  }

  /** Lines of the timeline since the last call. */
  takeLines(): Uint8Array {
    const bytes = Buffer.from(this.#lines)
    this.#lines = ''
    return bytes
  }

  tagOf(path: string, parent: number): number {
    return tagOf(path, parent, this.#options.webRoots)
  }

  visit(entry: WalkEntry): void {
    this.#names++
    const { status, folder } = entry
    const { type } = status
    const target = type === FileType.link ? linkTarget(entry.fd, entry.nameBytes) : undefined
    this.#addLine(entry, target)
    const changed = status.changedSeconds
    if (changed > this.newestSeconds && changed <= this.#nowSeconds) this.newestSeconds = changed
    const capabilities = type === FileType.file ? capabilitiesOf(entry) : undefined
    const look = { name: entry.name, status, tag: folder.tag, isCovered: folder.isCovered, capabilities }
    const reasons = reasonsFor(look, this.#options.known)
    if (reasons.length > 0) this.#addSpecial(entry, reasons, { target, capabilities })
    if (type !== FileType.folder && !folder.isCovered) this.#addFound(entry)
  }

  #addLine({ folder, name, status }: WalkEntry, target: string | undefined): void {
    if (folder !== this.#lastFolder) {
      this.#lastFolder = folder
      this.#prefix = bodyName(folder.path)
    }
    let shown = name === '' ? this.#prefix || '/' : `${this.#prefix}/${bodyName(name)}`
    if (target !== undefined) shown += ` -> ${bodyName(target)}`
    if (folder.isCovered) shown += ' (covered by a mount)'
    this.#lines += bodyLine(shown, status)
  }

  #addSpecial(
    entry: WalkEntry,
    reasons: readonly Reason[],
    more: { readonly target: string | undefined; readonly capabilities: FileCapabilities | undefined },
  ): void {
    const fits = reasons.filter((reason) => {
      const count = (this.#byReason.get(reason) ?? 0) + 1
      this.#byReason.set(reason, count)
      return count <= Math.min(maxSpecialOfReason, this.#maxListed)
    })
    if (fits.length === 0) {
      this.#leaveOut(`special files (${reasons.join(', ')})`)
      return
    }
    const { status } = entry
    this.special.push({
      path: textOf(pathOf(entry)) || '/',
      reasons,
      kind: kinds.get(status.type) ?? 'other',
      mode: (status.mode & 0o7777).toString(8).padStart(4, '0'),
      uid: status.uid,
      gid: status.gid,
      size: status.size,
      inode: status.inode,
      links: status.links,
      device: status.device,
      ...(more.capabilities === undefined ? {} : { capabilities: capabilityText(more.capabilities) }),
      ...(more.target === undefined ? {} : { target: textOf(more.target) }),
      ...timesOf(status),
    })
  }

  #addFound(entry: WalkEntry): void {
    const { status, folder } = entry
    const { type, size } = status
    const isTemporary = (folder.tag & Tag.temporary) !== 0
    const isServed = (folder.tag & Tag.webRoot) !== 0
    const isProgram =
      type === FileType.file && size > 0 && ((status.mode & 0o111) !== 0 || library.test(entry.name))
    if (!isProgram && !isTemporary && !isServed) return
    const found = {
      path: pathOf(entry),
      size: type === FileType.file ? size : 0,
      changedSeconds: status.changedSeconds,
      tag: folder.tag,
      isProgram,
      identity: status.links > 1 ? `${status.device} ${status.inode}` : '',
    }
    if (isProgram) this.#list(this.programs, found, 'programs')
    if (isServed) this.#list(this.served, found, 'files below web roots')
    else if (isTemporary) this.#list(this.temporary, found, 'files at temporary places')
  }

  #list(list: FoundFile[], found: FoundFile, name: string): void {
    // A host has more programs than an intruder leaves files.
    if (list.length < (list === this.programs ? 4 : 1) * this.#maxListed) list.push(found)
    else this.#leaveOut(name)
  }

  #leaveOut(name: string): void {
    this.leftOut.set(name, (this.leftOut.get(name) ?? 0) + 1)
  }
}

function pathOf({ folder, name }: WalkEntry): string {
  return name === '' ? folder.path : `${folder.path}/${name}`
}

/** By way of the open folder: its path may be longer than the kernel takes, or lie below another mount. */
function capabilitiesOf({ fd, name }: WalkEntry): FileCapabilities | undefined {
  return readFileCapabilities(`/proc/self/fd/${fd}/${name}`)
}
