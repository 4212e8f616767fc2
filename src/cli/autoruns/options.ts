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
    help: 'Only this category: Logon, Explorer, "Internet Explorer", "Scheduled Tasks", Services, Drivers, Codecs, "Boot Execute", "Image Hijacks", AppInit, KnownDLLs, Winlogon, "Winsock Providers", "Print Monitors", "LSA Providers", "Network Providers", WMI, Office, COM, Other.',
  },
  'no-logs': { kind: 'flag', help: 'Hives as they lie there, without their transaction logs.' },
  json: { kind: 'flag', help: 'Write one JSON object a line.' },
} as const satisfies OptionTable

export type AutorunsOptionValues = OptionValues<typeof autorunsOptions>
