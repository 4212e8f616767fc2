// Options of haechi pe.

import type { OptionTable, OptionValues } from '../command.ts'

export const peOptions = {
  json: { kind: 'flag', help: 'Write one JSON object a line: one for each program, then a summary.' },
  verbose: {
    kind: 'flag',
    short: 'v',
    help: 'Tell everything of every program: all imports, exports, resources, certificates.',
  },
  roots: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Believe the root certificates in this PEM or DER file, or in the files of this folder, too.',
  },
  'only-given-roots': {
    kind: 'flag',
    help: 'Believe no roots but those of --roots: neither those of this host nor Microsoft’s.',
  },
  catalog: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Look for programs without a signature in this catalog file, or in all below this folder (CatRoot of the examined system).',
  },
  certificates: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Issuers that files may have left out. They are not believed, they only fill gaps.',
  },
  crl: {
    kind: 'text',
    value: 'FILE',
    multiple: true,
    help: 'A certificate revocation list. Without one, revocation is not checked: nothing is asked of the network.',
  },
  distrusted: {
    kind: 'text',
    value: 'FILE',
    help: 'SHA-1 or SHA-256 thumbprints, one a line, of certificates that nobody shall believe.',
  },
  at: {
    kind: 'text',
    value: 'TIME',
    help: 'Judge signatures without a time stamp as of this time.',
    default: 'now',
  },
  quiet: { kind: 'flag', short: 'q', help: 'Write no progress.' },
} as const satisfies OptionTable

export type PeOptionValues = OptionValues<typeof peOptions>
