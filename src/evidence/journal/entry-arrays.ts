// The file's list of its entries: a chain of arrays whose offsets only grow, so nothing of it has to be remembered to see
// that it goes in circles.

import { u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { entryArrayBytes, type Layout, objectType } from './layout.ts'
import type { Pages } from './pages.ts'

const itemsAtOnce = 8192

/** Offsets of entries, each larger than the one before; what is not is passed over with a note. */
export function* listedEntries(
  pages: Pages,
  first: number,
  { layout, notes }: { readonly layout: Layout; readonly notes: Notes },
): Generator<number, void, undefined> {
  let last = 0
  for (let offset = first, previous = 0; offset !== 0;) {
    const array = arrayAt(pages, offset)
    if (array === undefined || offset <= previous) {
      notes.add('the list of entries is broken here: the others are searched for', offset)
      return
    }
    previous = offset
    const items = Math.floor((array.end - offset - entryArrayBytes) / layout.arrayItemBytes)
    for (let from = 0; from < items; from += itemsAtOnce) {
      const count = Math.min(itemsAtOnce, items - from)
      const block = itemsOf(pages, offset + entryArrayBytes + from * layout.arrayItemBytes, count, layout)
      for (const item of block) {
        // Arrays are made longer than they are filled.
        if (item === 0) continue
        if (item <= last || item % 8 !== 0 || item >= pages.size) {
          notes.add(`the list of entries has the wrong offset ${item}`, offset)
          continue
        }
        last = item
        yield item
      }
    }
    offset = array.next
  }
}

function arrayAt(pages: Pages, offset: number): { end: number; next: number } | undefined {
  if (offset % 8 !== 0) return undefined
  const at = pages.seek(offset, entryArrayBytes)
  if (at < 0 || pages.bytes[at] !== objectType.entryArray) return undefined
  const size = u64(pages.bytes, at + 8)
  if (size < entryArrayBytes) return undefined
  // A file that was cut off has what is there.
  return { end: Math.min(offset + size, pages.size), next: u64(pages.bytes, at + 16) }
}

function itemsOf(pages: Pages, offset: number, count: number, layout: Layout): Float64Array {
  const items = new Float64Array(count)
  const at = pages.seek(offset, count * layout.arrayItemBytes)
  if (at < 0) return items
  const { bytes } = pages
  for (let index = 0; index < count; index++) {
    items[index] = layout.isCompact ? u32(bytes, at + 4 * index) : u64(bytes, at + 8 * index)
  }
  return items
}
