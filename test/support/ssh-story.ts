// What the incident of the guessed password has to tell.

import type { Event } from '../../src/model/index.ts'
import type { PrivateSshd } from './private-sshd.ts'
import { intruder, type SshTrace } from './ssh-attack.ts'
import { type Chapter, descendants, isFrom } from './story.ts'

export function sshChapters({ weak }: PrivateSshd, trace: SshTrace): Chapter[] {
  const isLogin = (event: Event | undefined, action: string): boolean =>
    event?.event.action === action && event.user?.name === weak.name
  return [
    {
      name: 'passwords are tried',
      fits: (told) => isLogin(told.event, 'logon-failed') && isFrom(told, intruder),
    },
    { name: 'one fits', fits: (told) => isLogin(told.event, 'logon') && isFrom(told, intruder) },
    {
      name: 'the shell of the login',
      fits: ({ event }) => event?.event.action === 'exec' && event.process?.args?.[0] === '-bash',
    },
    {
      name: 'a script is fetched',
      fits: ({ event }) =>
        event?.event.action === 'exec' &&
        event.process?.name === 'curl' &&
        event.process.args?.includes(trace.script) === true,
    },
    {
      name: 'and run',
      fits: ({ event }) =>
        event?.event.action === 'exec' &&
        event.process?.name === 'sh' &&
        event.process.args?.[1] === trace.script,
    },
    {
      name: 'the history is emptied',
      fits: ({ event }) => event?.event.action === 'history-cleared' && event.file?.path === trace.history,
    },
  ]
}

/** sshd's processes of the intruder's connections, and what descends from them. */
export function intruderPids(events: readonly Event[]): Set<number> {
  const own = events.filter(
    ({ event, process, source }) =>
      event.action === 'accept' && process?.name?.startsWith('sshd') === true && source?.ip === intruder,
  )
  const logins = events.filter(({ event, source }) => event.dataset === 'hx.login' && source?.ip === intruder)
  const roots = [...own, ...logins].map(({ process }) => process?.pid ?? 0)
  const listener = events.find(({ event, process }) => event.action === 'listen' && process?.name === 'sshd')
    ?.process?.pid
  return descendants(
    events,
    roots.filter((pid) => pid !== 0 && pid !== listener),
  )
}
