// What the fuzzer's threads are told and say.

export interface Task {
  readonly target: number
  readonly runs: number
  readonly seed: number
  /** The target ends after this time, whatever the number of runs. */
  readonly maxMs: number
}

export interface Done {
  readonly target: number
  readonly runs: number
  readonly ms: number
  /** The slowest run. */
  readonly slowestMs: number
  readonly failure?: { readonly message: string; readonly input: Uint8Array }
}

/** Word 0: counts up with each run; word 1: length of the input, which lies behind the words. */
export interface Shared {
  readonly memory: SharedArrayBuffer
}

export const inputAt = 64
export const longestInput = 4 << 20
