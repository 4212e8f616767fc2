// The output of several decoders, one behind the other.

import type { Decoder } from '../../source/decoded-source.ts'

export class JoinedDecoder implements Decoder {
  readonly #decoders: readonly Decoder[]
  #index = 0
  #done = 0

  constructor(decoders: readonly Decoder[]) {
    this.#decoders = decoders
  }

  get consumed(): number {
    return this.#done + (this.#decoders[this.#index]?.consumed ?? 0)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const decoder = this.#decoders[this.#index]
      if (decoder === undefined) return 0
      const count = decoder.read(out)
      if (count > 0) return count
      this.#done += decoder.consumed
      this.#index++
    }
  }
}
