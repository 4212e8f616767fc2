// Ids of classic tracepoints, from tracefs; where nobody has mounted it, from one of our own.

import { readFileSync } from 'node:fs'

import { type DetachedMount, mountDetached } from '../detached-mount.ts'

const places = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']

/** tracefs while tracepoints are being attached; closed when disposed. */
export class Tracefs {
  readonly #folders: string[]
  readonly #mount: DetachedMount | undefined

  constructor() {
    this.#mount = openDetached()
    const own = this.#mount === undefined ? [] : [this.#mount.path]
    this.#folders = [...places, ...own]
  }

  /** Id of e.g. `syscalls/sys_enter_ptrace`; undefined when the kernel has no such tracepoint, or there is no tracefs. */
  tracepointId(event: string): number | undefined {
    for (const folder of this.#folders) {
      try {
        const id = Number(readFileSync(`${folder}/events/${event}/id`, 'latin1'))
        if (id > 0) return id
      } catch {
        // Not mounted here, or no such tracepoint: the next place knows.
      }
    }
    return undefined
  }

  [Symbol.dispose](): void {
    this.#mount?.[Symbol.dispose]()
  }
}

/** Undefined when refused: then only a mounted one helps. */
function openDetached(): DetachedMount | undefined {
  try {
    return mountDetached('tracefs')
  } catch {
    return undefined
  }
}
