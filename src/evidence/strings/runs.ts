// Where text lies in a block of bytes. A run of n characters has one at every n-th place, so only every n-th byte is looked at until one
// is a character: that, not the loop over text, decides how fast binary data are passed.

/** Pairs of numbers: where a run begins and ends, in the block. */
export class Runs {
  places = new Int32Array(4096)
  length = 0

  add(start: number, end: number): void {
    if (this.length + 2 > this.places.length) {
      const larger = new Int32Array(this.places.length * 2)
      larger.set(this.places)
      this.places = larger
    }
    this.places[this.length++] = start
    this.places[this.length++] = end
  }
}

export interface Block {
  readonly bytes: Uint8Array
  /** Bytes of it that are there. */
  readonly end: number
  /** Fewest characters of a string. */
  readonly least: number
  readonly runs: Runs
}

/** Characters of one byte: those whose place in the table is 1. */
export function findNarrow({ bytes, end, least, runs }: Block, table: Uint8Array): void {
  let floor = 0
  for (let at = least - 1; at < end;) {
    if (table[bytes[at] ?? 0] !== 1) {
      at += least
      continue
    }
    let start = at
    while (start > floor && table[bytes[start - 1] ?? 0] === 1) start--
    let stop = at + 1
    while (stop < end && table[bytes[stop] ?? 0] === 1) stop++
    if (stop - start >= least) runs.add(start, stop)
    floor = stop
    at = stop + least
  }
}

/** UTF-16 with a table of all its code units, at even and odd places. */
export function findUnits(block: Block, units: Uint8Array, isBigEndian: boolean): void {
  const { bytes, end, least, runs } = block
  const [low, high] = isBigEndian ? [1, 0] : [0, 1]
  const isText = (at: number): boolean =>
    at + 1 < end && units[(bytes[at + low] ?? 0) | ((bytes[at + high] ?? 0) << 8)] === 1
  let floor = 0
  // Both parities side by side, so that the runs come in order.
  for (let at = 2 * least - 2; at + 1 < end;) {
    const found = runAt(isText, at, floor) ?? runAt(isText, at + 1, floor)
    if (found === undefined) {
      at += 2 * (least - 1) || 1
      continue
    }
    if (found.stop - found.start >= 2 * least) {
      runs.add(found.start, found.stop)
      floor = found.stop
    }
    at = Math.max(at + 1, found.stop - found.start >= 2 * least ? found.stop + 2 * least - 2 : at + 1)
  }
}

function runAt(
  isText: (at: number) => boolean,
  at: number,
  floor: number,
): { start: number; stop: number } | undefined {
  if (at < floor || !isText(at)) return undefined
  let start = at
  while (start - 2 >= floor && isText(start - 2)) start -= 2
  let stop = at + 2
  while (isText(stop)) stop += 2
  return { start, stop }
}

/**
 * Characters of several bytes. `lengthAt` tells how many bytes the character at a place has, 0 where there is none; negative
 * where it is one that decides nothing (see code-page.ts).
 */
export function findMultiByte(
  { bytes, end, least, runs }: Block,
  lengthAt: (bytes: Uint8Array, at: number, end: number) => number,
): void {
  for (let at = 0; at < end;) {
    const start = at
    let characters = 0
    let several = 0
    let doubtful = 0
    for (;;) {
      const length = at < end ? lengthAt(bytes, at, end) : 0
      if (length === 0) break
      characters += 1
      if (length !== 1) several += 1
      if (length < 0) doubtful += 1
      at += Math.abs(length)
    }
    if (characters >= least && doubtful * 4 <= several) runs.add(start, at)
    at += 1
  }
}
