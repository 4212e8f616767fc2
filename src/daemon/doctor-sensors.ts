// What this host lets the sensors see, and by which way. Every check tries the real thing, for a moment.

import { existsSync } from 'node:fs'

import { messageOf } from '../base/app-error.ts'
import { type BpfFeatureId, probeBpf } from '../platform/linux/bpf/features.ts'
import { ProcConnector } from '../platform/linux/proc-connector.ts'
import type { Check } from './doctor-check.ts'

/** Without these the process and network sensors fall back to a lower tier; the others cost a detail each. */
const needed: ReadonlySet<BpfFeatureId> = new Set(['btf', 'ring-buffer', 'raw-tracepoint'])
/** Nothing here uses them: they are told because other tools need them. */
const unused: ReadonlySet<BpfFeatureId> = new Set(['lsm', 'fentry'])

export function checkSensors(): Check[] {
  return [...bpfChecks(), connectorCheck(), journalCheck(), busCheck()]
}

function bpfChecks(): Check[] {
  return probeBpf().map(({ id, use, refused }) => {
    const name = `eBPF ${id}`
    if (refused === '') return { name, result: 'ok', detail: use }
    if (unused.has(id)) return { name, result: 'ok', detail: `not here, and not needed: ${refused}` }
    const cost = needed.has(id)
      ? 'processes are seen by audit or the proc connector instead'
      : `without it: no ${use}`
    return { name, result: 'warn', detail: `${refused}; ${cost}` }
  })
}

function connectorCheck(): Check {
  const name = 'process connector'
  try {
    new ProcConnector({ receiveBytes: 64 * 1024, kinds: 0 })[Symbol.dispose]()
    return { name, result: 'ok', detail: 'a second witness counts what is started' }
  } catch (thrown) {
    return { name, result: 'warn', detail: `${messageOf(thrown)}; no second witness` }
  }
}

function journalCheck(): Check {
  const isThere = existsSync('/run/systemd/journal/socket')
  return isThere
    ? { name: 'journal', result: 'ok', detail: 'is followed by its cursor' }
    : { name: 'journal', result: 'ok', detail: 'not on this host: log files are followed' }
}

function busCheck(): Check {
  const isThere = ['/run/systemd/private', '/run/dbus/system_bus_socket'].some((path) => existsSync(path))
  return isThere
    ? { name: 'service manager', result: 'ok', detail: 'starts and stops are told by systemd' }
    : {
        name: 'service manager',
        result: 'warn',
        detail: 'systemd does not run here: changed units are seen, starts and stops are not',
      }
}
