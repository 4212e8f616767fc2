// A program as a row of the table, and the colours of verdicts.

import type { Style } from '../render/terminal.ts'
import type { Examined } from '../../analysis/programs/examine.ts'

/** What the table needs of a program: reports of thousands would fill the memory. */
export type TableRow = ReturnType<typeof rowOf>

export function rowOf({ path, report, trust, risk }: Examined): {
  readonly path: string
  readonly kind: string
  readonly machine: string
  readonly status: Examined['trust']['status']
  readonly code: string
  readonly signer: string
  readonly risk: number
  readonly level: Examined['risk']['level']
  readonly description: string
} {
  const best = trust.signatures.find(({ status }) => status === trust.status) ?? trust.signatures[0]
  const { strings = {} } = report.versionInfo ?? {}
  return {
    path,
    kind: report.kind,
    machine: report.machine,
    status: trust.status,
    code: trust.code,
    signer: /(?:^|, )CN=([^,]{1,100})/.exec(best?.signer?.subject ?? '')?.[1] ?? '',
    risk: risk.score,
    level: risk.level,
    description: [strings['CompanyName'], strings['FileDescription']].filter(Boolean).join(': '),
  }
}

export const statusStyles = {
  valid: 'green',
  invalid: 'red',
  unsigned: 'yellow',
  unknown: 'dim',
} as const satisfies Record<TableRow['status'], Style>

export const levelStyles = {
  none: 'dim',
  low: 'dim',
  medium: 'yellow',
  high: 'red',
} as const satisfies Record<TableRow['level'], Style>
