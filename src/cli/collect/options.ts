// The options of haechi collect.

import { configOption, type OptionValues } from '../command.ts'

export const collectOptions = {
  profile: {
    kind: 'choice',
    choices: ['quick', 'full'],
    default: 'full',
    help: 'What is collected: what matters most in a minute, or everything.',
  },
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    help: 'The package: a file, a folder (a name is chosen), or - for standard output.',
    default: '- where standard output is no terminal',
  },
  targets: {
    kind: 'text',
    short: 't',
    value: 'FILE',
    multiple: true,
    help: 'Take what this list names, too: our YAML, a .tkape file of KAPE, or a folder of them.',
  },
  'max-bytes': {
    kind: 'size',
    value: 'SIZE',
    help: 'Content in the package.',
    default: '4 GiB quick, 256 GiB full',
  },
  'max-file': {
    kind: 'size',
    value: 'SIZE',
    help: 'Largest file whose content is taken.',
    default: '1 GiB, 16 GiB',
  },
  'max-seconds': { kind: 'count', value: 'SECONDS', help: 'Time for all steps.', default: '60, 21600' },
  case: { kind: 'text', value: 'ID', help: 'Number of the case, for the case file.' },
  examiner: { kind: 'text', value: 'NAME', help: 'Who collects.' },
  notes: { kind: 'text', value: 'TEXT', help: 'For those who read the case file later.' },
  suspect: {
    kind: 'count',
    value: 'PID',
    multiple: true,
    help: 'A process that is looked at closely: its memory is taken.',
  },
  'encrypt-to': {
    kind: 'text',
    value: 'age1…',
    multiple: true,
    help: 'Encrypt the package to this public key of age.',
  },
  key: {
    kind: 'text',
    value: 'KEY',
    help: 'Sign with this key (PEM file, Ed25519). verify: the public key whose signature is wanted (PEM file or 64 hex digits).',
    default: 'the key of this host',
  },
  identity: {
    kind: 'text',
    short: 'i',
    value: 'FILE',
    help: 'verify: secret keys of age, as age-keygen writes them.',
  },
  secrets: {
    kind: 'flag',
    help: 'Take hashes of passwords and private keys of a Linux host, too; without it only that they are there.',
  },
  'allow-same-disk': { kind: 'flag', help: 'Write the package on the examined disk all the same.' },
  socket: {
    kind: 'text',
    value: 'PATH',
    help: 'Socket of the daemon, which is asked what it has seen lately.',
    default: '/run/haechi/haechi.sock',
  },
  'dry-run': { kind: 'flag', short: 'n', help: 'Only show which files would be taken, with their sizes.' },
  json: {
    kind: 'flag',
    help: 'Write one JSON object a line (on standard error when the package goes to standard output).',
  },
  ...configOption,
} as const

export type CollectValues = OptionValues<typeof collectOptions>
