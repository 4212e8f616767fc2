// haechi metrics: the daemon's counts in the text format of Prometheus.

import { type Command, configOption, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

const options = {
  socket: { kind: 'text', value: 'PATH', help: 'Socket of the daemon.', default: '/run/haechi/haechi.sock' },
  ...configOption,
} as const

export const metrics: Command<typeof options> = defineCommand({
  name: 'metrics',
  summary: 'Print the counts of the running daemon for Prometheus',
  usage: ['[OPTION]...'],
  description: [
    'What was asked, refused, seen, stored and lost since the start. Prometheus can also fetch them itself: [daemon] metrics_listen.',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [
    {
      command: 'haechi metrics > /var/lib/prometheus/node-exporter/haechi.prom',
      about: 'For the text file collector of node_exporter.',
    },
  ],
  exits: { 0: 'done', 2: 'no daemon answers, or it may not be asked' },
  async run({ options: given, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { ask } = await import('../../daemon/index.ts')
    const { config } = await loadConfig({ file: given.config })
    const text = await ask(given.socket ?? config.daemon.socket, { command: 'metrics' })
    terminal.out(String(text).trimEnd())
    return exitCodes.clean
  },
})
