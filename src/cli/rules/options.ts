// The options of `haechi rules`; which action takes which is checked by the command.

import { configOption, type OptionTable, type OptionValues } from '../command.ts'
import { contentOptions } from '../content.ts'

export const rulesOptions = {
  ...contentOptions,
  rules: {
    ...contentOptions.rules,
    help: 'Use only what the command line names: YARA rules, a file or a folder of them. `NAMESPACE:PATH` names their namespace.',
  },
  json: { kind: 'flag', help: 'Write one JSON object a line.' },
  quiet: { kind: 'flag', short: 'q', help: 'lint: only errors and the figures.' },
  match: {
    kind: 'text',
    value: 'FILE',
    multiple: true,
    help: 'test: one of the rules must match this file.',
  },
  'no-match': {
    kind: 'text',
    value: 'FILE',
    multiple: true,
    help: 'test: none of the rules may match this file.',
  },
  member: {
    kind: 'text',
    short: 'm',
    value: 'NAME',
    multiple: true,
    help: 'explain: this member of the file; once for each container on the way.',
  },
  password: { kind: 'text', value: 'TEXT', multiple: true, help: 'Try this password on encrypted members.' },
  top: { kind: 'count', value: 'N', help: 'profile: show so many rules.', default: '20' },
  hash: {
    kind: 'text',
    value: 'HASH[:SIZE]',
    help: 'add: the MD5, SHA-1 or SHA-256 of a file, and its size if it is known.',
  },
  pattern: {
    kind: 'text',
    value: 'HEX',
    help: 'add: bytes as in a YARA hex string, such as "4d 5a ?? 00 [2-4] ff".',
  },
  rule: { kind: 'text', value: 'FILE', multiple: true, help: 'add: the rules in this file.' },
  socket: { kind: 'text', value: 'PATH', help: 'Socket of the guard that loads what was changed.' },
  ...configOption,
} as const satisfies OptionTable

export type RulesOptions = OptionValues<typeof rulesOptions>
