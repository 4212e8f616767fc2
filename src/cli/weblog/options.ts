// Options of haechi weblog.

import type { OptionTable, OptionValues } from '../command.ts'

export const weblogOptions = {
  json: {
    kind: 'flag',
    help: 'Write one JSON object a line: every finding, then every incident, then a summary.',
  },
  html: {
    kind: 'text',
    value: 'FILE',
    help: 'Also write the report as one HTML page that needs nothing else.',
  },
  since: {
    kind: 'text',
    value: 'TIME',
    help: 'From this time on: `10m`, `2h`, `3d` ago, `today`, `yesterday`, `14:30`, `2026-11-22 10:00`.',
  },
  until: { kind: 'text', value: 'TIME', help: 'Up to this time.' },
  'min-confidence': {
    kind: 'count',
    value: 'N',
    help: 'Tell findings of this confidence and above, 1 to 100.',
    default: '60',
  },
  format: {
    kind: 'text',
    value: 'FORMAT',
    help: 'LogFormat of Apache or log_format of nginx, as in the configuration, for logs whose format is not found.',
  },
  'trusted-proxy': {
    kind: 'text',
    value: 'NETWORK',
    multiple: true,
    help: 'A proxy in front of the server, as an address or a network (10.0.0.0/8): the client of what it passes on is taken from X-Forwarded-For and its like, where the log has it.',
  },
  root: {
    kind: 'text',
    value: 'DIR',
    multiple: true,
    help: 'Document root on this host: scripts that answered are looked up there, and one that is a web shell is told.',
  },
  limit: { kind: 'count', short: 'n', value: 'N', help: 'Incidents in the text report.', default: '20' },
  quiet: { kind: 'flag', short: 'q', help: 'Write no progress.' },
} as const satisfies OptionTable

export type WeblogOptionValues = OptionValues<typeof weblogOptions>
