// Looks for processes that /proc does not show, again and again. Told is what is hidden in two looks: the second comes
// soon after the first. Each process is told once.

import type { ProcessLook } from './look.ts'
import type { SeenFact } from './tier.ts'

const everyMs = 60_000
const secondLookMs = 2000
const maxTold = 1024

export class CrossView {
  readonly #look: ProcessLook
  readonly #onHidden: (fact: SeenFact) => void
  readonly #told = new Set<string>()
  #suspects = new Set<string>()
  #dueAt: number
  #busy = false
  #looks = 0

  /** The first look is due `firstMs` from now. */
  constructor(look: ProcessLook, onHidden: (fact: SeenFact) => void, firstMs: number) {
    this.#look = look
    this.#onHidden = onHidden
    this.#dueAt = performance.now() + firstMs
  }

  /** How many looks there were. */
  get looks(): number {
    return this.#looks
  }

  /** Looks when it is time. `onProblem` is told why it could not. */
  tick(onProblem: (thrown: unknown) => void): void {
    if (this.#busy || performance.now() < this.#dueAt) return
    this.#busy = true
    this.#once()
      .catch(onProblem)
      .finally(() => {
        this.#busy = false
        this.#dueAt = performance.now() + (this.#suspects.size > 0 ? secondLookMs : everyMs)
      })
  }

  async #once(): Promise<void> {
    const suspects = new Set<string>()
    for (const fact of await this.#look.hidden()) {
      const name = `${fact.pid}:${fact.startNs}`
      if (this.#told.has(name)) continue
      if (!this.#suspects.has(name)) suspects.add(name)
      else if (this.#told.size < maxTold) {
        this.#told.add(name)
        this.#onHidden(this.#look.complete(fact))
      }
    }
    this.#suspects = suspects
    this.#looks += 1
  }
}
