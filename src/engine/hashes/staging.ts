// The hashes of one kind while lists are read: columns in the order of the lists, which grow by doubling. `transfer`
// lets the allocator extend them in place where it can, so that growing needs no second copy.

import { digestWords } from './kinds.ts'

export interface StagedHashes {
  readonly count: number
  /** `digestWords` an entry. */
  readonly digests: Uint32Array
  readonly sizes: Uint32Array
  readonly names: Uint32Array
  add(digest: Uint32Array, size: number, name: number): void
}

export function createStagedHashes(): StagedHashes {
  let digests = new Uint32Array(0)
  let sizes = new Uint32Array(0)
  let names = new Uint32Array(0)
  let count = 0

  function grow(): void {
    const capacity = Math.max(64, count * 2)
    digests = new Uint32Array(digests.buffer.transfer(capacity * digestWords * 4))
    sizes = new Uint32Array(sizes.buffer.transfer(capacity * 4))
    names = new Uint32Array(names.buffer.transfer(capacity * 4))
  }

  return {
    get count() {
      return count
    },
    get digests() {
      return digests
    },
    get sizes() {
      return sizes
    },
    get names() {
      return names
    },
    add(digest, size, name) {
      if (count === sizes.length) grow()
      for (let word = 0; word < digestWords; word++) digests[count * digestWords + word] = digest[word] ?? 0
      sizes[count] = size
      names[count++] = name
    },
  }
}
