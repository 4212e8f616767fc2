// haechi strings: text in files, devices and the memory of processes.

import { type Command, defineCommand } from '../command.ts'
import { stringsOptions } from '../strings/options.ts'

export const strings: Command<typeof stringsOptions> = defineCommand({
  name: 'strings',
  summary: 'Find text in files, devices and the memory of processes',
  usage: ['[OPTION]... FILE...', '[OPTION]... --pid PID'],
  description: [
    'Looks for ASCII and UTF-16LE at every place, and shows where each string begins. --encoding chooses others; --code-page looks for text ' +
      'of a code page instead of ASCII, and for its script in UTF-16 (cp949 for Korean: EUC-KR and its extension, and Hangul in UTF-16). ' +
      'In binary data many pairs of bytes are letters of an Eastern code page: strings of which most letters are rare are left out.',
    'Addresses (URL, e-mail, IPv4, IPv6), paths of Windows and Unix, registry keys and encoded data (base64, hexadecimal) are highlighted on a ' +
      'terminal; --indicators shows only the strings that have some, with their kinds, and what encoded data say.',
    'Memory of a process is read region by region while it runs on; the offset is the address. That needs root, or the same user and ptrace rights.',
    '- is standard input.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: stringsOptions,
  examples: [
    { command: 'haechi strings program.exe', about: 'ASCII and UTF-16LE of at least four characters.' },
    {
      command: 'haechi strings --indicators -n 8 memory.dmp',
      about: 'Addresses, paths, keys and encoded data in a memory image.',
    },
    { command: 'haechi strings --code-page cp949 doc.hwp', about: 'Korean text.' },
    { command: 'haechi strings --kind url --pid 4711', about: 'URLs in the memory of a process.' },
  ],
  exits: { 2: 'a file or process could not be read' },
  async run({ options, operands, terminal }) {
    const { runStrings } = await import('../strings/run.ts')
    return runStrings(operands, options, terminal)
  },
})
