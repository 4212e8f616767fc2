// Where users live, so that places in every home can be named by `~`: /root, every folder of /home, and what the
// password file names besides.

import { readFileSync, realpathSync } from 'node:fs'

/** Homes of daemons are homes too (a shell's start files work there), but not these folders of the whole system. */
const noHomes: ReadonlySet<string> = new Set([
  '/',
  '/bin',
  '/sbin',
  '/usr',
  '/usr/bin',
  '/usr/sbin',
  '/dev',
  '/proc',
  '/etc',
  '/var',
  '/run',
  '/tmp',
  '/home',
  '/nonexistent',
  '/var/empty',
  '/var/run',
])
const maxHomes = 2000
const maxPasswdBytes = 4 * 1024 * 1024

export class Homes {
  readonly #root: string
  #others: readonly string[] = []
  /** Where the folders of users lie: /home, or what it is a link to. */
  #folder = '/home'

  /** `root` stands before every path. */
  constructor(root: string) {
    this.#root = root
    this.refresh()
  }

  /** Reads the password file again. */
  refresh(): void {
    try {
      this.#folder = realpathSync(`${this.#root}/home`).slice(
        realpathSync(this.#root || '/').replace(/\/$/, '').length,
      )
    } catch {
      this.#folder = '/home'
    }
    try {
      const text = readFileSync(`${this.#root}/etc/passwd`, 'latin1').slice(0, maxPasswdBytes)
      this.#others = [...new Set(homesOf(text))]
    } catch {
      this.#others = []
    }
  }

  /** `/home`, or what it is a link to. */
  get folder(): string {
    return this.#folder
  }

  /** What the password file names beside /root and the folders of /home, at most 2,000. */
  get others(): readonly string[] {
    return this.#others
  }

  /** `path` (without the root) within its home, beginning with a slash; undefined when it is in none. */
  within(path: string): string | undefined {
    if (path === '/root' || path.startsWith('/root/')) return path.slice(5)
    if (path.startsWith(`${this.#folder}/`)) {
      const end = path.indexOf('/', this.#folder.length + 1)
      return end < 0 ? '' : path.slice(end)
    }
    for (const home of this.#others) {
      if (path.startsWith(home) && (path.length === home.length || path.charAt(home.length) === '/'))
        return path.slice(home.length)
    }
    return undefined
  }
}

function homesOf(passwd: string): string[] {
  const homes: string[] = []
  for (const line of passwd.split('\n')) {
    const home = (line.split(':')[5] ?? '').replace(/\/+$/, '')
    if (!home.startsWith('/') || noHomes.has(home)) continue
    if (home === '/root' || /^\/home\/[^/]+$/.test(home)) continue
    homes.push(home)
    if (homes.length === maxHomes) break
  }
  return homes
}
