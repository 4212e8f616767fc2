// Start-up touches most of the runtime's binary; a guard that stands needs little of it. Giving the clean pages back at
// once keeps the resident set at what is used; the page cache has them when they are needed again (madvise(2)).

import { readFileSync } from 'node:fs'

import { libc } from './libc.ts'

const madvise = libc.func('int madvise(intptr_t address, size_t length, int advice)')
const mallocTrim = libc.func('int malloc_trim(size_t pad)')
const dontNeed = 4

/** Gives free memory of the C library's heap back to the system (malloc_trim(3)). */
export function trimHeap(): void {
  mallocTrim(0)
}

/** Only private file mappings that were never written: nothing can be lost. */
export function releaseBinaryPages(): void {
  const mappings = readFileSync('/proc/self/smaps', 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  for (const mapping of mappings) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ [1-9]\d* +\//.exec(mapping) ?? []
    if (from === undefined || to === undefined || !/^Anonymous: +0 kB/m.test(mapping)) continue
    const address = BigInt(`0x${from}`)
    madvise(address, BigInt(`0x${to}`) - address, dontNeed)
  }
}
