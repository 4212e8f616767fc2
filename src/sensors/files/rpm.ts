// The database of rpm, asked through rpm(8) itself: its format changed four times. Slower than reading, so it is asked
// for everything at once.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { PathIndex } from './path-index.ts'
import type { Integrity } from './dpkg.ts'

const program = '/usr/bin/rpm'
const databases = ['rpmdb.sqlite', 'Packages', 'Packages.db']
const folders = ['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/usr/share/rpm']
const loadTimeoutMs = 120_000
const verifyTimeoutMs = 60_000
const maxModified = 10_000

export class RpmDatabase {
  readonly #root: string
  #paths = new PathIndex()
  #packages: string[] = []
  /** Paths of files whose content, mode or capabilities are not their package's, by package; as of the last check. */
  readonly #modified = new Map<string, ReadonlySet<string>>()

  constructor(root: string) {
    this.#root = root
  }

  get isPresent(): boolean {
    return this.#folder !== undefined && existsSync(program)
  }

  /** Where the database lies, without the root. */
  get #folder(): string | undefined {
    return folders.find((folder) => databases.some((name) => existsSync(`${this.#root}${folder}/${name}`)))
  }

  get packages(): number {
    return this.#packages.length
  }

  /** Asks for the paths of all packages. The old answer stands when rpm fails. */
  async load(): Promise<void> {
    const paths = new PathIndex()
    const numbers = new Map<string, number>()
    const packages: string[] = []
    const format = String.raw`[%{=NAME}-%{=VERSION}-%{=RELEASE}.%{=ARCH}\t%{FILENAMES}\n]`
    await this.#run(['-qa', '--qf', format], loadTimeoutMs, (line) => {
      const tab = line.indexOf('\t')
      const name = line.slice(0, tab)
      let owner = numbers.get(name)
      if (owner === undefined) {
        owner = packages.push(name) - 1
        numbers.set(name, owner)
      }
      paths.add(line.slice(tab + 1), owner)
    })
    this.#paths = paths
    this.#packages = packages
    this.#modified.clear()
  }

  /** Name of a package; `path` as bytes in a latin1 string. */
  ownerOf(path: string): string | undefined {
    const owner = this.#paths.get(path)
    return owner === undefined ? undefined : this.#packages[owner]
  }

  /** Whether content, mode and capabilities are those of the package; rpm compares the whole package. */
  async check(path: string): Promise<Integrity> {
    const owner = this.ownerOf(path)
    if (owner === undefined) return 'unknown'
    let modified = this.#modified.get(owner)
    if (modified === undefined) {
      const found = new Set<string>()
      await this.#run(['-V', '--nodeps', '--noscripts', owner], verifyTimeoutMs, (line) => {
        const name = modifiedIn(line)
        if (name !== undefined && found.size < maxModified) found.add(name)
      })
      modified = found
      this.#modified.set(owner, modified)
    }
    return modified.has(path) ? 'modified' : 'intact'
  }

  /** Rejects when rpm does not end well within the time. Lines are bytes in latin1 strings. */
  async #run(args: readonly string[], timeoutMs: number, onLine: (line: string) => void): Promise<void> {
    const root = this.#root === '' ? [] : ['--root', this.#root]
    // A foreign rpm on a host of another family looks for it elsewhere.
    const place = this.#folder === undefined ? [] : ['--dbpath', this.#folder]
    const child = spawn(program, [...root, ...place, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    })
    const ended = new Promise<string | number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(signal ?? code))
    })
    child.stdout.setEncoding('latin1')
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) onLine(line)
    const end = await ended
    // With 1, `rpm -V` says that something differs.
    if (end !== 0 && end !== 1) throw new Error(`rpm ended with ${end}`)
  }
}

/**
 * The path of a line of `rpm -V` that tells of another size, mode, digest or capabilities (`S`, `M`, `5`, `P`), or of a
 * missing file; undefined for other lines, and for configuration, which is there to be changed.
 */
export function modifiedIn(line: string): string | undefined {
  const match = /^(?:([SM5DLUGTP.?]{8,9})|missing) {2,4}(?:([acdglnr]) )? {0,2}(\/.*)$/.exec(line)
  if (match === null || match[2] === 'c') return undefined
  const flags = match[1]
  return flags === undefined || /[SM5P]/.test(flags) ? match[3] : undefined
}
