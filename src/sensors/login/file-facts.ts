// Facts of the records of wtmpdb.

import { factOf, isoOf, type LoginFact, terminalOf } from '../../evidence/logins/index.ts'
import type { WtmpdbRow } from './wtmpdb.ts'

export function wtmpdbLogin(row: WtmpdbRow): LoginFact {
  return factOf({ ...rowFields(row), action: 'logon', timeMs: row.loginMs, time: isoOf(row.loginMs) })
}

export function wtmpdbLogout(row: WtmpdbRow): LoginFact {
  const timeMs = row.logoutMs ?? row.loginMs
  return factOf({ ...rowFields(row), action: 'logoff', timeMs, time: isoOf(timeMs) })
}

function rowFields({ user, host, tty }: WtmpdbRow): Pick<LoginFact, 'provider' | 'witness' | 'outcome'> & {
  user: string | undefined
  host: string | undefined
  tty: string | undefined
} {
  return {
    provider: 'wtmpdb',
    witness: 'wtmpdb',
    outcome: 'success',
    user: user === '' ? undefined : user,
    host: host === '' || host.startsWith(':') ? undefined : host,
    tty: terminalOf(tty),
  }
}
