// haechi net: who listens and who is connected now, with process and user; or the connections that were seen.

import { type Command, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = {
  listening: { kind: 'flag', short: 'l', help: 'Only what listens.' },
  ...rangeOptions,
  ...askOptions,
} as const

export const net: Command<typeof options> = defineCommand({
  name: 'net',
  summary: 'Show sockets and connections with their processes, of now or of the past',
  usage: ['[OPTION]...'],
  description: [
    'Without a time: the sockets of this moment, read from the kernel, and those that it hides from /proc marked as hidden. ' +
      'With --since: the connections that were seen, however short they were, with the names that had been looked up.',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [
    { command: 'sudo haechi net --listening', about: 'Who listens.' },
    {
      command: 'haechi net --since 1h',
      about: 'Every connection of the last hour, also those that lasted a millisecond.',
    },
  ],
  exits: { 0: 'done', 2: 'no daemon and no store for --since, or it may not be read' },
  requires: 'root',
  async run({ options: given, terminal }) {
    if (given.since !== undefined || given.until !== undefined) {
      const { showEvents } = await import('../host/show-events.ts')
      const { localTime } = await import('../host/event-line.ts')
      const where = given.listening === true ? 'action in (listen, listen-end)' : 'dataset = hx.network'
      return showEvents(
        {
          where,
          head: ['TIME', 'WHAT', 'PROTO', 'SOURCE', 'DESTINATION', 'USER', 'PROCESS'],
          none: 'no such connections',
          row: (event) => [
            localTime(event['@timestamp']),
            { text: event.event.action, ...(event.event.kind === 'alert' ? { style: 'red' as const } : {}) },
            event.network?.transport ?? '',
            endpointText(event.source),
            endpointText(event.destination),
            event.process?.user?.name ?? '',
            `${event.process?.executable ?? event.process?.name ?? ''}[${event.process?.pid ?? ''}]`,
          ],
        },
        given,
        terminal,
      )
    }
    const { takeSnapshot } = await import('../../daemon/index.ts')
    const { showTable, showProblems, column } = await import('../host/show-tables.ts')
    const { tables } = await takeSnapshot({ sensors: ['network'] })
    const wanted = given.listening === true ? ['listeners'] : ['listeners', 'connections']
    for (const { name, key, rows } of tables) {
      if (!wanted.includes(name)) continue
      const names = [...new Set([...key, ...rows.flatMap((row) => Object.keys(row))])]
      if (given.json !== true) terminal.out(terminal.style('bold', name))
      const columns = names.map((one) => column(one.toUpperCase(), one))
      showTable(rows, columns, { terminal, json: given.json ?? false, name: `net-${name}` })
    }
    showProblems(tables, terminal)
    return exitCodes.clean
  },
})

function endpointText(endpoint: { ip?: string; port?: number; domain?: string } | undefined): string {
  if (endpoint === undefined) return ''
  const { ip = '', port, domain } = endpoint
  const address = ip.includes(':') && port !== undefined ? `[${ip}]` : ip
  return `${address}${port === undefined ? '' : `:${port}`}${domain === undefined ? '' : ` (${domain})`}`
}
