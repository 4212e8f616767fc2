// Where each indirect object stands: in the file or in an object stream. The last one of a number counts.

import type { PdfReference } from './value.ts'

/** More objects than this cannot be found by number; they are looked at nevertheless. */
const maxObjects = 500_000

export interface Place {
  /** Offset of the value, in the file or in the decoded object stream. */
  readonly at: number
  readonly end: number
  /** Which object stream; -1: the file. */
  readonly container: number
}

export class ObjectIndex {
  readonly #slots = new Map<number, number>()
  readonly #at: number[] = []
  readonly #end: number[] = []
  readonly #container: number[] = []

  add(number: number, at: number, container = -1, end = Number.POSITIVE_INFINITY): void {
    const known = this.#slots.get(number)
    if (known === undefined && this.#slots.size >= maxObjects) return
    const slot = known ?? this.#slots.size
    this.#slots.set(number, slot)
    this.#at[slot] = at
    this.#end[slot] = end
    this.#container[slot] = container
  }

  find({ number }: PdfReference): Place | undefined {
    const slot = this.#slots.get(number)
    if (slot === undefined) return undefined
    return {
      at: this.#at[slot] ?? 0,
      end: this.#end[slot] ?? 0,
      container: this.#container[slot] ?? -1,
    }
  }
}
