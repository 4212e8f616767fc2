// haechi prefetch: which programs ran on a Windows computer, how often and when.

import { type Command, defineCommand } from '../command.ts'

const options = {
  json: {
    kind: 'flag',
    help: 'Write one JSON object a line: every file with all that is in it, then a summary.',
  },
  files: { kind: 'flag', short: 'f', help: 'Show the files that each program loaded, and its volumes.' },
} as const

export const prefetch: Command<typeof options> = defineCommand({
  name: 'prefetch',
  summary: 'Show which programs ran, from Windows prefetch files',
  usage: ['[OPTION]... FILE|DIR...'],
  description: [
    'Reads prefetch files (.pf) of Windows XP to 11, versions 17, 23, 26, 30 and 31, the compressed ones too: the program, how often ' +
      'it ran, its last runs (one up to Windows 7, eight since Windows 8), the volumes and the files that it loaded in its first ten ' +
      'seconds. Of a folder every .pf below it is read. The table shows the program that ran last first.',
    'The hash is of the path: the same program with two hashes ran from two places (or is one of the hosts whose hash covers the ' +
      'command line: svchost, dllhost, mmc, rundll32 …). Times are UTC.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi prefetch /mnt/windows/Windows/Prefetch', about: 'Every program, the latest first.' },
    { command: 'haechi prefetch --files CMD.EXE-4A81B364.pf', about: 'What one of them loaded.' },
    {
      command: 'haechi prefetch --json Prefetch | jq -r \'select(.path // "" | test("TEMP"))\'',
      about: 'Programs that ran from a folder for temporary files.',
    },
  ],
  exits: { 2: 'a file could not be read', 3: 'a file is damaged; what could be read is shown' },
  async run({ options: given, operands, terminal }) {
    const { runPrefetch } = await import('../prefetch/run.ts')
    return runPrefetch(operands, given, terminal)
  },
})
