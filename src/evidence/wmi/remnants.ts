// Bindings of which only the texts are left: references to a filter outside of every record that was found.

import type { EvidenceSource } from '../source.ts'
import type { CimInstance } from './instance.ts'
import { bindingIn } from './reference.ts'
import type { WmiObject } from './wmi-object.ts'

const mark = '__EventFilter.Name="'
const chunkBytes = 4 * 1024 * 1024
/** Both references of a binding lie close together. */
const around = 1024
const mostCarved = 1000
const mostTried = 20_000

/** One for each pair of names. */
export function carvedBindings(
  source: EvidenceSource,
  found: readonly { readonly offset: number; readonly instance: CimInstance }[],
): WmiObject[] {
  const seen = new Set<string>()
  const carved: WmiObject[] = []
  let tried = 0
  for (let start = 0; start < source.size; start += chunkBytes) {
    const read = source.read(start, chunkBytes + mark.length - 1)
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.length)
    for (
      let at = bytes.indexOf(mark);
      at >= 0 && carved.length < mostCarved && tried < mostTried;
      at = bytes.indexOf(mark, at + 1)
    ) {
      const offset = start + at
      tried += 1
      if (found.some((record) => offset >= record.offset && offset < record.offset + record.instance.bytes))
        continue
      const { consumer, filter } = bindingAround(source, offset)
      const key = `${consumer?.class}\n${consumer?.name}\n${filter?.name}`
      if (consumer === undefined || filter === undefined || seen.has(key)) continue
      seen.add(key)
      const binding = { kind: 'binding', class: '__FilterToConsumerBinding', state: 'remnant' } as const
      carved.push({ ...binding, offset, timestamps: [], properties: {}, consumer, filter })
    }
  }
  return carved
}

function bindingAround(source: EvidenceSource, offset: number): ReturnType<typeof bindingIn> {
  const start = Math.max(0, offset - around)
  const text = Buffer.from(source.read(start, 2 * around)).toString('latin1')
  const place = offset - start
  // The texts end at NULs; the nearest ones are the pair.
  const before = text.slice(0, place).split('\0').slice(-4).toReversed()
  const after = text.slice(place).split('\0').slice(0, 4)
  const own = `${before[0] ?? ''}${after[0] ?? ''}`
  return bindingIn([own, ...after.slice(1), ...before.slice(1)])
}
