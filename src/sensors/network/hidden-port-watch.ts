// Looks for hidden ports once a minute while the sensor runs: the listeners each time, of all ports a slice, so that
// every port is asked once an hour and no look costs more than some milliseconds.

import { messageOf } from '../../base/app-error.ts'
import type { Flow } from './flow.ts'
import { allPorts, findHiddenPorts, type HiddenPort, type PortRange } from './hidden-ports.ts'

const lookEveryMs = 60_000
/** What looks hidden is looked at again so soon. */
const lookAgainMs = 2000
const slices = 60
const maxTold = 1024

interface Parts {
  readonly listeners: () => Iterable<Flow>
  readonly found: (hidden: HiddenPort) => void
  readonly problem: (message: string) => void
}

export class HiddenPortWatch {
  readonly #parts: Parts
  readonly #told = new Set<string>()
  #suspects = new Set<string>()
  #range: PortRange = sliceOf(0)
  #slice = 0
  #nextMs: number
  #looking = false
  #failed = false

  constructor(parts: Parts, nowMs: number) {
    this.#parts = parts
    this.#nextMs = nowMs + lookEveryMs
  }

  get told(): number {
    return this.#told.size
  }

  /** Begins a look when one is due. Milliseconds of a clock that only goes forward. */
  tick(nowMs: number): void {
    if (this.#looking || nowMs < this.#nextMs) return
    this.#looking = true
    this.#nextMs = nowMs + lookEveryMs
    this.#look(nowMs)
      .catch((thrown: unknown) => this.#fail(messageOf(thrown)))
      .finally(() => (this.#looking = false))
  }

  async #look(nowMs: number): Promise<void> {
    const hidden = await findHiddenPorts(this.#parts.listeners(), this.#range)
    const suspects = new Set<string>()
    for (const found of hidden) {
      const key = `${found.transport} ${found.port}`
      if (this.#told.has(key)) continue
      if (this.#suspects.has(key) && this.#told.size < maxTold) {
        this.#told.add(key)
        this.#parts.found(found)
      } else suspects.add(key)
    }
    this.#suspects = suspects
    // The same ports again when there is a suspicion, else the next ones.
    if (suspects.size > 0) this.#nextMs = nowMs + lookAgainMs
    else this.#range = sliceOf((this.#slice = (this.#slice + 1) % slices))
  }

  // Told once: what is refused now will be refused every minute.
  #fail(message: string): void {
    if (!this.#failed) this.#parts.problem(`hidden ports cannot be looked for: ${message}`)
    this.#failed = true
  }
}

function sliceOf(slice: number): PortRange {
  const size = Math.ceil(allPorts.last / slices)
  return { first: slice * size + 1, last: Math.min(allPorts.last, (slice + 1) * size) }
}
