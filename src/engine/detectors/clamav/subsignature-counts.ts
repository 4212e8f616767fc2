// How often each subsignature of one logical signature matched, and where last, counted as ClamAV does: a match that
// does not lie behind the one before is none, and one in front of a macro counts only when the macro follows.

export const never = -1

export class SubsignatureCounts {
  readonly #counts: Int32Array
  readonly #last: Float64Array

  constructor(subsignatures: number) {
    this.#counts = new Int32Array(subsignatures)
    this.#last = new Float64Array(subsignatures).fill(never)
  }

  count(index: number): number {
    return this.#counts[index] ?? 0
  }

  /** Where the last match starts; `never` without one. */
  last(index: number): number {
    return this.#last[index] ?? never
  }

  /** Counts a match that has no place. */
  addPlaceless(index: number): void {
    this.#counts[index]!++
  }

  /** `isJoined`: the match is made of parts; then several may have the same start. */
  add(index: number, start: number, isJoined: boolean): void {
    if (!this.#isBehind(index, start, isJoined)) return
    this.#counts[index]!++
    this.#last[index] = start
  }

  /** The same for a subsignature with a macro behind it; `macro` is where the macro matched last so far. */
  addBeforeMacro(index: number, start: number, options: MacroOptions & { readonly isJoined: boolean }): void {
    if (!this.#isBehind(index, start, options.isJoined)) return
    this.#counts[index]!++
    if (this.#counts[index] === 1) this.#last[index] = start
    else this.checkMacro(index, start, options)
  }

  /** Decides about the match before: it stays only when the macro follows it. */
  checkMacro(index: number, start: number, { macro, least, most }: MacroOptions): void {
    if (this.count(index) < 2) return
    const before = this.last(index)
    if (macro === never || macro < before + least || macro > before + most) {
      this.#counts[index]!--
      this.#last[index] = start
    } else {
      this.#counts[index + 1]!++
      this.#last[index + 1] = macro
    }
  }

  #isBehind(index: number, start: number, isJoined: boolean): boolean {
    const last = this.last(index)
    return last === never || (isJoined ? start >= last : start > last)
  }
}

export interface MacroOptions {
  readonly macro: number
  readonly least: number
  readonly most: number
}
