// Files of a step as items: each once, links as links, and what a link leads to besides.

import { setImmediate as breathe } from 'node:timers/promises'

import type { FileItem } from '../step.ts'
import type { Target } from '../targets/index.ts'
import type { Host } from './host.ts'
import { linkEnd } from './link-end.ts'
import { found } from './places.ts'

export class Taken {
  readonly #host: Host
  readonly #given = new Set<string>()

  constructor(host: Host) {
    this.#host = host
  }

  /** The file, and the end of a link; nothing for what was given already. */
  *one(path: string, maxBytes?: number): Generator<FileItem> {
    const item = this.#once(path, maxBytes)
    if (item === undefined) return
    yield item
    if (item.file.kind !== 'link') return
    const end = linkEnd(this.#host, path)
    const target = end === undefined ? undefined : this.#once(end, maxBytes)
    if (target !== undefined) yield target
  }

  /** Everything at the places of targets. */
  async *all(targets: readonly Target[]): AsyncGenerator<FileItem> {
    let count = 0
    for (const { path, target } of found(this.#host, targets)) {
      yield* this.one(path, target.maxBytes)
      count++
      if (count % 256 === 0) await breathe()
    }
  }

  #once(path: string, maxBytes: number | undefined): FileItem | undefined {
    if (this.#given.has(path)) return undefined
    this.#given.add(path)
    return this.#host.item(path, maxBytes)
  }
}
