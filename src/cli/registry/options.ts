// Options of haechi registry.

import type { OptionTable, OptionValues } from '../command.ts'

export const reports = ['run-history', 'accounts', 'usb', 'network', 'services', 'system', 'tasks'] as const

export const registryOptions = {
  values: { kind: 'flag', short: 'v', help: 'With the values of every key that is shown.' },
  recursive: { kind: 'flag', short: 'r', help: 'Everything below the key, not only the next level.' },
  search: {
    kind: 'text',
    value: 'TEXT',
    help: 'Keys and values below the key whose name or text has TEXT in it, upper or lower case.',
  },
  deleted: {
    kind: 'flag',
    help: 'Keys and values that were deleted and are still in free parts of the hive.',
  },
  report: {
    kind: 'choice',
    choices: reports,
    help: 'What the hives tell about one subject, instead of keys; folders may be given too.',
  },
  identity: {
    kind: 'text',
    value: 'FILE',
    help: 'With --report: secret keys of age, one a line, for a package that is encrypted.',
  },
  'no-logs': { kind: 'flag', help: 'The hive as it lies there, without its transaction logs.' },
  json: { kind: 'flag', help: 'Write one JSON object a line.' },
} as const satisfies OptionTable

export type RegistryOptionValues = OptionValues<typeof registryOptions>
