// Options that all commands about the host have.

import { configOption, type OptionTable } from '../command.ts'

export const askOptions = {
  json: { kind: 'flag', help: 'Write one JSON object a line.' },
  socket: { kind: 'text', value: 'PATH', help: 'Socket of the daemon.', default: '/run/haechi/haechi.sock' },
  ...configOption,
} as const satisfies OptionTable

export const rangeOptions = {
  since: {
    kind: 'text',
    value: 'TIME',
    help: 'From this time on: `10m`, `2h`, `3d` ago, `today`, `yesterday`, `14:30`, `2026-11-22 10:00`.',
  },
  until: { kind: 'text', value: 'TIME', help: 'Up to this time.' },
  limit: { kind: 'count', short: 'n', value: 'N', help: 'At most so many; the newest count.', default: '50' },
} as const satisfies OptionTable

export interface AskValues {
  readonly json?: boolean
  readonly socket?: string
  readonly config?: string
}

export interface RangeValues {
  readonly since?: string
  readonly until?: string
  readonly limit?: number
}
