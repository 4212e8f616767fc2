// The section [response] of haechi.toml: what may be done about an incident, by whom never, and where it is written down.

import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

import type { Section } from './option.ts'

function responseFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/haechi'
  const { XDG_STATE_HOME: named = '' } = process.env
  return join(isAbsolute(named) ? named : join(homedir(), '.local/state'), 'haechi')
}

export const responseSection = {
  about: 'What is done about an incident: `haechi respond`, and by policy.',
  options: {
    directory: {
      kind: 'path',
      initial: responseFolder(),
      initialText: '/var/lib/haechi for root, else haechi in the user’s state folder',
      about: 'Folder of `responses.jsonl`, which says who did what, when and why, and how to undo it.',
    },
    mode: {
      kind: 'choice',
      initial: 'dry-run',
      choices: ['dry-run', 'act'],
      about: '`dry-run`: the policy only tells what it would do.',
    },
    policy: {
      kind: 'responses',
      initial: [],
      about:
        'What the daemon does by itself with what an incident suggests, from this level on: tables such as ' +
        '`{ level = "critical", action = "kill-tree" }`.',
    },
    max_actions_per_hour: {
      kind: 'count',
      initial: 10,
      least: 0,
      most: 100_000,
      about: 'Actions by policy in any hour; further ones are only told.',
    },
    exempt_addresses: {
      kind: 'texts',
      initial: [],
      about: 'Addresses and networks that no policy blocks.',
    },
    exempt_accounts: { kind: 'texts', initial: [], about: 'Accounts that no policy touches, by name.' },
    exempt_paths: {
      kind: 'texts',
      initial: [],
      about: 'Globs of files that no policy quarantines, and of executables whose processes none ends.',
    },
    exempt_units: {
      kind: 'texts',
      initial: [],
      about: 'Units of systemd, e.g. `postgresql.service`, whose processes no policy ends.',
    },
    block_for: {
      kind: 'duration',
      initial: 86_400_000,
      least: 1000,
      about: 'How long an address is blocked.',
    },
    isolate_for: {
      kind: 'duration',
      initial: 3_600_000,
      least: 1000,
      about: 'How long the host is isolated; the kernel ends it then, whatever runs.',
    },
    management_addresses: {
      kind: 'texts',
      initial: [],
      about: 'Addresses and networks from which ssh reaches the host while it is isolated.',
    },
    management_port: {
      kind: 'count',
      initial: 22,
      least: 1,
      most: 65_535,
      about: 'Port on which ssh listens.',
    },
    isolation_allow: {
      kind: 'texts',
      initial: [],
      about: 'Addresses and networks that an isolated host still reaches, such as a log server.',
    },
  },
} as const satisfies Section
