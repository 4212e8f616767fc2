// The container of a process, by its control group: the path is read from /proc once for each group and kept.

import { readFileSync } from 'node:fs'

import type { ContainerInfo } from '../../../model/index.ts'
import { containerOf } from './cgroup-path.ts'
import { metadataOf } from './metadata.ts'
import { rootOnHost } from './root-on-host.ts'

const maxKnown = 8192
/** A runtime writes its file shortly after the first process runs: a nameless container is asked for again. */
const againMs = 5000

interface Known {
  readonly info: ContainerInfo | undefined
  readonly askAgainMs: number
}

export class Containers {
  readonly #root: string
  readonly #known = new Map<bigint, Known>()

  /** `root` stands for `/`. */
  constructor(root: string) {
    this.#root = root
  }

  /** Undefined outside of containers, and when it cannot be known any more. `cgroupId` 0 is unknown. */
  of(cgroupId: bigint, pid: number): ContainerInfo | undefined {
    if (cgroupId === 0n) return undefined
    const known = this.#known.get(cgroupId)
    if (known !== undefined && known.askAgainMs > Date.now()) return known.info
    const path = this.#pathOf(pid)
    // The process is gone before it was asked: the next of its group will tell.
    if (path === undefined) return known?.info
    const info = this.#describe(path, pid)
    const isComplete = info === undefined || info.image !== undefined
    this.#remember(cgroupId, { info, askAgainMs: isComplete ? Infinity : Date.now() + againMs })
    return info
  }

  /** With version 1 of control groups any hierarchy that names a container will do. */
  #pathOf(pid: number): string | undefined {
    try {
      const lines = readFileSync(`${this.#root}/proc/${pid}/cgroup`, 'latin1').split('\n')
      const paths = lines.map((line) => line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1))
      return paths.find((path) => containerOf(path) !== undefined) ?? paths[0] ?? ''
    } catch {
      return undefined
    }
  }

  #describe(path: string, pid: number): ContainerInfo | undefined {
    const found = containerOf(path)
    if (found === undefined) return undefined
    const { name, image } = metadataOf(found, this.#root)
    const root = rootOnHost(`${this.#root}/proc/${pid}/mountinfo`)
    return {
      id: found.id,
      runtime: found.runtime,
      ...(name === undefined ? {} : { name }),
      ...(image === undefined ? {} : { image: { name: image } }),
      ...(root === undefined ? {} : { root }),
    }
  }

  #remember(cgroupId: bigint, known: Known): void {
    if (this.#known.size >= maxKnown) {
      const [oldest] = this.#known.keys()
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(cgroupId, known)
  }
}
