// Options of haechi autoruns.

import type { OptionTable, OptionValues } from '../command.ts'

export const autorunsOptions = {
  all: {
    kind: 'flag',
    short: 'a',
    help: 'Also what Windows itself has there, what is switched off, and what is started by hand.',
  },
  category: {
    kind: 'text',
    value: 'NAME',
    multiple: true,
    help: 'Only this category: Logon, Explorer, "Internet Explorer", "Scheduled Tasks", Services, Drivers, Codecs, "Boot Execute", "Image Hijacks", AppInit, KnownDLLs, Winlogon, "Winsock Providers", "Print Monitors", "LSA Providers", "Network Providers", WMI, Office, COM, Other; of a Linux Cron, At, Units, Preload, Boot, Drivers, Logon, "SSH keys".',
  },
  unsigned: {
    kind: 'flag',
    short: 'u',
    help: 'Of a disk: leave out programs with a valid signature, except hosts of scripts and libraries, which run what others give them.',
  },
  missing: { kind: 'flag', short: 'm', help: 'Of a disk: only what names a file that is not there.' },
  'no-logs': { kind: 'flag', help: 'Hives as they lie there, without their transaction logs.' },
  identity: {
    kind: 'text',
    value: 'FILE',
    help: 'Secret keys of age, one a line: for a package that is encrypted.',
  },
  roots: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Believe these root certificates of signatures too: a PEM or DER file, or a folder.',
  },
  csv: { kind: 'flag', help: 'Write a table for spreadsheets.' },
  json: { kind: 'flag', help: 'Write one JSON object a line.' },
} as const satisfies OptionTable

export type AutorunsOptionValues = OptionValues<typeof autorunsOptions>
