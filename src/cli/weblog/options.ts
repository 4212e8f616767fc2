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
  limit: { kind: 'count', short: 'n', value: 'N', help: 'Incidents in the text report.', default: '20' },
  quiet: { kind: 'flag', short: 'q', help: 'Write no progress.' },
} as const satisfies OptionTable

export type WeblogOptionValues = OptionValues<typeof weblogOptions>
