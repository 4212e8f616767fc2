// The options of `haechi rules`; which action takes which is checked by the command.

import { configOption, type OptionTable, type OptionValues } from '../command.ts'
import { contentOptions } from '../content.ts'
import { rangeOptions } from '../host/options.ts'

export const rulesOptions = {
  ...contentOptions,
  rules: {
    ...contentOptions.rules,
    help: 'Use only what the command line names: YARA or Sigma rules, a file or a folder of them. `NAMESPACE:PATH` gives YARA rules a namespace.',
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
  events: {
    kind: 'text',
    short: 'e',
    value: 'FILE',
    multiple: true,
    help: 'test, explain, profile: these events for Sigma rules: ours as JSON lines, or Windows events as JSON.',
  },
  since: {
    ...rangeOptions.since,
    help: `test, explain, profile: the events that the host has stored. ${rangeOptions.since.help}`,
  },
  where: { kind: 'text', short: 'w', value: 'FILTER', help: 'Of the stored events only these.' },
  limit: {
    ...rangeOptions.limit,
    help: 'At most so many stored events; the newest count.',
    default: '100000',
  },
  sequence: { kind: 'count', value: 'N', help: 'explain: the stored event with this event.sequence.' },
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

/** Whether events are named, which only Sigma rules look at. */
export function asksForEvents({ events, since, where, limit, sequence }: RulesOptions): boolean {
  return [events, since, where, limit, sequence].some((value) => value !== undefined)
}

/** By its name: a rule file that is named counts as one even when it is damaged. */
export function isSigmaFile(path: string): boolean {
  return /\.ya?ml$/i.test(path)
}
