// The daemon under a service manager (systemd): says when it is ready, and, where the manager watches (WatchdogSec=), as long
// as every thread answers. Without a manager nothing happens.

import { type Daemon, notifyServiceManager } from '../../daemon/index.ts'

export interface ManagerLink {
  stop(): void
}

export function startManagerLink(daemon: Daemon): ManagerLink {
  const isManaged = notifyServiceManager('READY=1')
  const periodMs = isManaged ? watchdogPeriodMs() : undefined
  let timer: NodeJS.Timeout | undefined
  if (periodMs !== undefined) {
    timer = setInterval(() => {
      void tellAlive(daemon, periodMs)
    }, periodMs)
  }
  return {
    stop() {
      clearInterval(timer)
      if (isManaged) notifyServiceManager('STOPPING=1')
    },
  }
}

/** Silence is the sign: the manager ends a daemon in which a thread hangs, and starts it anew. */
async function tellAlive(daemon: Daemon, withinMs: number): Promise<void> {
  if (await daemon.isAlive(withinMs)) notifyServiceManager('WATCHDOG=1')
}

/** A third of the time after which the manager acts; undefined where it does not watch (sd_watchdog_enabled(3)). */
function watchdogPeriodMs(): number | undefined {
  const us = Number(process.env['WATCHDOG_USEC'])
  const forPid = process.env['WATCHDOG_PID']
  if (!(us > 0) || (forPid !== undefined && Number(forPid) !== process.pid)) return undefined
  return Math.max(100, Math.floor(us / 3000))
}
