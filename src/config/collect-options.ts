// The section [collect] of haechi.toml: how evidence is collected when nobody sits there, by policy or when the gate finds something.

import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

import type { Section } from './option.ts'

function collectionsFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/haechi/collections'
  const { XDG_STATE_HOME: named = '' } = process.env
  return join(isAbsolute(named) ? named : join(homedir(), '.local/state'), 'haechi/collections')
}

export const collectSection = {
  about:
    'Collections that the daemon starts: by policy (`[response] policy` with the action `collect`), or when the gate finds something.',
  options: {
    folder: {
      kind: 'path',
      initial: collectionsFolder(),
      initialText: '/var/lib/haechi/collections for root, else haechi/collections in the user’s state folder',
      about:
        'Folder for the packages; made with mode 0700. A disk of its own, or one of another host, keeps the evidence of deleted files.',
    },
    profile: {
      kind: 'choice',
      initial: 'quick',
      choices: ['quick', 'full'],
      about: 'What is collected: what is gone first, or everything.',
    },
    max_bytes: {
      kind: 'size',
      initial: 2 * 1024 ** 3,
      least: 1024 ** 2,
      about: 'Size of a package.',
    },
    max_time: {
      kind: 'duration',
      initial: 300_000,
      least: 1000,
      about: 'How long a collection may take.',
    },
    spacing: {
      kind: 'duration',
      initial: 3_600_000,
      least: 1000,
      about: 'Time between the beginnings of two collections; what comes sooner is only told.',
    },
    least_free_bytes: {
      kind: 'size',
      initial: 1024 ** 3,
      least: 0,
      about:
        'What stays free on the file system of the folder: a package is cut to that, and none is begun without.',
    },
    encrypt_to: {
      kind: 'texts',
      initial: [],
      about:
        'Public keys of age (`age1…`) that a package is encrypted to: then nobody on this host can read it.',
    },
    on_found: {
      kind: 'boolean',
      initial: false,
      about:
        'A malicious file that the gate finds starts a collection, too (told only, in dry-run mode of the responses).',
    },
  },
} as const satisfies Section
