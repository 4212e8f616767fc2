// Where ranges of a text lie in its UTF-16 file. Pages are read as UTF-8 (parsers/blobs), in which a byte order mark takes no
// byte and half a surrogate pair three.

import type { Budget } from '../../limits.ts'
import type { Range } from '../../parsers/blobs/index.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

const mark = 0xfeff

/** The same ranges, which are in order and apart, by the bytes of `source`. */
export function rangesInUtf16<R extends Range>(
  source: ByteSource,
  ranges: readonly R[],
  kind: 'utf-16le' | 'utf-16be',
  budget: Budget,
): R[] {
  const offsets = ranges.flatMap(({ start, end }) => [start, end])
  const places: number[] = []
  const units = new UnitCounter()
  const low = kind === 'utf-16be' ? 1 : 0
  for (let at = 0; places.length < offsets.length;) {
    budget.checkTime()
    const view = source.read(at, maxRead)
    if (view.length < 2) break
    for (let i = 0; i + 1 < view.length && places.length < offsets.length; i += 2) {
      while (units.bytes >= (offsets[places.length] ?? Number.POSITIVE_INFINITY)) places.push(at + i)
      units.take((view[i + low] ?? 0) | ((view[i + 1 - low] ?? 0) << 8))
    }
    at += view.length & ~1
  }
  while (places.length < offsets.length) places.push(source.size)
  return ranges.map((range, index) => {
    const [start = 0, end = 0] = places.slice(index * 2, index * 2 + 2)
    return { ...range, start, end }
  })
}

/** Counts the bytes that UTF-16 units have in UTF-8. */
class UnitCounter {
  bytes = 0
  #isHalf = false

  take(unit: number): void {
    const isSecond = this.#isHalf && unit >= 0xdc00 && unit < 0xe000
    this.#isHalf = unit >= 0xd800 && unit < 0xdc00
    if (unit === mark) return
    if (isSecond || unit < 0x80) this.bytes += 1
    else this.bytes += unit < 0x800 ? 2 : 3
  }
}
