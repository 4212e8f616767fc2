// haechi services: units, init scripts and scheduled jobs of now, or what changed among them; of a Windows from its hives.

import { AppError } from '../../base/app-error.ts'
import { type Command, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = {
  jobs: { kind: 'flag', short: 'j', help: 'Scheduled jobs (crontabs, timers, at) instead of services.' },
  all: { kind: 'flag', short: 'a', help: 'Also units that are not enabled.' },
  identity: {
    kind: 'text',
    value: 'FILE',
    help: 'Secret keys of age, one a line: for a package that is encrypted.',
  },
  ...rangeOptions,
  ...askOptions,
} as const

export const services: Command<typeof options> = defineCommand({
  name: 'services',
  summary: 'Show services and scheduled jobs, or what changed among them',
  usage: ['[OPTION]...', '[OPTION]... HIVE|DIR|IMAGE|PACKAGE...'],
  description: [
    'Without a time: what there is now, with the file that defines it, its package and what it runs. With --since: what was ' +
      'added, changed, removed, started or stopped, and by whom. Both need root.',
    'With registry hives, or folders that hold them: the services and drivers of a Windows (with --jobs its scheduled tasks), from the ' +
      'SYSTEM and SOFTWARE hive. Of a mounted disk, a raw image or a collected package also who signed their programs, and which are not there.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'sudo haechi services', about: 'What starts with this host.' },
    { command: 'sudo haechi services --jobs', about: 'What runs by the clock.' },
    { command: 'haechi services --since 1d', about: 'What changed since yesterday.' },
    {
      command: 'haechi services /mnt/c/Windows/System32/config/SYSTEM',
      about: 'Services and drivers of a Windows.',
    },
  ],
  exits: {
    0: 'done',
    2: 'no daemon and no store for --since, it may not be read, or no hive was found',
    3: 'something in a hive was damaged or missing; the rest was read',
  },
  async run({ options: given, operands, terminal }) {
    if (operands.length > 0) {
      if (given.since !== undefined || given.until !== undefined)
        throw new AppError('usage', '--since and --until are about this host, not about hives')
      const { runReport } = await import('../registry/report.ts')
      return runReport(given.jobs === true ? 'tasks' : 'services', operands, given, terminal)
    }
    if (process.geteuid?.() !== 0)
      throw new AppError('permission', 'haechi services must be run as root', {
        hint: 'sudo haechi services …',
      })
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
