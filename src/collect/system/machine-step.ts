// Step 12: the machine, the cloud it runs in, and the packages that are installed.

import type { CollectStep } from '../step.ts'
import { Host } from './host.ts'
import { cloudRows, machineRows, type MachineRow } from './machine.ts'
import { packageRows } from './packages.ts'

export const machineStep: CollectStep = {
  id: 'machine',
  title: 'Hardware, virtual machine, cloud, installed packages',
  profiles: ['full'],
  maxMs: { quick: 10_000, full: 5 * 60_000 },
  async *collect(context) {
    using host = new Host(context)
    const rows: MachineRow[] = [...(host.isRunning ? machineRows() : []), ...cloudRows(host)]
    yield { kind: 'rows', name: 'machine', rows }
    yield { kind: 'rows', name: 'packages', rows: packageRows(host) }
  },
}
