// haechi pe: what Windows programs are, who signed them, and what they may do.

import { type Command, defineCommand } from '../command.ts'
import { peOptions } from '../pe/options.ts'

export const pe: Command<typeof peOptions> = defineCommand({
  name: 'pe',
  summary: 'Examine Windows programs: structure, signature, imports, risk',
  usage: ['[OPTION]... FILE|DIR...'],
  description: [
    'Reads Portable Executables (programs, libraries, drivers, EFI programs) without running them, on any system: digests, headers, ' +
      'sections with their entropy, imports and exports, version information, rich header, TLS callbacks, debug data, overlay and ' +
      '.NET metadata. One program is told in full, several are a table (--verbose: each in full).',
    'Authenticode signatures are verified offline: digest and page hashes, the signer’s work, time stamps, and the chain up to a root ' +
      'that is believed, by default those of this host (ca-certificates) and Microsoft’s that come with haechi. The result has the code ' +
      'that Windows would give. Most files of Windows are signed in catalogs: without --catalog a program that carries no signature is ' +
      '`unknown`, not unsigned. Revocation is checked only against lists given by --crl.',
    'The risk is a score of 0 to 100 with its reasons and MITRE ATT&CK techniques: which imported functions come together in a program ' +
      'that does little else, functions looked for by hashes of their names, packers, and who stands for the program. It says what a ' +
      'program could do, not that it is malicious.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: peOptions,
  examples: [
    { command: 'haechi pe setup.exe', about: 'Everything about one program.' },
    {
      command: 'haechi pe --catalog /mnt/c/Windows/System32/CatRoot /mnt/c/Windows/System32',
      about: 'All programs of a mounted disk as a table, with the catalogs that sign most of them.',
    },
    {
      command: 'haechi pe --json /mnt/c/Users | jq -r \'select(.risk.level == "high") | .path\'',
      about: 'Those that need a look.',
    },
    {
      command: 'haechi pe --roots company-ca.pem --crl company.crl tool.exe',
      about: 'A program that is signed with a company’s own certificate.',
    },
  ],
  exits: {
    0: 'nothing that needs a look',
    1: 'a program has a high risk, or does not match its signature',
    2: 'something could not be read; the report is about the rest',
  },
  async run({ options, operands, terminal }) {
    const { runPe } = await import('../pe/run.ts')
    return runPe(operands, options, terminal)
  },
})
