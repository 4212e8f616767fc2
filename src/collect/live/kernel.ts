// Step 5: the kernel: modules by several views, BPF, tracing, settings, its log; mounts of every namespace; files that are open and
// deleted.

import type { CollectStep } from '../step.ts'
import { hostFile } from './host-file.ts'
import { Reader } from './reader.ts'
import { gather, isRunning, rowsItems } from './running.ts'

/** Lists of symbols and traced functions may be long. */
const kernelMs = 15_000
const files = ['/etc/ld.so.preload', '/etc/modules', '/etc/fstab', '/etc/sysctl.conf']

export const kernelStep: CollectStep = {
  id: 'kernel',
  title: 'modules, BPF, tracing, settings and log of the kernel, mounts, deleted files that are open',
  profiles: ['quick', 'full'],
  maxMs: { quick: 10_000, full: 120_000 },
  async *collect(context) {
    if (isRunning(context, 'facts of the kernel')) {
      await using reader = new Reader()
      yield* rowsItems(await gather(reader, { task: 'kernel' }, context, kernelMs))
      yield* rowsItems(await gather(reader, { task: 'mounts' }, context))
      yield* rowsItems(await gather(reader, { task: 'deleted-files' }, context))
    }
    for (const path of files) {
      const item = hostFile(context.root, path)
      if (item !== undefined) yield item
    }
  },
}
