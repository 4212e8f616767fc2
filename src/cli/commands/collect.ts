// haechi collect: evidence of a host as one signed package.

import { usage } from '../args.ts'
import { collectOptions } from '../collect/options.ts'
import { type Command, defineCommand } from '../command.ts'

export const collect: Command<typeof collectOptions> = defineCommand({
  name: 'collect',
  summary: 'Collect evidence of this host, a mounted disk or an image; check a package',
  usage: [
    '[OPTION]... [SOURCE]',
    'verify [--key PUBLIC-KEY] [--identity FILE] PACKAGE',
    'list [--targets FILE]... [quick|full]',
  ],
  description: [
    'Without SOURCE this host is collected, in the order in which things are gone: time, processes with their executables, network, ' +
      'kernel, sessions, then logs, accounts, what starts by itself, histories, and a timeline of all files. SOURCE is a folder where a ' +
      'disk is mounted, a raw image, or a disk: NTFS and ext are read directly, so that locked and hidden files ($MFT, hives, journals) ' +
      'are had.',
    'The package is a tar archive of zstd frames (`tar --zstd -xf` reads it) with a manifest that has the SHA-256 of each item, chained ' +
      'line by line, and a signature (Ed25519). The case file in it says who collected what with which program, how long each step took, ' +
      'and what could not be had. --encrypt-to encrypts the whole to public keys of age.',
    'Nothing is written on the examined disk: --output must be elsewhere, or - to send the package away, unless --allow-same-disk is ' +
      'given. The size is cut to what is free there. The command runs at low priority.',
    'verify reads a package again, byte for byte. Who wrote it is proven only with --key, the public key that the summary of the ' +
      'collection showed. list shows what would be looked for, and where.',
  ],
  operands: { least: 0, most: 2 },
  options: collectOptions,
  examples: [
    {
      command: 'haechi collect --profile quick -o /mnt/usb',
      about: 'This host, in a minute, onto another disk.',
    },
    {
      command: "haechi collect -o - | ssh evidence@vault 'cat > web01.tar.zst'",
      about: 'Onto another host.',
    },
    {
      command: 'haechi collect --case 2026-17 --encrypt-to age1… -o /cases disk.img',
      about: 'Out of an image.',
    },
    {
      command: 'haechi collect -t KapeFiles/Targets/Windows/EventLogs.tkape -n /mnt/windows',
      about: 'What a list would take.',
    },
    {
      command: 'haechi collect verify --key 5f0c… /cases/web01.tar.zst',
      about: 'Whether it is as it was written.',
    },
  ],
  exits: {
    0: 'collected; verify: the package is as it was written',
    1: 'verify: it is not',
    3: 'collected, but steps ended early or content was left out; the summary says which',
  },
  async run({ options: given, operands: [first, second], terminal }) {
    if (first === 'verify') {
      if (second === undefined) throw usage(collect, 'verify needs a package')
      const { runVerify } = await import('../collect/verify.ts')
      return runVerify(second, given, terminal)
    }
    if (first === 'list') {
      if (second !== undefined && second !== 'quick' && second !== 'full')
        throw usage(collect, `list takes quick or full; not ${second}`)
      const { runList } = await import('../collect/list.ts')
      return runList(second, given, terminal)
    }
    if (second !== undefined) throw usage(collect, `unexpected ${second}`)
    if (given['dry-run'] === true) {
      const { runPlan } = await import('../collect/plan.ts')
      return runPlan(first, given, terminal)
    }
    const { runCollect } = await import('../collect/run.ts')
    return runCollect(first, given, terminal)
  },
})
