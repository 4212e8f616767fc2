// What codecs have in common that keep their input between two reads: how far they are, and what was wrong.

import type { Codec } from './codec.ts'

interface Input {
  /** The offset in the source of the next byte to take. */
  readonly offset: number
  /** What the source threw: then the data are not to blame. */
  readonly thrown: Error | undefined
}

export abstract class InputCodec<I extends Input> implements Codec {
  protected readonly input: I
  readonly #start: number
  #fault: string | undefined
  #isUnsupported = false
  /** Nothing more is decoded. */
  protected isDone = false

  /** `start`: the offset in the source of the first byte. */
  constructor(input: I, start: number) {
    this.input = input
    this.#start = start
  }

  get consumed(): number {
    return this.input.offset - this.#start
  }

  get fault(): string | undefined {
    return this.#fault
  }

  get isUnsupported(): boolean {
    return this.#isUnsupported
  }

  abstract read(out: Uint8Array): number

  /** Of several faults the first is told. */
  protected note(fault: string): void {
    if (this.input.thrown === undefined) this.#fault ??= fault
  }

  protected stop(fault: string): void {
    this.note(fault)
    this.isDone = true
  }

  /** Stops at something that this decoder does not do. */
  protected refuse(fault: string): void {
    this.#isUnsupported = true
    this.stop(fault)
  }
}
