// What could not be read, of all sources together; each has its first ones.

import type { SourceNote } from './analysis.ts'
import type { Notes } from '../evidence/note.ts'

const most = 2000
const mostOfOne = 20

export class NoteBook {
  readonly #kept: SourceNote[] = []
  dropped = 0

  add(source: string, text: string, offset?: number): void {
    if (this.#kept.length >= most) this.dropped += 1
    else this.#kept.push({ source, text, ...(offset === undefined ? {} : { offset }) })
  }

  addAll(source: string, notes: Notes): void {
    for (const { text, offset } of notes.kept.slice(0, mostOfOne)) this.add(source, text, offset)
    this.dropped += notes.dropped + Math.max(0, notes.kept.length - mostOfOne)
  }

  get kept(): readonly SourceNote[] {
    return this.#kept
  }
}
