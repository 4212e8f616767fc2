// The database of dpkg (deb-md5sums(5), dpkg-divert(1), dpkg-statoverride(1)): which package owns a file, and whether
// its content is the one that the package brought.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

import { digestOf } from './look.ts'
import { PathIndex } from './path-index.ts'
import type { Slices } from './slices.ts'

/** `unknown`: the package has no digest of it. */
export type Integrity = 'intact' | 'modified' | 'unknown'

/** Larger files of the database are none. */
const maxFileBytes = 64 * 1024 * 1024

/** Folders that merged into /usr: packages may list the old name. */
const merged = /^\/(?:usr\/)?((?:s?bin|lib(?:32|64|x32|o32)?)\/.*)$/s

export class DpkgDatabase {
  readonly #root: string
  readonly #folder: string
  #paths = new PathIndex()
  #packages: string[] = []
  /** Where the file of a diverted name lies now, and which name that was. */
  #divertedTo = new Map<string, string>()
  /** By a diverted name: the package whose own file stays there. */
  #diverters = new Map<string, string>()
  #overrides = new Map<string, string>()

  /** `root` stands before every path. */
  constructor(root: string) {
    this.#root = root
    this.#folder = `${root}/var/lib/dpkg`
  }

  get isPresent(): boolean {
    return existsSync(`${this.#folder}/info`) && existsSync(`${this.#folder}/status`)
  }

  get packages(): number {
    return this.#packages.length
  }

  /** Reads the lists of all packages; the old ones stand until it has ended. Throws `Stopped`. */
  async load(slices: Slices): Promise<void> {
    const paths = new PathIndex()
    const packages: string[] = []
    const names = readdirSync(`${this.#folder}/info`, 'latin1').filter((name) => name.endsWith('.list'))
    for (const name of names) {
      const owner = packages.push(name.slice(0, -'.list'.length)) - 1
      for (const line of linesOf(`${this.#folder}/info/${name}`)) {
        if (line.startsWith('/') && !isDocument(line)) paths.add(line, owner)
        if (slices.isDue) await slices.rest()
      }
    }
    this.#paths = paths
    this.#packages = packages
    this.#loadDiversions()
    this.#overrides = readOverrides(`${this.#folder}/statoverride`)
  }

  /** Name of a package (with its architecture where dpkg needs it); `path` as bytes in a latin1 string. */
  ownerOf(path: string): string | undefined {
    for (const name of namesOf(path)) {
      const diverter = this.#diverters.get(name)
      if (diverter !== undefined && diverter !== ':') return diverter
      const owner = this.#paths.get(this.#divertedTo.get(name) ?? name)
      if (owner !== undefined) return this.#packages[owner]
    }
    return undefined
  }

  /** The mode that an administrator asked dpkg to keep, e.g. `4754`; undefined for none. */
  overrideOf(path: string): string | undefined {
    return namesOf(path)
      .map((name) => this.#overrides.get(name))
      .find((mode) => mode !== undefined)
  }

  /** Whether the content is that of the package; reads the whole file. */
  check(path: string): Integrity {
    const owner = this.ownerOf(path)
    if (owner === undefined) return 'unknown'
    const names = new Set(namesOf(path).map((name) => (this.#divertedTo.get(name) ?? name).slice(1)))
    for (const line of linesOf(`${this.#folder}/info/${owner}.md5sums`)) {
      // 32 digits, two spaces, the path without its first slash.
      if (!names.has(line.slice(34))) continue
      const digest = digestOf(this.#root + path, 'md5')
      if (digest === '') return 'unknown'
      return digest === line.slice(0, 32) ? 'intact' : 'modified'
    }
    return 'unknown'
  }

  #loadDiversions(): void {
    this.#divertedTo = new Map()
    this.#diverters = new Map()
    const lines = linesOf(`${this.#folder}/diversions`)
    for (let i = 0; i + 2 < lines.length; i += 3) {
      const [from = '', to = '', by = ''] = lines.slice(i, i + 3)
      this.#divertedTo.set(to, from)
      this.#diverters.set(from, by)
    }
  }
}

/** The name of a file, and the one it had before /bin, /sbin and /lib merged into /usr (or has in the lists since). */
function namesOf(path: string): string[] {
  const rest = merged.exec(path)?.[1]
  return rest === undefined ? [path] : [`/usr/${rest}`, `/${rest}`]
}

/** Half of all paths; nothing there may run with privileges, so one that does counts as nobody's. */
function isDocument(path: string): boolean {
  return /^\/usr\/(?:share\/(?:doc|man|locale|icons|help|info)|include|src)\//.test(path)
}

function readOverrides(path: string): Map<string, string> {
  const overrides = new Map<string, string>()
  for (const line of linesOf(path)) {
    // user, group, mode, path
    const match = /^\S+ \S+ ([0-7]+) (\/.*)$/.exec(line)
    if (match !== null) overrides.set(match[2] ?? '', match[1] ?? '')
  }
  return overrides
}

/** Lines as bytes in latin1 strings; none when there is no such file. */
function linesOf(path: string): string[] {
  try {
    const name = Buffer.from(path, 'latin1')
    return statSync(name).size > maxFileBytes ? [] : readFileSync(name, 'latin1').split('\n')
  } catch {
    return []
  }
}
