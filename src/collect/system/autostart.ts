// Files at places where things start by themselves, and the programs that they name.

import { messageOf } from '../../base/app-error.ts'
import { autostartTargets, found } from './places.ts'
import type { Host } from './host.ts'
import { linkEnd } from './link-end.ts'
import { digestsOf } from './read-source.ts'

export interface AutostartRow {
  readonly path: string
  readonly kind: string
  readonly technique: string | null
  readonly sha256: string | null
  readonly size: number
  readonly mode: string
  readonly uid: number | null
  readonly gid: number | null
  readonly modified: string | null
  readonly changed: string | null
  readonly born: string | null
  readonly target: string | null
}

export interface NamedProgram {
  readonly path: string
  /** The files that name it. */
  readonly by: string[]
}

const maxRows = 100_000
const maxHashedBytes = 64 * 1024 * 1024
const maxTextBytes = 256 * 1024
const maxNamed = 20_000
const maxNamedOfFile = 500
const maxBy = 20
const absolutePath = /(?<![\w./@%$*~-])\/[\w.+@:,=%~-]+(?:\/[\w.+@:,=%~-]+){0,40}/g
/** Configuration of the kernel's modules and of packages names thousands of paths that nothing starts from. */
const namesNothing: ReadonlySet<string> = new Set([
  'kernel-module',
  'package-source',
  'log-daemon',
  'accounts',
])

export class Autostart {
  /** By path; what the files name, whether it is there or not. */
  readonly named = new Map<string, NamedProgram>()
  readonly #host: Host

  constructor(host: Host) {
    this.#host = host
  }

  *rows(): Generator<AutostartRow> {
    let count = 0
    for (const { path, target } of found(this.#host, autostartTargets)) {
      const file = this.#host.tree.stat(path)
      if (file === undefined) continue
      count++
      if (count > maxRows) {
        this.#host.context.note(
          `more than ${maxRows} files at places where things start: the others are not listed`,
        )
        return
      }
      // Modules of the kernel are many and large: their digests are among those of the programs.
      const isRead = file.kind === 'file' && target.id !== 'kernel-module'
      if (isRead && !namesNothing.has(target.id)) this.name(path, textIn(this.#host, path))
      if (file.kind === 'link') this.#nameEnd(path)
      yield {
        path,
        kind: target.id,
        technique: target.attack[0] ?? null,
        sha256: isRead && file.size <= maxHashedBytes ? digestOf(this.#host, path) : null,
        size: file.size,
        mode: ((file.mode ?? 0) & 0o7777).toString(8).padStart(4, '0'),
        uid: file.uid ?? null,
        gid: file.gid ?? null,
        modified: file.times.modified ?? null,
        changed: file.times.changed ?? null,
        born: file.times.born ?? null,
        target: file.target ?? null,
      }
    }
  }

  /** Keeps the absolute paths that a text names. */
  name(by: string, text: string): void {
    let count = 0
    for (const [path] of text.matchAll(absolutePath)) {
      count++
      if (count > maxNamedOfFile) return
      this.#keep(path.replace(/[.,:=]+$/, ''), by)
    }
  }

  #nameEnd(path: string): void {
    const end = linkEnd(this.#host, path)
    if (end !== undefined) this.#keep(end, path)
  }

  #keep(path: string, by: string): void {
    const known = this.named.get(path)
    if (known === undefined) {
      if (this.named.size < maxNamed) this.named.set(path, { path, by: [by] })
    } else if (known.by.length < maxBy && !known.by.includes(by)) known.by.push(by)
  }
}

function textIn(host: Host, path: string): string {
  const bytes = host.bytes(path, maxTextBytes)
  return bytes === undefined || bytes.includes(0) ? '' : Buffer.from(bytes).toString('utf8')
}

/** Null when it cannot be read. */
export function digestOf(host: Host, path: string): string | null {
  try {
    using source = host.tree.openWhole(path)
    return source === undefined ? null : (digestsOf(source, ['sha256'])[0] ?? null)
  } catch (thrown) {
    host.context.note(messageOf(thrown))
    return null
  }
}
