// Who logged in from where: logins of event logs and login records, summed up.

import type { Event } from '../../model/index.ts'

const maxRows = 3000

export interface LogonRow {
  readonly user: string
  readonly from: string
  readonly method: string
  readonly outcome: 'success' | 'failure'
  readonly host: string
  count: number
  first: string
  last: string
}

export class Logons {
  readonly #rows = new Map<string, LogonRow>()
  /** Logins that are in no row. */
  dropped = 0

  see(event: Event): void {
    const { action, outcome } = event.event
    if (event.event.dataset !== 'hx.login' || (action !== 'logon' && action !== 'logon-failed')) return
    const method = event.hx?.login?.method ?? ''
    // Services and the system log on all the time.
    if (method === 'service' || method === 'system') return
    const row = {
      user: event.user?.name ?? event.user?.id ?? '',
      from: event.source?.ip ?? event.source?.address ?? event.source?.domain ?? '',
      method,
      outcome:
        action === 'logon-failed' || outcome === 'failure' ? ('failure' as const) : ('success' as const),
      host: computerOf(event),
    }
    const key = Object.values(row).join('\n')
    const time = event['@timestamp']
    const known = this.#rows.get(key)
    if (known === undefined) {
      if (this.#rows.size >= maxRows) this.dropped += 1
      else this.#rows.set(key, { ...row, count: 1, first: time, last: time })
      return
    }
    known.count += 1
    if (time < known.first) known.first = time
    if (time > known.last) known.last = time
  }

  /** The latest first. */
  rows(): readonly LogonRow[] {
    return [...this.#rows.values()].toSorted((a, b) => (a.last < b.last ? 1 : -1))
  }
}

function computerOf(event: Event): string {
  const log = event.hx?.['winlog']
  return typeof log === 'object' && log !== null && 'computer' in log ? String(log.computer) : ''
}
