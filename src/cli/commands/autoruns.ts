// haechi autoruns: what starts by itself on a Windows whose hives are at hand.

import { autorunsOptions } from '../autoruns/options.ts'
import { type Command, defineCommand } from '../command.ts'

export const autoruns: Command<typeof autorunsOptions> = defineCommand({
  name: 'autoruns',
  summary: 'Show what starts by itself on a Windows, from its registry hives',
  usage: ['[OPTION]... HIVE|DIR...'],
  description: [
    'Reads every autostart place of the registry in the hives that are given or lie below the folders: Run keys and their like, Winlogon, ' +
      'Active Setup, services and drivers, scheduled tasks, debuggers of Image File Execution Options, AppInit and AppCert libraries, LSA and ' +
      'network providers, print monitors, Winsock, boot execute, known DLLs, shell extensions, browser helpers, COM servers of users, Office ' +
      'add-ins, codecs, screen savers, per machine and per user, 64 and 32 bit, in every control set.',
    'Hives are told by their content: SYSTEM, SOFTWARE, NTUSER.DAT and UsrClass.dat of a collection or a mounted disk belong together by ' +
      'where they lie. Transaction logs beside them are replayed in memory. Class ids are followed to their libraries.',
    'Entries as Windows itself has them, and what is switched off, are left out without --all. Files and their signatures are not looked at: ' +
      'haechi pe does that.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: autorunsOptions,
  examples: [
    { command: 'haechi autoruns /mnt/c/Windows/System32/config /mnt/c/Users', about: 'A mounted Windows.' },
    {
      command: 'haechi autoruns --category Logon NTUSER.DAT',
      about: 'What one user starts when logging on.',
    },
    {
      command: 'haechi autoruns --json collected/ | jq -r \'select(.technique == "T1546.012").command\'',
      about: 'Debuggers that take the place of programs.',
    },
  ],
  exits: {
    0: 'done',
    2: 'a hive could not be read, or none was found',
    3: 'something in a hive was damaged or missing; the rest was read',
  },
  async run({ options, operands, terminal }) {
    const { runAutoruns } = await import('../autoruns/run.ts')
    return runAutoruns(operands, options, terminal)
  },
})
