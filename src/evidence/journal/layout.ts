// Numbers of the journal file format (systemd's JOURNAL_FILE_FORMAT): object types, flags, where fields stand.

export const objectType = { data: 1, field: 2, entry: 3, entryArray: 6 } as const
/** TAG; newer types may come, and are passed over. */
export const lastKnownType = 7
export const objectHeaderBytes = 16

/** Flags of a DATA object. */
export const compressed = { xz: 1, lz4: 2, zstd: 4 } as const

/** Flags of the file. */
export const incompatible = {
  'compressed-xz': 1,
  'compressed-lz4': 2,
  'keyed-hash': 4,
  'compressed-zstd': 8,
  compact: 16,
} as const
export const compatible = { sealed: 1, 'tail-entry-boot-id': 2, 'sealed-continuous': 4 } as const

export const entryBytes = 64
export const entryArrayBytes = 24

/** What a compact file has shorter: 32 bits an offset, no hash beside it, and DATA with two more numbers. */
export interface Layout {
  readonly isCompact: boolean
  readonly entryItemBytes: number
  readonly arrayItemBytes: number
  readonly dataBytes: number
}

export function layoutOf(isCompact: boolean): Layout {
  return isCompact
    ? { isCompact, entryItemBytes: 4, arrayItemBytes: 4, dataBytes: 72 }
    : { isCompact, entryItemBytes: 16, arrayItemBytes: 8, dataBytes: 64 }
}

/** Objects begin at multiples of 8. */
export function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8
}
