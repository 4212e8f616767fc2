// Sockets with the processes that own them.

import { listProcesses } from '../../platform/windows/processes.ts'
import { listSockets } from '../../platform/windows/sockets.ts'
import type { CollectStep } from '../step.ts'

export const networkStep: CollectStep = {
  id: 'sockets',
  title: 'sockets with the processes that own them',
  profiles: ['quick', 'full'],
  maxMs: { quick: 5000, full: 60_000 },
  async *collect() {
    const names = new Map(listProcesses().map(({ pid, name }) => [pid, name]))
    const rows = listSockets().map((socket) => ({
      transport: socket.transport,
      type: socket.type,
      state: socket.state ?? null,
      local_ip: socket.localAddress,
      local_port: socket.localPort,
      remote_ip: socket.remoteAddress ?? null,
      remote_port: socket.remotePort ?? null,
      // 0: of the system, or of nobody any more.
      pids: socket.pid === 0 ? [] : [socket.pid],
      process: names.get(socket.pid) ?? null,
    }))
    yield { kind: 'rows', name: 'sockets', rows }
  },
}
