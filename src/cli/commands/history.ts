// haechi history: what users typed, also what never reached a history file.

import { type Command, defineCommand } from '../command.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = { ...rangeOptions, ...askOptions } as const

export const history: Command<typeof options> = defineCommand({
  name: 'history',
  summary: 'Show the commands that users typed',
  usage: ['[OPTION]... [USER]...'],
  description: [
    'From what was started on a terminal, from what bash read (its built-ins too), and from the history files of bash, zsh, fish, ' +
      'python, databases and others. SOURCE says which of them told it; a history that was cleared is a line of its own.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi history alice --since today', about: 'Of one user, today.' },
    { command: 'haechi history --json -n 1000', about: 'Of everybody, for a program.' },
  ],
  exits: { 0: 'done, also when there are none', 2: 'no daemon and no store, or it may not be read' },
  async run({ options: given, operands, terminal }) {
    const { showEvents, quoted } = await import('../host/show-events.ts')
    const { localTime } = await import('../host/event-line.ts')
    const users = operands.map((user) => quoted(user)).join(', ')
    return showEvents(
      {
        where: `dataset = hx.history${users === '' ? '' : ` and user.name in (${users})`}`,
        head: ['TIME', 'USER', 'SOURCE', 'TTY', 'COMMAND'],
        none: 'no such commands',
        row: (event) => {
          const isAlert = event.event.kind === 'alert'
          return [
            localTime(event['@timestamp']),
            event.user?.name ?? event.user?.id ?? '',
            event.event.provider,
            event.hx?.login?.tty ?? '',
            {
              text: event.process?.command_line ?? event.message ?? '',
              ...(isAlert ? { style: 'red' as const } : {}),
            },
          ]
        },
      },
      given,
      terminal,
    )
  },
})
