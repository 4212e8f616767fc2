// What the package managers of this host know of a file, whichever there are.

import { messageOf } from '../../base/app-error.ts'
import { DpkgDatabase, type Integrity } from './dpkg.ts'
import { RpmDatabase } from './rpm.ts'
import { type Slices, Stopped } from './slices.ts'

export interface PackagesOptions {
  /** What stands for `/`. */
  readonly root: string
  readonly slices: Slices
  readonly notice: (message: string) => void
}

/** Programs that bring files onto a host; what they write is judged when they are done. */
const managers: ReadonlySet<string> = new Set(
  [
    'dpkg',
    'dpkg-deb',
    'dpkg-statoverride',
    'rpm',
    'dnf5',
    'dnf5daemon-server',
    'microdnf',
    'zypper',
    'packagekitd',
    'apk',
    'pacman',
  ].flatMap((name) => [
    `/usr/bin/${name}`,
    `/usr/sbin/${name}`,
    `/bin/${name}`,
    `/usr/libexec/${name}`,
    `/sbin/${name}`,
  ]),
)

/** `absent`: there is no package database. `loading`: not read yet. */
export type PackagesState = 'absent' | 'loading' | 'ready'

export class Packages {
  readonly #options: PackagesOptions
  readonly #dpkg: DpkgDatabase
  readonly #rpm: RpmDatabase
  #state: PackagesState = 'loading'
  #asOfMs = 0
  #loading: Promise<void> | undefined

  constructor(options: PackagesOptions) {
    this.#options = options
    this.#dpkg = new DpkgDatabase(options.root)
    this.#rpm = new RpmDatabase(options.root)
    if (!this.#dpkg.isPresent && !this.#rpm.isPresent) this.#state = 'absent'
  }

  get state(): PackagesState {
    return this.#state
  }

  /** Milliseconds since 1970: what came onto the host later may be owned without our knowing. */
  get asOfMs(): number {
    return this.#asOfMs
  }

  get count(): number {
    return this.#dpkg.packages + this.#rpm.packages
  }

  /** Reads the databases again; a call while one is at work waits for that one. Throws `Stopped`. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /** `path`: on this host, as bytes in a latin1 string. Undefined when nobody owns it, or nothing is known yet. */
  ownerOf(path: string): string | undefined {
    const own = this.#own(path)
    return own === undefined ? undefined : (this.#dpkg.ownerOf(own) ?? this.#rpm.ownerOf(own))
  }

  /** The mode an administrator asked the package manager to keep. */
  overrideOf(path: string): string | undefined {
    const own = this.#own(path)
    return own === undefined ? undefined : this.#dpkg.overrideOf(own)
  }

  /** Whether a file is as its package brought it. */
  async check(path: string): Promise<Integrity> {
    const own = this.#own(path)
    if (own === undefined) return 'unknown'
    if (this.#dpkg.ownerOf(own) !== undefined) return this.#dpkg.check(own)
    try {
      return await this.#rpm.check(own)
    } catch (thrown) {
      this.#options.notice(`packages cannot be verified: ${messageOf(thrown)}`)
      return 'unknown'
    }
  }

  async #load(): Promise<void> {
    const { slices, notice } = this.#options
    const beganMs = Date.now()
    try {
      if (this.#dpkg.isPresent) await this.#dpkg.load(slices)
      if (this.#rpm.isPresent) await this.#rpm.load()
      if (this.#dpkg.isPresent || this.#rpm.isPresent) this.#state = 'ready'
      this.#asOfMs = beganMs
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown
      notice(`the package database cannot be read, files are not checked against it: ${messageOf(thrown)}`)
    }
  }

  #own(path: string): string | undefined {
    const { root } = this.#options
    if (root === '') return path
    return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
  }
}

/** Whether a program (path of its executable) is one that installs packages. */
export function isPackageManager(executable: string | undefined): boolean {
  return executable !== undefined && managers.has(executable)
}
