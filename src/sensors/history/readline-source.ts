// Lines that are typed into bash, by a probe of its readline(3): built-ins too, and what never reaches a file.

import { realpathSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { ReadlineProbe } from '../../platform/linux/bpf/readline-probe.ts'
import { KernelClock } from '../../platform/linux/kernel-clock.ts'
import type { SensorContext } from '../sensor.ts'
import type { ReadLine } from './typed.ts'

/** Shells that have readline in them, and the library that others use. */
const candidates = [
  '/bin/bash',
  '/usr/bin/bash',
  '/usr/local/bin/bash',
  '/lib64/libreadline.so.8',
  '/usr/lib64/libreadline.so.8',
  '/usr/lib/libreadline.so.8',
]

const maxDrains = 16

export class ReadlineSource {
  readonly #probe: ReadlineProbe
  readonly #clock = new KernelClock('boottime')
  #drops = 0

  private constructor(probe: ReadlineProbe) {
    this.#probe = probe
  }

  /** The source, or why there is none. */
  static open(root: string): { readonly source: ReadlineSource } | { readonly why: string } {
    // A probe belongs to the whole host, another root is none.
    if (root !== '') return { why: 'the root is not that of the host' }
    let probe: ReadlineProbe
    try {
      probe = ReadlineProbe.open()
    } catch (thrown) {
      return { why: messageOf(thrown) }
    }
    const refusals = addAll(probe)
    if (refusals.length < new Set(candidates.flatMap(realPath)).size)
      return { source: new ReadlineSource(probe) }
    probe[Symbol.dispose]()
    return { why: refusals.join('; ') || 'there is no bash' }
  }

  drain(onLine: (line: ReadLine) => void): void {
    for (let turn = 0; turn < maxDrains; turn++) {
      const count = this.#probe.drain(({ pid, uid, timeNs, line }) =>
        onLine({ pid, uid, line, time: this.#clock.toIso(timeNs) }),
      )
      if (count === 0) return
    }
  }

  /** Tells what the probe could not hand over since the last call. */
  tellLosses(context: SensorContext): void {
    const drops = this.#probe.drops()
    if (drops > this.#drops) context.lost({ source: 'readline', count: drops - this.#drops, to: Date.now() })
    this.#drops = drops
  }

  close(): void {
    this.#probe[Symbol.dispose]()
  }
}

/** Why some were refused. */
function addAll(probe: ReadlineProbe): string[] {
  const refusals: string[] = []
  for (const path of new Set(candidates.flatMap(realPath))) {
    try {
      probe.add(path)
    } catch (thrown) {
      refusals.push(messageOf(thrown))
    }
  }
  return refusals
}

/** /bin is often a link to /usr/bin: one file is probed once. */
function realPath(path: string): string[] {
  try {
    return [realpathSync(path)]
  } catch {
    return []
  }
}
