// Options of haechi strings.

import type { OptionTable, OptionValues } from '../command.ts'

export const stringsOptions = {
  least: { kind: 'count', short: 'n', value: 'N', help: 'Fewest characters of a string.', default: '4' },
  encoding: {
    kind: 'text',
    short: 'e',
    value: 'NAME',
    multiple: true,
    help: 'ascii, utf-16le or utf-16be.',
    default: 'ascii and utf-16le',
  },
  'code-page': {
    kind: 'text',
    value: 'NAME',
    help: 'Instead of ASCII: cp949 (euc-kr), cp932 (shift-jis), euc-jp, cp936 (gbk), cp950 (big5), utf-8, cp866, koi8-r, cp874, cp1250 to cp1258.',
  },
  indicators: {
    kind: 'flag',
    short: 'i',
    help: 'Only strings with addresses, paths, registry keys or encoded data; say which.',
  },
  kind: {
    kind: 'text',
    value: 'KIND',
    multiple: true,
    help: 'Only strings with this: url, email, ipv4, ipv6, windows-path, unc-path, unix-path, registry-key, base64, hex.',
  },
  pid: { kind: 'count', value: 'PID', multiple: true, help: 'The memory of this process.' },
  radix: {
    kind: 'choice',
    short: 't',
    choices: ['x', 'd', 'o', 'none'],
    default: 'x',
    help: 'How offsets are written.',
  },
  json: { kind: 'flag', help: 'Write one JSON object a line: every string, then a summary.' },
} as const satisfies OptionTable

export type StringsOptionValues = OptionValues<typeof stringsOptions>
