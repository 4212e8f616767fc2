// What the incident of the attack on a web site has to tell.

import type { Event } from '../../src/model/index.ts'
import { type AttackTrace, attacker } from './attack.ts'
import { type Chapter, descendants, isFrom, isRequest, type Told } from './story.ts'
import type { WebSite } from './web-site.ts'

export function webChapters(site: WebSite, trace: AttackTrace): Chapter[] {
  const shellRequest = (command: string) => (told: Told) =>
    isRequest(told, `${trace.shellPath}?cmd=${encodeURIComponent(command)}`) && isFrom(told, attacker)
  return [
    {
      name: 'a scanner looks around',
      fits: (told) => isRequest(told, '/.git/config') && isFrom(told, attacker),
    },
    {
      name: 'the request that uploads',
      fits: (told) => isRequest(told, 'POST') && isRequest(told, '/upload.php') && isFrom(told, attacker),
    },
    {
      name: 'the uploaded file, by the server',
      fits: ({ event }) =>
        event?.event.dataset === 'hx.file' &&
        event.file?.path === trace.shellFile &&
        site.serverNames.some((name) => event.process?.name?.startsWith(name) === true),
    },
    {
      name: 'the verdict on it',
      fits: ({ event, step }) =>
        event?.event.dataset === 'hx.verdict' && event.file?.path === trace.shellFile && step.severity >= 60,
    },
    { name: 'the first request for the web shell', fits: shellRequest('id') },
    {
      name: 'the shell that the server started for it',
      fits: ({ event }) =>
        isExec(event, ['sh', '-c', 'id']) &&
        site.serverNames.some((name) => event?.process?.parent?.name?.startsWith(name) === true),
    },
    { name: 'the command', fits: ({ event }) => isExec(event, ['id']) },
    { name: 'the second request for the web shell', fits: shellRequest('uname -a') },
    { name: 'the second command', fits: ({ event }) => isExec(event, ['uname', '-a']) },
    {
      name: 'the connection back to the attacker',
      fits: ({ event }) =>
        event?.event.action === 'connect' &&
        event.process?.pid === trace.bashPid &&
        event.destination?.ip === attacker &&
        event.destination.port === trace.reversePort,
    },
    {
      name: 'a command in the reverse shell',
      fits: ({ event }) => isExec(event, ['whoami']) && event?.process?.parent?.pid === trace.bashPid,
    },
    {
      name: 'the copied shell',
      // On a busy host its creation and its set-uid bit are one change of the file.
      fits: ({ event }) => isExec(event, ['cp', '/bin/dash', trace.setuidFile]),
    },
    {
      name: 'its set-uid bit',
      fits: ({ event }) =>
        event?.event.action === 'setuid-added' &&
        event.file?.path === trace.setuidFile &&
        event.process?.name === 'chmod',
    },
    {
      name: 'the job of cron',
      fits: ({ event }) =>
        (event?.event.action === 'job-added' || event?.event.action === 'autostart-added') &&
        event.file?.path === trace.crontab,
    },
    {
      name: 'the emptied log',
      fits: ({ event }) => event?.event.action === 'log-cleared' && event.file?.path === trace.log,
    },
    {
      name: 'the request that started the reverse shell',
      anyTime: true,
      fits: (told) => isRequest(told, '%2Fdev%2Ftcp%2F') && isFrom(told, attacker),
    },
  ]
}

/** What the server started for the attacker, and all that came of it. */
export function attackPids(site: WebSite, events: readonly Event[]): Set<number> {
  const shells = events.filter(
    ({ event, process }) =>
      event.action === 'exec' &&
      process?.name === 'sh' &&
      site.serverNames.some((name) => process.parent?.name?.startsWith(name) === true),
  )
  return descendants(
    events,
    shells.map(({ process }) => process?.pid ?? 0),
  )
}

function isExec(event: Event | undefined, args: readonly string[]): boolean {
  return event?.event.action === 'exec' && JSON.stringify(event.process?.args) === JSON.stringify(args)
}
