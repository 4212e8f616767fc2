// How the volume compares names: its file $UpCase has the capital of each UTF-16 unit.

import type { EvidenceSource } from '../source.ts'
import { foldCase } from '../tree-path.ts'

const tableBytes = 131_072

export class Capitals {
  readonly #table: Uint8Array | undefined

  constructor(source: EvidenceSource | undefined) {
    const bytes = source?.read(0, tableBytes)
    // A table that does not even know the Latin letters is damaged.
    this.#table = bytes?.length === tableBytes && bytes[0xc2] === 0x41 ? bytes : undefined
  }

  of(name: string): string {
    const table = this.#table
    if (table === undefined) return foldCase(name)
    let text = ''
    for (let at = 0; at < name.length; at++) {
      const unit = 2 * name.charCodeAt(at)
      text += String.fromCharCode((table[unit] ?? 0) | ((table[unit + 1] ?? 0) << 8))
    }
    return text
  }
}
