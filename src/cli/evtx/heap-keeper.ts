// Keeps the heap of a thread near what is in use: the runtime would let it grow to twice of that before it collects, and with
// thousands of rules in memory that is what a small host feels.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const usualGrownBytes = 40 * 1024 * 1024

/**
 * What is read is garbage soon: room for young objects that grows only makes that lie longer. For the whole process, and of
 * most use before it has loaded much.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Owns when garbage is collected next; costs a few tens of milliseconds each time. */
export class HeapKeeper {
  private readonly collect: () => void
  private readonly grownBytes: number
  private settledBytes = 0

  constructor(grownBytes = usualGrownBytes) {
    this.grownBytes = grownBytes
    // Without the flag at the start of the process this is where the function is to be had.
    setFlagsFromString('--expose-gc')
    this.collect = runInNewContext('gc') as () => void
  }

  /** Collects garbage when the heap has grown by so much. */
  keep(): void {
    if (getHeapStatistics().used_heap_size < this.settledBytes + this.grownBytes) return
    this.collect()
    this.settledBytes = getHeapStatistics().used_heap_size
  }
}
