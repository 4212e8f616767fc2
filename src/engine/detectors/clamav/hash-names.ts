// The names of hashes out of the image, front-coded as hash/name-pool.ts writes them: a name says how many bytes it shares
// with the one before, how many follow, and those; every 16th is whole.

import { maxNameBytes } from '../../hashes/name-pool.ts'
import type { Image } from '../../image.ts'
import { printedName } from './database/names.ts'
import { unofficialBit } from './layout.ts'

const perBlock = 16

export class HashNames {
  readonly #pool: Uint8Array
  readonly #blocks: Int32Array

  constructor(image: Image) {
    this.#pool = image.bytes('clamav-names')
    this.#blocks = image.words('clamav-name-blocks')
  }

  /** As clamscan prints it; `word` is one of the name column. */
  printed(word: number): string {
    return printedName(this.#name((word & ~unofficialBit) >>> 0), { official: word < unofficialBit })
  }

  #name(id: number): string {
    const pool = this.#pool
    const name = Buffer.alloc(maxNameBytes)
    let length = 0
    let at = (this.#blocks[Math.floor(id / perBlock)] ?? pool.length) >>> 0
    for (let step = id % perBlock; step >= 0 && at < pool.length; step--) {
      const shared = pool[at]!
      const rest = pool[at + 1] ?? 0
      name.set(pool.subarray(at + 2, at + 2 + rest), shared)
      length = shared + rest
      at += 2 + rest
    }
    return name.toString('utf8', 0, length)
  }
}
