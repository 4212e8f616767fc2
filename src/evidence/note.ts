// What a parser could not read, and what it did about it: damage is a fact of the evidence, never the end of it.

export interface Note {
  /** In bytes from the beginning of the source; absent where it is about the whole. */
  readonly offset?: number
  /** One sentence. */
  readonly text: string
}

/** Keeps the first notes and counts the rest: hostile input may be wrong a million times. */
export class Notes {
  readonly #kept: Note[] = []
  readonly #most: number
  #dropped = 0

  constructor(most = 1000) {
    this.#most = most
  }

  add(text: string, offset?: number): void {
    if (this.#kept.length >= this.#most) this.#dropped += 1
    else this.#kept.push(offset === undefined ? { text } : { text, offset })
  }

  get kept(): readonly Note[] {
    return this.#kept
  }

  /** Notes that are not among the kept ones. */
  get dropped(): number {
    return this.#dropped
  }
}

/** For what is looked at again and again: each sentence once. */
export class NotesOnce extends Notes {
  readonly #said = new Set<string>()

  override add(text: string, offset?: number): void {
    if (this.#said.has(text)) return
    // Beyond what is kept it is only counted.
    if (this.dropped === 0) this.#said.add(text)
    super.add(text, offset)
  }
}
