// Every program of a host with its digest: whether its package brought it so, what the scanner says of it. Those that nobody brought
// come first, then what changed last, because the time may not be enough for all.

import { messageOf } from '../../base/app-error.ts'
import { closeFd } from '../../platform/linux/fanotify.ts'
import { Packages } from '../../sensors/files/packages.ts'
import { Slices } from '../../sensors/files/slices.ts'
import { bytesOf, textOf } from './byte-path.ts'
import { digestsOfPackage, isMerged } from './dpkg-digests.ts'
import { Tag } from './folder-tags.ts'
import type { Host } from './host.ts'
import { type Algorithm, digestsOf } from './read-source.ts'
import type { FoundFile } from './survey.ts'

/** What a scanner says of a file. */
export interface ScanResult {
  /** E.g. `clean`, `infected`, `suspicious`. */
  readonly verdict: string
  /** What was found; empty for nothing. */
  readonly names: readonly string[]
}

/** `fd`: open for reading, closed afterwards by whoever called. What it throws becomes a note. */
export type ScanFile = (fd: number, path: string) => ScanResult | Promise<ScanResult>

export interface ProgramRow {
  readonly path: string
  readonly size: number
  readonly sha256: string | null
  /** The package that owns it; null for none. */
  readonly package: string | null
  /** `unchecked`: there is no package database, or no digest in it. */
  readonly state: 'intact' | 'modified' | 'unowned' | 'unchecked'
  readonly changed: string
  readonly verdict?: string
  readonly found?: readonly string[]
}

interface Digests {
  readonly sha256: string
  readonly md5: string
}

export class Programs {
  readonly #host: Host
  readonly #packages: Packages
  readonly #scan: ScanFile | undefined
  /** Of files with several names. */
  readonly #known = new Map<string, Digests>()

  constructor(host: Host, scan: ScanFile | undefined) {
    this.#host = host
    this.#scan = scan
    this.#packages = new Packages({
      root: bytesOf(host.root),
      slices: new Slices({ workMs: 50, pauseMs: 0 }),
      notice: (text) => host.context.note(text),
    })
  }

  /** Of the files; the time of the step ends it, with a note. */
  async *rows(files: readonly FoundFile[]): AsyncGenerator<ProgramRow> {
    const { context } = this.#host
    await this.#load()
    const owned = files.map((file) => ({ file, owner: this.#packages.ownerOf(this.#onHost(file.path)) }))
    const ordered = owned.toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        (rank(a) === 2 ? compare(a.owner, b.owner) : b.file.changedSeconds - a.file.changedSeconds),
    )
    const digests = new PackageDigests(this.#host)
    for (const [done, { file, owner }] of ordered.entries()) {
      if (context.leftMs() <= 0) {
        context.note(
          `the time was over: ${ordered.length - done} of ${ordered.length} programs have no digest`,
        )
        return
      }
      const row = await this.#row(file, owner, owner === undefined ? undefined : digests.of(owner, file.path))
      if (row !== undefined) yield row
    }
  }

  async #load(): Promise<void> {
    try {
      await this.#packages.load()
    } catch (thrown) {
      this.#host.context.note(`the package database cannot be read: ${messageOf(thrown)}`)
    }
  }

  async #row(
    file: FoundFile,
    owner: string | undefined,
    md5: string | undefined,
  ): Promise<ProgramRow | undefined> {
    const path = textOf(file.path)
    const fd = this.#host.tree.openFile(path)
    if (fd === undefined) return undefined
    try {
      const digests = this.#digests(file, path, md5 !== undefined)
      const scanned = await this.#scanned(fd, path)
      return {
        path,
        size: file.size,
        sha256: digests?.sha256 ?? null,
        package: owner ?? null,
        state: await this.#state(file, owner, { expected: md5, found: digests?.md5 }),
        changed: new Date(file.changedSeconds * 1000).toISOString(),
        ...(scanned === undefined ? {} : { verdict: scanned.verdict, found: scanned.names }),
      }
    } finally {
      closeFd(fd)
    }
  }

  async #scanned(fd: number, path: string): Promise<ScanResult | undefined> {
    try {
      return await this.#scan?.(fd, path)
    } catch (thrown) {
      this.#host.context.note(`${path} cannot be scanned: ${messageOf(thrown)}`)
      return undefined
    }
  }

  #digests(file: FoundFile, path: string, withMd5: boolean): Digests | undefined {
    const known = file.identity === '' ? undefined : this.#known.get(file.identity)
    if (known !== undefined && (known.md5 !== '' || !withMd5)) return known
    const { context, tree } = this.#host
    if (file.size > context.maxFileBytes) return undefined
    try {
      const algorithms: readonly Algorithm[] = withMd5 ? ['sha256', 'md5'] : ['sha256']
      using source = tree.openWhole(path)
      if (source === undefined) return undefined
      const [sha256 = '', md5 = ''] = digestsOf(source, algorithms)
      if (file.identity !== '') this.#known.set(file.identity, { sha256, md5 })
      return { sha256, md5 }
    } catch (thrown) {
      context.note(messageOf(thrown))
      return undefined
    }
  }

  async #state(
    file: FoundFile,
    owner: string | undefined,
    md5: { readonly expected: string | undefined; readonly found: string | undefined },
  ): Promise<ProgramRow['state']> {
    if (this.#packages.state !== 'ready') return 'unchecked'
    if (owner === undefined) return 'unowned'
    if (md5.expected !== undefined && md5.found !== undefined && md5.found !== '')
      return md5.expected === md5.found ? 'intact' : 'modified'
    // Packages of rpm: asked of rpm itself.
    const integrity =
      md5.expected === undefined ? await this.#packages.check(this.#onHost(file.path)) : 'unknown'
    return integrity === 'unknown' ? 'unchecked' : integrity
  }

  #onHost(path: string): string {
    return bytesOf(this.#host.root) + path
  }
}

/** The digests of one package at a time: programs come ordered by package. */
class PackageDigests {
  readonly #host: Host
  readonly #merges: boolean
  #package = ''
  #byPath = new Map<string, string>()

  constructor(host: Host) {
    this.#host = host
    this.#merges = isMerged(host)
  }

  of(name: string, path: string): string | undefined {
    if (name !== this.#package) {
      this.#package = name
      this.#byPath = new Map()
      for (const file of digestsOfPackage(this.#host, name, this.#merges))
        this.#byPath.set(file.path, file.md5)
    }
    return this.#byPath.get(textOf(path))
  }
}

/** Unowned ones at exposed and hidden places, other unowned ones, owned ones, those of containers. */
function rank({ file, owner }: { readonly file: FoundFile; readonly owner: string | undefined }): number {
  if (owner !== undefined) return 2
  if ((file.tag & Tag.containers) !== 0) return 3
  return (file.tag & (Tag.temporary | Tag.webRoot | Tag.devices | Tag.hidden)) === 0 ? 1 : 0
}

function compare(a = '', b = ''): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
