// What the machine is asked to do. Callers may keep one such object and fill it again, so that runs allocate nothing.

export interface Run {
  /** Holds the program at `base`; many programs may share it. */
  readonly code: Int32Array
  readonly base: number
  /** The whole object: assertions look at all of it. */
  readonly bytes: Uint8Array
  /** Where to begin; a backward program reads the bytes before it. */
  readonly at: number
  /** How many bytes to read at most. */
  readonly limit: number
}

/** Several ends are possible for one start. */
export interface EndsRun extends Run {
  /** The farthest end counts, else the nearest. */
  readonly longest: boolean
}
