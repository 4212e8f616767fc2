// A history that was written anew: which of its entries are new, and what has gone. Programs drop entries at the front
// (the oldest), drop duplicates anywhere, and add at the end; whatever else has gone, somebody took out.

export interface Comparison {
  /** Positions in the later list. */
  readonly fresh: readonly number[]
  /** Entries that were taken out from among others. */
  readonly removed: number
  /** Nothing of what was there is left, or less than half of it. */
  readonly isCleared: boolean
}

const maxSteps = 2_000_000
/** Shorter histories lose half of their entries easily. */
const leastForHalf = 10

/**
 * `before` holds the hashes of the last entries of what were `total` in all; `after` those of all entries now, or of
 * the last ones when it is a long file.
 */
export function compareHistories(before: Uint32Array, total: number, after: Uint32Array): Comparison {
  const known = before.length
  const isShort = total >= leastForHalf && after.length < total / 2
  if (known === 0) return { fresh: range(0, after.length), removed: 0, isCleared: false }
  const end = endOfKnown(before, total, after)
  if (end !== undefined)
    return { fresh: range(end, after.length), removed: 0, isCleared: isShort && after.length < known }
  return compareAsSets(before, after, isShort)
}

/** Where in `after` the known entries end, when they are there in one piece (but for the oldest). */
function endOfKnown(before: Uint32Array, total: number, after: Uint32Array): number | undefined {
  // Nothing dropped at the front: the plain case, also where all entries are the same.
  if (matchBack(before, after, total) === before.length) return total
  const last = before.at(-1)
  let best = 0
  let bestEnd: number | undefined
  let steps = 0
  for (let end = 1; end <= after.length && steps < maxSteps; end++) {
    if (after[end - 1] !== last) continue
    const length = matchBack(before, after, end)
    steps += length
    const isWhole = length === Math.min(before.length, end)
    if (isWhole && length > best) {
      best = length
      bestEnd = end
    }
  }
  return bestEnd
}

/** How many entries before `end` are the last ones of `before`, in order. */
function matchBack(before: Uint32Array, after: Uint32Array, end: number): number {
  if (end > after.length) return 0
  let length = 0
  const most = Math.min(before.length, end)
  while (length < most && before[before.length - 1 - length] === after[end - 1 - length]) length++
  return length
}

function compareAsSets(before: Uint32Array, after: Uint32Array, isShort: boolean): Comparison {
  const counts = new Map<number, number>()
  for (const hash of before) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  const fresh: number[] = []
  for (const [at, hash] of after.entries()) {
    const left = counts.get(hash) ?? 0
    if (left > 0) counts.set(hash, left - 1)
    else fresh.push(at)
  }
  const present = new Set(after)
  const isCleared = !before.some((hash) => present.has(hash))
  // The oldest may go; after the first that is still there, none should.
  const first = before.findIndex((hash) => present.has(hash))
  const kept = first < 0 ? new Uint32Array() : before.subarray(first)
  const removed = kept.filter((hash) => !present.has(hash)).length
  return { fresh, removed, isCleared: isCleared || isShort }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at)
}
