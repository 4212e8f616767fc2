// What the matcher found in one object. Pattern numbers are those of the compiled database.

export interface Hits {
  /** How many matches the pattern has; 0 for most. */
  count(pattern: number): number
  /** Offset of its match number `index` (from 0), in rising order of offsets. */
  start(pattern: number, index: number): number
  /** Bytes of its match number `index`. */
  length(pattern: number, index: number): number
}
