// Options of haechi agent.

import type { OptionTable, OptionValues } from '../command.ts'

export const agentOptions = {
  scan: {
    kind: 'text',
    value: 'DIR',
    multiple: true,
    help: 'Scan programs, scripts, documents and archives that appear or change below this folder.',
  },
  sigma: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Run these Sigma rules, files or folders, over every event.',
  },
  level: {
    kind: 'choice',
    choices: ['informational', 'low', 'medium', 'high', 'critical'],
    default: 'low',
    help: 'With --sigma: rules of this level and above.',
  },
  channel: {
    kind: 'text',
    value: 'NAME',
    multiple: true,
    help: 'Follow this channel too, beside Security and Microsoft-Windows-Sysmon/Operational.',
  },
  poll: {
    kind: 'choice',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    help: 'Whether processes are polled: auto until the log tells of the first one.',
  },
  state: {
    kind: 'text',
    value: 'FILE',
    help: 'Keep there where each channel was, and go on there at the next start: nothing is lost between two runs.',
  },
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    help: 'Append the events to this file instead of writing them.',
  },
  rules: { kind: 'text', value: 'PATH', multiple: true, help: 'Scan with these YARA rules too.' },
  db: { kind: 'text', value: 'PATH', multiple: true, help: 'Scan with this ClamAV database too.' },
  'hash-list': { kind: 'text', value: 'FILE', multiple: true, help: 'Scan with this list of hashes too.' },
  for: { kind: 'duration', value: 'TIME', help: 'End after this time.', default: 'until Ctrl-C' },
  json: { kind: 'flag', help: 'With check: write one JSON object a line. Events always are.' },
} as const satisfies OptionTable

export type AgentOptionValues = OptionValues<typeof agentOptions>
