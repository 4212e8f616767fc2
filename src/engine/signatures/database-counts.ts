// How many signatures ClamAV databases have: apart from what reads them, for those who only count.

export interface DatabaseCounts {
  readonly hashes: number
  readonly bodies: number
  readonly logical: number
  readonly containers: number
  /** Read, but nothing here can use them; by kind or reason. */
  readonly unusable: Readonly<Record<string, number>>
}

export const noCounts: DatabaseCounts = { hashes: 0, bodies: 0, logical: 0, containers: 0, unusable: {} }
