// Step 4: the network as the kernel has it, in every network namespace, and the ports that no list shows.

import type { CollectStep } from '../step.ts'
import { hostFile } from './host-file.ts'
import type { NetworkNamespace } from './network-facts.ts'
import { Reader } from './reader.ts'
import { gather, isRunning, rowsItem, rowsItems } from './running.ts'

const files = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/host.conf',
  '/etc/networks',
  '/etc/gai.conf',
]
/** What resolv.conf most often points to. */
const resolverFiles = [
  '/run/systemd/resolve/resolv.conf',
  '/run/systemd/resolve/stub-resolv.conf',
  '/run/NetworkManager/resolv.conf',
  '/run/resolvconf/resolv.conf',
]
const maxNamespaces = { quick: 64, full: 1024 } as const
/** All sockets of a busy host are listed in one go; every port is asked in another. */
const namespaceMs = 15_000
const portsMs = 20_000

export const networkStep: CollectStep = {
  id: 'network',
  title: 'sockets with their processes, hidden ports, interfaces, routes, packet filter, tracked connections',
  profiles: ['quick', 'full'],
  maxMs: { quick: 14_000, full: 300_000 },
  async *collect(context) {
    if (isRunning(context, 'sockets and routes')) {
      await using reader = new Reader()
      const namespaces = await gather(reader, { task: 'namespaces' }, context)
      const found = (namespaces.get('namespaces') ?? []) as NetworkNamespace[]
      yield rowsItem('network-namespaces', found)
      const taken = found.slice(0, maxNamespaces[context.profile])
      if (taken.length < found.length)
        context.note(`of ${found.length} network namespaces ${taken.length} were looked into`)
      for (const { inode, path } of taken) {
        if (context.leftMs() === 0) {
          context.note(`network namespace ${inode} was not looked into: the time is over`)
          continue
        }
        // A process that has gone into a namespace does not come back: the next one is another.
        await using own = new Reader()
        yield* rowsItems(await gather(own, { task: 'network', namespace: path, inode }, context, namespaceMs))
      }
      yield* rowsItems(await gather(reader, { task: 'hidden-ports' }, context, portsMs))
    }
    for (const path of [...files, ...resolverFiles]) {
      const item = hostFile(context.root, path)
      if (item !== undefined) yield item
    }
  },
}
