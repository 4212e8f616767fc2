// Reads the configuration files of servers: a bounded number, of bounded size, each once. What was looked at is kept, so
// that nothing is read again as long as nothing has changed.

import { readFileSync } from 'node:fs'

import { expandGlob } from './expand.ts'
import { lookAt, pathBytes } from './log-file.ts'
import type { LogKind } from '../../evidence/log-lines/index.ts'

/** A log that a configuration names. `glob`: absolute, below the root. */
export interface ConfiguredLog {
  readonly source: string
  readonly kind: LogKind
  readonly glob: string
  /** Its names carry a date and are new files, no rotated ones. */
  readonly dated?: true
}

const maxFiles = 512
const maxFileBytes = 1 << 20
const maxLines = 50_000

export class Configuration {
  readonly root: string
  readonly #read = new Map<string, readonly string[]>()
  readonly #marks = new Map<string, string>()
  /** Files that were left out, because there are too many, or because they are too large. */
  skipped = 0

  constructor(root: string) {
    this.root = root
  }

  /** Lines without line ends; empty when there is no such file, or it was read already. `path` is below the root. */
  linesOnce(path: string): readonly string[] {
    const at = `${this.root}${path}`
    if (this.#read.has(at)) return []
    if (this.#read.size >= maxFiles) {
      this.skipped++
      return []
    }
    const lines = this.#lines(at)
    this.#read.set(at, lines)
    return lines
  }

  /** Files that a glob stands for, below the root, in the order of their names. */
  files(glob: string): string[] {
    const folder = glob.slice(0, glob.lastIndexOf('/'))
    this.#mark(`${this.root}${folder}`)
    return expandGlob(this.root, glob)
      .map((path) => path.slice(this.root.length))
      .toSorted()
  }

  /** Whether nothing that was looked at has changed since. */
  get isFresh(): boolean {
    for (const [path, mark] of this.#marks) if (markOf(path) !== mark) return false
    return true
  }

  #lines(path: string): string[] {
    this.#mark(path)
    const look = lookAt(path)
    if (look?.type !== 'file') return []
    if (look.size > maxFileBytes) {
      this.skipped++
      return []
    }
    try {
      return readFileSync(pathBytes(path), 'latin1').split(/\r?\n/, maxLines)
    } catch {
      return []
    }
  }

  #mark(path: string): void {
    this.#marks.set(path, markOf(path))
  }
}

function markOf(path: string): string {
  const look = lookAt(path)
  return look === undefined ? '' : `${look.key.inode} ${look.size} ${look.mtimeMs}`
}

/** A word, which may be in quotes, at the beginning of `text`. */
export function firstWord(text: string): string {
  const quoted = /^\s*(?:"([^"]{0,4096})"|'([^']{0,4096})')/.exec(text)
  return quoted?.[1] ?? quoted?.[2] ?? /^\s*([^\s;]{0,4096})/.exec(text)?.[1] ?? ''
}

/** A path that changes with the time (strftime(3)) or with variables, as a glob. */
export function patternGlob(path: string): string {
  return path.replace(/%[A-Za-z]|\$\{?[A-Za-z_]\w*\}?/g, '*').replace(/\*{2,}/g, '*')
}
