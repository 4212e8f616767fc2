// Keeps the heap of a thread near what is in use: the runtime would let it grow to twice of that before it collects, and with
// thousands of rules in memory that is what a small host feels.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const grownBytes = 40 * 1024 * 1024

/** Owns when garbage is collected next; costs a few tens of milliseconds each time. */
export class HeapKeeper {
  private readonly collect: () => void
  private settledBytes = 0

  constructor() {
    // Without the flag at the start of the process this is where the function is to be had.
    setFlagsFromString('--expose-gc')
    this.collect = runInNewContext('gc') as () => void
  }

  /** Collects garbage when the heap has grown by 20 MiB. */
  keep(): void {
    if (getHeapStatistics().used_heap_size < this.settledBytes + grownBytes) return
    this.collect()
    this.settledBytes = getHeapStatistics().used_heap_size
  }
}
