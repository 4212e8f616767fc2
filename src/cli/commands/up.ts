// haechi up: the whole daemon in this process.

import { type Command, defineCommand } from '../command.ts'
import { applyOptions, upOptions } from '../guard/options.ts'

export const up: Command<typeof upOptions> = defineCommand({
  name: 'up',
  summary: 'Run the whole daemon: guard places, watch the host, keep events',
  usage: ['[OPTION]... [PLACE]...'],
  description: [
    'Guards the places as haechi guard does, and sees what happens on the host: every process with its arguments, connections ' +
      'and names that were looked up, files that matter, logins, typed commands, services, schedules and log lines. Events are kept in a ' +
      'store on this host, completed with user, container, and digest and verdict of the executable.',
    'Each sensor takes the best source that the host offers and says which one (haechi status): nothing is lowered silently. What the ' +
      'kernel or the daemon had to drop is counted exactly, shown, and an event itself (sensor.loss).',
    'haechi events, ps, net, logins, history, services and suid ask it. Without a place nothing is refused; the host is watched all the same.',
    'Seeing the host needs root. SIGHUP loads the signatures again, SIGTERM ends the daemon: what the kernel has queued by then is stored.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: upOptions,
  examples: [
    { command: 'haechi up /srv/www /home', about: 'Guard two directories and watch the host.' },
    { command: 'haechi up', about: 'With the places of haechi.toml, or none.' },
    { command: 'haechi events --follow', about: 'In another terminal: what happens now.' },
  ],
  exits: { 0: 'ended by SIGTERM or SIGINT, every question answered', 2: 'the daemon could not stand' },
  async run({ options: given, operands, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { runDaemon } = await import('../guard/run.ts')
    const { config } = await loadConfig({ file: given.config })
    const laid = applyOptions(config, given, operands, process.cwd())
    const options = { json: given.json ?? false, verbose: given.verbose ?? false, withHost: true }
    return runDaemon({ config: laid, ...options }, terminal)
  },
})
