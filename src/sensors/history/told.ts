// Commands that were told as they were typed, so that they are not told again when a shell writes them to its file,
// perhaps days later. Kept across restarts.

const maxCommands = 4096

export class ToldCommands {
  /** User and command → how often it was typed and not yet found in a file. */
  readonly #counts = new Map<string, number>()
  #isChanged = false

  note(uid: number, command: string): void {
    const key = keyOf(uid, command)
    const count = this.#counts.get(key) ?? 0
    this.#counts.delete(key)
    this.#counts.set(key, count + 1)
    this.#isChanged = true
    if (this.#counts.size <= maxCommands) return
    const [oldest] = this.#counts.keys()
    if (oldest !== undefined) this.#counts.delete(oldest)
  }

  /** Whether one was told; then it counts as found. */
  take(uid: number, command: string): boolean {
    const key = keyOf(uid, command)
    const count = this.#counts.get(key)
    if (count === undefined) return false
    if (count > 1) this.#counts.set(key, count - 1)
    else this.#counts.delete(key)
    this.#isChanged = true
    return true
  }

  load(state: unknown): void {
    if (!Array.isArray(state)) return
    for (const row of state.slice(-maxCommands) as unknown[]) {
      if (!Array.isArray(row)) continue
      const [key, count] = row as unknown[]
      if (typeof key === 'string' && Number.isSafeInteger(count)) this.#counts.set(key, Number(count))
    }
  }

  /** What is to be saved; undefined when nothing has changed since the last call. */
  takeChanged(): readonly (readonly [string, number])[] | undefined {
    if (!this.#isChanged) return undefined
    this.#isChanged = false
    return [...this.#counts]
  }
}

/** Blanks are as they may: an exec gives words, a line what was typed. Long ones are cut alike on both sides. */
function keyOf(uid: number, command: string): string {
  return `${uid} ${command.trim().replaceAll(/\s+/g, ' ').slice(0, 256)}`
}
