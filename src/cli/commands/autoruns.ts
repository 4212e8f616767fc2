// haechi autoruns: what starts by itself on an examined disk, or by the hives of a Windows.

import { autorunsOptions } from '../autoruns/options.ts'
import { type Command, defineCommand } from '../command.ts'

export const autoruns: Command<typeof autorunsOptions> = defineCommand({
  name: 'autoruns',
  summary: 'Show what starts by itself on an examined disk, or by the hives of a Windows',
  usage: ['[OPTION]... DIR|IMAGE|PACKAGE...', '[OPTION]... HIVE|DIR...'],
  description: [
    'Reads every autostart place of the registry: Run keys and their like, Winlogon, ' +
      'Active Setup, services and drivers, scheduled tasks, debuggers of Image File Execution Options, AppInit and AppCert libraries, LSA and ' +
      'network providers, print monitors, Winsock, boot execute, known DLLs, shell extensions, browser helpers, COM servers of users, Office ' +
      'add-ins, codecs, screen savers, per machine and per user, 64 and 32 bit, in every control set.',
    'Of a whole disk (where it is mounted, as a raw image, or in a collected package) also what stands in files: start-up folders, tasks, ' +
      'scripts of group policy, profiles of PowerShell, start-up folders and templates of Office, win.ini, and subscriptions in the repository ' +
      'of WMI; of a Linux crontabs and jobs, units, init scripts, preloaded libraries, login scripts, udev rules, modules, desktop autostarts and SSH keys. ' +
      'Each with its program: who signed it, by itself or by a catalog, whether the signature fits, digest, version, what its imports allow it, or ' +
      'that the file is not there.',
    'Hives alone, or a folder of them, are told by their content: SYSTEM, SOFTWARE, NTUSER.DAT and UsrClass.dat of a collection belong together by ' +
      'where they lie. Transaction logs beside them are replayed in memory. Class ids are followed to their libraries.',
    'Entries as Windows itself has them, and what is switched off, are left out without --all. A program without a signature of its own is ' +
      '“unknown” where the disk has no catalogs, and a file is called missing only where the disk has a whole Windows.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: autorunsOptions,
  examples: [
    {
      command: 'haechi autoruns --unsigned /mnt/c',
      about: 'A mounted Windows, without what has a valid signature.',
    },
    { command: 'haechi autoruns --csv case.tar.zst > autoruns.csv', about: 'A collected package.' },
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
    2: 'a hive, disk or package could not be read, or none was found',
    3: 'something in a hive was damaged or missing; the rest was read',
  },
  async run({ options, operands, terminal }) {
    const { runAutoruns } = await import('../autoruns/run.ts')
    return runAutoruns(operands, options, terminal)
  },
})
