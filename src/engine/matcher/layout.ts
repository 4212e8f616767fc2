// The layout of the compiled tables, for those who write them (compile/) and those who read them.

/** 32-bit words of one shape. */
export const shapeWords = 12

export const shapeField = {
  pattern: 0,
  flags: 1,
  /** Where its run begins in `runs`: the values, then, where masked, the masks. */
  run: 2,
  runLength: 3,
  /** Where in the run the atom lies. */
  atomAt: 4,
  /** Where its programs begin in `programs`; 0 for none, -1 for one that never matches. */
  before: 5,
  after: 6,
  /** Where its set tests begin in `sets`: their number, then for each a position and eight words; 0 for none. */
  sets: 7,
  xorLeast: 8,
  xorMost: 9,
  /** A byte that must be there for its programs to match; see compile/gate.ts. */
  beforeGate: 10,
  afterGate: 11,
} as const

export const shapeFlag = { xor: 1, fullword: 2, wide: 4, greedy: 8, masked: 16, beforeFirst: 32 } as const

/** Profiles: kinds of objects; one bit each. */
export const profileCount = 16

/** Bits of each profile's second bitmap, as a power of two; the same in kernel/assembly/sweep.ts. */
export const sieveBits = 19

/** The four tables with which the first pass finds 2-byte windows, for one profile. */
export const pairTableBytes = 64
