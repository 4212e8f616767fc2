// haechi logins: who came, from where, and who was refused.

import { type Command, defineCommand } from '../command.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = {
  failed: { kind: 'flag', help: 'Only attempts that failed.' },
  all: { kind: 'flag', short: 'a', help: 'Also sessions of cron and of services, and account changes.' },
  ...rangeOptions,
  ...askOptions,
} as const

/** What people do; the rest is daemons and administration. */
const people = 'action in (logon, logoff, logon-failed, su, sudo, log-tampered, login-unrecorded)'

export const logins: Command<typeof options> = defineCommand({
  name: 'logins',
  summary: 'Show logins, failed ones too, su and sudo',
  usage: ['[OPTION]... [USER]...'],
  description: [
    'From audit, the journal, the logs of sshd, su and sudo, and utmp, wtmp and btmp: one login that several of them tell is one ' +
      'line. What somebody did to those files themselves is shown too.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi logins --since 7d', about: 'Of the last week.' },
    { command: 'haechi logins --failed --since 1h -n 1000', about: 'Somebody tries passwords.' },
    { command: 'haechi logins root', about: 'Of one user.' },
  ],
  exits: { 0: 'done, also when there are none', 2: 'no daemon and no store, or it may not be read' },
  async run({ options: given, operands, terminal }) {
    const { showEvents, quoted } = await import('../host/show-events.ts')
    const { localTime } = await import('../host/event-line.ts')
    const terms = [
      'dataset = hx.login',
      given.failed === true ? 'event.outcome = failure' : '',
      given.failed === true || given.all === true ? '' : people,
      operands.length === 0 ? '' : `user.name in (${operands.map((user) => quoted(user)).join(', ')})`,
    ]
    return showEvents(
      {
        where: terms.filter((term) => term !== '').join(' and '),
        head: ['TIME', 'WHAT', 'USER', 'FROM', 'METHOD', 'TTY', 'DETAIL'],
        none: 'no such logins',
        row: (event) => {
          const { login } = event.hx ?? {}
          const isBad = event.event.outcome === 'failure' || event.event.kind === 'alert'
          return [
            localTime(event['@timestamp']),
            { text: event.event.action, ...(isBad ? { style: 'red' as const } : {}) },
            event.user?.name ?? event.user?.id ?? '',
            event.source?.ip ?? event.source?.address ?? '',
            login?.method ?? '',
            login?.tty ?? '',
            event.message ?? '',
          ]
        },
      },
      given,
      terminal,
    )
  },
})
