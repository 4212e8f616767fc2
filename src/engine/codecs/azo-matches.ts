// The matches of AZO: where the copied bytes lie and how many they are. Either one of the last 128 matches again (the
// same bytes, so the distance is counted anew), or a distance and a length.

import { AzoFlag, AzoPredicted, AzoRecent, AzoSymbol } from './azo-models.ts'
import type { AzoRange } from './azo-range.ts'

const shortestLength = 2
const shortestDistance = 1
const rememberedMatches = 128

/** Values in classes: the first `exact` classes hold one value each, then `each` classes double their width. */
function classesOf(first: number, exact: number, each: number): { base: Float64Array; extra: Uint8Array } {
  const base = new Float64Array(128)
  const extra = new Uint8Array(128)
  let value = first
  for (let index = 0; index < 128; index++) {
    base[index] = value
    extra[index] = index < exact ? 0 : Math.floor((index - exact) / each)
    value += 2 ** extra[index]!
  }
  return { base, extra }
}

const lengths = classesOf(shortestLength, 32, 8)
const distances = classesOf(shortestDistance, 16, 4)

/** The class of a distance is the context of the length. */
function distanceClass(distance: number): number {
  const value = distance - shortestDistance
  if (value < 16) return value
  const width = 31 - Math.clz32(((value - 16) >>> 2) + 1)
  return 16 + width * 4 + ((value - 16 - (2 ** width - 1) * 4) >>> width)
}

export class AzoMatches {
  readonly #isRemembered = new AzoFlag()
  readonly #recentIndexes = new AzoRecent(0)
  readonly #index = new AzoSymbol(7)
  readonly #recentDistances = new AzoRecent(shortestDistance)
  readonly #distance = new AzoSymbol(7)
  readonly #length = new AzoPredicted(128, 7, 4)
  readonly #positions = new Float64Array(rememberedMatches)
  readonly #lengths = new Float64Array(rememberedMatches)
  /** Of the match last decoded. */
  distance = 0
  length = 0

  reset(): void {
    this.#isRemembered.reset()
    this.#recentIndexes.reset()
    this.#index.reset()
    this.#recentDistances.reset()
    this.#distance.reset()
    this.#length.reset()
    this.#positions.fill(0)
    for (let i = 0; i < rememberedMatches; i++) this.#lengths[i] = shortestLength + i
  }

  /** Decodes the match that begins at `position` of the block. */
  decode(range: AzoRange, position: number): void {
    if (this.#isRemembered.decode(range) === 1) {
      const index = this.#decodeIndex(range)
      const from = this.#positions[index]!
      this.length = this.#lengths[index]!
      this.distance = position - from
      this.#remember(from, index)
      return
    }
    this.distance = this.#decodeDistance(range)
    const lengthClass = this.#length.decode(range, distanceClass(this.distance))
    this.length = lengths.base[lengthClass]! + range.number(lengths.extra[lengthClass]!)
    this.#remember(position, rememberedMatches - 1)
  }

  #decodeIndex(range: AzoRange): number {
    const recent = this.#recentIndexes.decode(range)
    if (recent >= 0) return recent
    const index = this.#index.decode(range)
    this.#recentIndexes.add(index)
    return index
  }

  #decodeDistance(range: AzoRange): number {
    const recent = this.#recentDistances.decode(range)
    if (recent >= 0) return recent
    const distance = this.#distance.decode(range)
    const value = distances.base[distance]! + range.number(distances.extra[distance]!)
    this.#recentDistances.add(value)
    return value
  }

  /** Puts the match to the front, in place of the one at `index`. */
  #remember(position: number, index: number): void {
    this.#positions.copyWithin(1, 0, index)
    this.#lengths.copyWithin(1, 0, index)
    this.#positions[0] = position
    this.#lengths[0] = this.length
  }
}
