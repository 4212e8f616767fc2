// haechi registry: hives of the Windows registry on any machine.

import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { registryOptions } from '../registry/options.ts'

export const registry: Command<typeof registryOptions> = defineCommand({
  name: 'registry',
  summary: 'Read hives of the Windows registry: keys, deleted ones, and what they tell',
  usage: ['[OPTION]... HIVE [KEY]', '--report SUBJECT [OPTION]... HIVE|DIR|IMAGE|PACKAGE...'],
  description: [
    'Reads SYSTEM, SOFTWARE, SAM, SECURITY, NTUSER.DAT, UsrClass.dat, Amcache.hve, BCD and every other hive, of Windows NT 4 to 11. ' +
      'A hive that was not written to its end is completed from the transaction logs beside it (.LOG, .LOG1, .LOG2), as Windows does when ' +
      'it loads it; the files stay as they are. Damaged hives are read as far as they go.',
    'KEY counts from the root of the hive, parts joined by \\; upper and lower case are the same. Without KEY the hive itself is described first.',
    'With --report several hives and folders, raw images and collected packages are read together. run-history: UserAssist, BAM and DAM, ShimCache, Amcache, MUICache, ' +
      'ShellBags, recently opened, typed and searched. accounts: of SAM, without secrets. usb: storage with its times and users. network: ' +
      'interfaces, known networks, shares. services: with their programs. system: name, version, installation, time zone, settings of ' +
      'logging. tasks: scheduled tasks, those too that Windows does not show.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: registryOptions,
  examples: [
    { command: 'haechi registry SYSTEM', about: 'What it is, and its first level.' },
    {
      command: "haechi registry --values NTUSER.DAT 'Software\\Microsoft\\Windows\\CurrentVersion\\Run'",
      about: 'One key with its values.',
    },
    { command: 'haechi registry --search powershell SOFTWARE', about: 'Where a word stands.' },
    { command: 'haechi registry --deleted --json NTUSER.DAT', about: 'What was deleted.' },
    {
      command: 'haechi registry --report run-history /mnt/c',
      about: 'What ran on a Windows that is mounted at /mnt/c.',
    },
  ],
  exits: {
    0: 'done',
    2: 'a hive could not be read, or has no such key',
    3: 'something in a hive was damaged or missing; the rest was read',
  },
  async run({ options, operands, terminal }) {
    if (options.report === undefined && operands.length > 2) {
      throw usage(registry, 'several hives are read with --report only')
    }
    if (options.search === '') throw usage(registry, '--search needs a text')
    const { runRegistry } = await import('../registry/run.ts')
    return runRegistry(operands, options, terminal)
  },
})
