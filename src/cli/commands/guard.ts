// haechi guard: on-access control in this process.

import { type Command, defineCommand } from '../command.ts'
import { applyOptions, guardOptions } from '../guard/options.ts'

export const guard: Command<typeof guardOptions> = defineCommand({
  name: 'guard',
  summary: 'Stop malicious files before they are opened or run',
  usage: ['[OPTION]... [PLACE]...'],
  description: [
    'While it runs, opening, reading or executing a malicious file at or below a place fails with "Operation not ' +
      'permitted", before the opener gets a handle. Clean files open as usual: the kernel remembers them until they change. ' +
      'Files are also judged when they were written, moved or linked into a place, and once in the background when the guard starts.',
    'An opener never waits longer than the deadline; then the policy answers, and the file is judged afterwards. If the ' +
      'guard itself stands still, the kernel ends it and frees every waiter. What could not be read is partial, never clean, and never remembered.',
    'One line is written for every decision worth one: found, partial, failed, or past the deadline. haechi status asks a ' +
      'running guard, haechi explain says what would happen to a file. SIGHUP loads the signatures again, SIGTERM ends the guard.',
    'Blocking needs root. With --mode observe it only reports; that also works without root.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: guardOptions,
  examples: [
    { command: 'haechi guard /srv/www /home', about: 'Guard two directories and everything below them.' },
    {
      command: 'haechi guard --filesystem / --exclude "/var/lib/docker/**"',
      about: 'Guard a whole file system, containers included.',
    },
    {
      command: 'haechi guard --on-found quarantine /srv/upload',
      about: 'Take malicious files away as well.',
    },
    {
      command: 'haechi guard --json /srv | jq -c "select(.verdict == \\"found\\")"',
      about: 'Feed decisions to a program.',
    },
  ],
  exits: { 0: 'ended by SIGTERM or SIGINT, every question answered', 2: 'the guard could not stand' },
  async run({ options: given, operands, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { runDaemon } = await import('../guard/run.ts')
    const { config } = await loadConfig({ file: given.config })
    const laid = applyOptions(config, given, operands, process.cwd())
    const options = { json: given.json ?? false, verbose: given.verbose ?? false, withHost: false }
    return runDaemon({ config: laid, ...options }, terminal)
  },
})
