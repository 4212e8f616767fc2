// What is given mutated bytes.

export interface Target {
  readonly id: string
  readonly corpus: readonly Uint8Array[]
  /** Throws when the code under test does what it must not. */
  run(bytes: Uint8Array): void
}
