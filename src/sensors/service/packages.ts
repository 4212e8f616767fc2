// Which package a unit or init script belongs to: by dpkg's lists (deb(5), /var/lib/dpkg/info/NAME.list), or by rpm.
// The lists are read whole once, but only paths of services are kept; later, only those of changed packages.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { namesIn } from '../folder-watch.ts'

const listFolder = '/var/lib/dpkg/info'
const rpmFolders = ['/var/lib/rpm', '/usr/lib/sysimage/rpm']
const rpmTimeoutMs = 5000
const maxAsked = 4096
const servicePath = /^\/(?:usr\/)?(?:local\/)?(?:lib|share|etc)\/(?:systemd|init\.d|rc\.d|sv)\/.+$/gm

interface PackageList {
  readonly mtimeMs: number
  readonly paths: readonly string[]
}

export class PackageOwners {
  readonly #root: string
  readonly #lists = new Map<string, PackageList>()
  #owners = new Map<string, string>()
  #folderMtimeMs = -1

  constructor(root: string) {
    this.#root = root
  }

  /** Path → package, for those that a package has. Never throws; takes up to a second the first time. */
  async find(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (paths.length === 0) return new Map()
    if (existsSync(join(this.#root, listFolder))) return this.#findByDpkg(paths)
    if (rpmFolders.some((folder) => existsSync(join(this.#root, folder)))) return this.#findByRpm(paths)
    return new Map()
  }

  async #findByDpkg(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.#refresh()
    const found = new Map<string, string>()
    for (const path of paths) {
      // /lib and /usr/lib are one folder on most hosts, and packages name either.
      const other = path.startsWith('/usr/') ? path.slice('/usr'.length) : `/usr${path}`
      const owner = this.#owners.get(path) ?? this.#owners.get(other)
      if (owner !== undefined) found.set(path, owner)
    }
    return found
  }

  async #refresh(): Promise<void> {
    const folder = join(this.#root, listFolder)
    const mtimeMs = await mtimeOf(folder)
    if (mtimeMs === this.#folderMtimeMs) return
    const names = namesIn(folder).filter((name) => name.endsWith('.list'))
    for (const name of this.#lists.keys()) if (!names.includes(name)) this.#lists.delete(name)
    for (const name of names) await this.#readList(folder, name)
    this.#owners = new Map()
    for (const [name, { paths }] of this.#lists) {
      const owner = name.slice(0, -'.list'.length).replace(/:.*$/, '')
      for (const path of paths) this.#owners.set(path, owner)
    }
    this.#folderMtimeMs = mtimeMs
  }

  async #readList(folder: string, name: string): Promise<void> {
    const path = join(folder, name)
    const mtimeMs = await mtimeOf(path)
    if (this.#lists.get(name)?.mtimeMs === mtimeMs) return
    try {
      const text = await readFile(path, 'latin1')
      this.#lists.set(name, { mtimeMs, paths: text.match(servicePath) ?? [] })
    } catch {
      this.#lists.delete(name)
    }
  }

  async #findByRpm(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    // A separator that no package name has; a path without owner gives a sentence instead.
    const format = ['-qf', '--queryformat', '%{NAME}\\n']
    const root = this.#root === '' ? [] : ['--root', this.#root]
    for (let at = 0; at < Math.min(paths.length, maxAsked); at += 64) {
      const some = paths.slice(at, at + 64)
      const lines = (await run('rpm', [...root, ...format, '--', ...some])).split('\n')
      // One line for each path, unless several packages have it: then nothing is certain.
      if (lines.length - 1 !== some.length) continue
      for (const [i, path] of some.entries()) {
        const line = lines[i] ?? ''
        if (/^[A-Za-z0-9._+-]+$/.test(line)) found.set(path, line)
      }
    }
    return found
  }
}

async function mtimeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch {
    return 0
  }
}

function run(command: string, parameters: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      command,
      parameters,
      {
        timeout: rpmTimeoutMs,
        maxBuffer: 1024 * 1024,
        env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      },
      (_, stdout) => resolve(stdout),
    )
  })
}
