// haechi services: units, init scripts and scheduled jobs of now, or what changed among them.

import { type Command, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = {
  jobs: { kind: 'flag', short: 'j', help: 'Scheduled jobs (crontabs, timers, at) instead of services.' },
  all: { kind: 'flag', short: 'a', help: 'Also units that are not enabled.' },
  ...rangeOptions,
  ...askOptions,
} as const

export const services: Command<typeof options> = defineCommand({
  name: 'services',
  summary: 'Show services and scheduled jobs, or what changed among them',
  usage: ['[OPTION]...'],
  description: [
    'Without a time: what there is now, with the file that defines it, its package and what it runs. With --since: what was ' +
      'added, changed, removed, started or stopped, and by whom.',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [
    { command: 'sudo haechi services', about: 'What starts with this host.' },
    { command: 'sudo haechi services --jobs', about: 'What runs by the clock.' },
    { command: 'haechi services --since 1d', about: 'What changed since yesterday.' },
  ],
  exits: { 0: 'done', 2: 'no daemon and no store for --since, or it may not be read' },
  requires: 'root',
  async run({ options: given, terminal }) {
    if (given.since !== undefined || given.until !== undefined) {
      const { showEvents } = await import('../host/show-events.ts')
      const { localTime } = await import('../host/event-line.ts')
      return showEvents(
        {
          where: `dataset = ${given.jobs === true ? 'hx.schedule' : 'hx.service'}`,
          head: ['TIME', 'WHAT', 'NAME', 'FILE', 'DETAIL'],
          none: 'nothing changed',
          row: (event) => [
            localTime(event['@timestamp']),
            event.event.action,
            event.service?.name ?? '',
            event.file?.path ?? '',
            event.message ?? '',
          ],
        },
        given,
        terminal,
      )
    }
    const { takeSnapshot } = await import('../../daemon/index.ts')
    const { showTable, showProblems, column } = await import('../host/show-tables.ts')
    const { tables } = await takeSnapshot({ sensors: [given.jobs === true ? 'schedule' : 'service'] })
    for (const { name, key, rows } of tables) {
      const shown = rows.filter(
        (row) =>
          given.all === true ||
          !['static', 'disabled'].includes(String(row['state'] ?? row['enabled'] ?? '')),
      )
      const names = [...new Set([...key, ...rows.flatMap((row) => Object.keys(row))])].filter(
        (one) => !['sha256', 'mtime'].includes(one),
      )
      const columns = names.map((one) => column(one.toUpperCase(), one))
      showTable(shown, columns, { terminal, json: given.json ?? false, name })
    }
    showProblems(tables, terminal)
    return exitCodes.clean
  },
})
