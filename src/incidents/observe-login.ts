// Logins: from which address a session was opened, as whom, and what was done to accounts.

import type { Event } from '../model/index.ts'
import type { Observed, Seen } from './seen.ts'
import type { GraphNode } from './state.ts'
import { shortName } from './things.ts'
import { programName, type World } from './world.ts'

const accountTools: ReadonlySet<string> = new Set(
  'useradd adduser userdel deluser usermod passwd chpasswd chage groupadd addgroup groupdel groupmod gpasswd vipw newusers'.split(
    ' ',
  ),
)

export function observeLogin(world: World, observed: Observed): Seen {
  const { event } = observed
  const told = event.process === undefined ? undefined : world.things.process(event.process, event)
  switch (event.event.action) {
    case 'logon':
      return event.event.outcome === 'failure' ? failed(world, event) : logon(world, event, told)
    case 'logon-failed':
      return failed(world, event)
    case 'su':
    case 'sudo':
      return switched(world, observed, told)
    case 'user-added':
    case 'user-deleted':
    case 'user-changed':
    case 'password-changed':
    case 'group-changed':
      return changed(world, observed, told)
    case 'logoff':
    case 'session-start':
    case 'session-end':
      return { actor: told, others: [], subjects: [], isSilent: true }
    default: {
      const actor =
        told ?? (event.file?.path === undefined ? undefined : world.things.file(event.file.path, event))
      return { actor, others: [], subjects: actor === undefined ? [] : [actor] }
    }
  }
}

function addressOf(world: World, event: Event): GraphNode | undefined {
  const ip = event.source?.ip ?? event.source?.address
  return ip === undefined || ip === '' ? undefined : world.things.address(ip)
}

function accountOf(world: World, name: string | undefined): GraphNode | undefined {
  return name === undefined || name === '' ? undefined : world.things.other('account', name)
}

function logon(world: World, event: Event, told: GraphNode | undefined): Seen {
  const address = addressOf(world, event)
  const name = event.user?.name ?? event.user?.id ?? 'somebody'
  const id = event.hx?.login?.session ?? told?.id ?? String(event.event.sequence ?? event['@timestamp'])
  const session = world.things.other('session', id, `session of ${name}`)
  session.facts['user.name'] = name
  if (event.hx?.login?.method !== undefined) session.facts['hx.login.method'] = event.hx.login.method
  if (event.hx?.login?.session !== undefined) world.sessions.add(event.hx.login.session, session)
  if (told !== undefined) world.sessions.add(told.id, session)
  if (address !== undefined) {
    session.facts['source.ip'] = address.label
    const why = `${name} logged in from ${address.label}`
    world.memory.link({ from: address, to: session, kind: 'opened', why, event })
  }
  const account = accountOf(world, name)
  if (account !== undefined)
    world.memory.link({
      from: session,
      to: account,
      kind: 'acted-as',
      why: `the session is ${name}'s`,
      event,
    })
  // The shell may have been seen before the login was told.
  if (told !== undefined) linkShells(world, told, { session, event })
  return {
    actor: session,
    others: [address, account].filter((node) => node !== undefined),
    subjects: [session],
  }
}

function linkShells(
  world: World,
  daemon: GraphNode,
  { session, event }: { readonly session: GraphNode; readonly event: Event },
): void {
  const queue = [daemon]
  for (let at = 0; at < queue.length && at < 16; at++) {
    for (const { kind, from, to } of queue[at]?.links.slice() ?? []) {
      if (kind !== 'started' || from !== queue[at] || to.process === undefined) continue
      if (to.process.boundary === 'login') queue.push(to)
      else if (world.sessions.of(to) === session) {
        const why = `${shortName(to)} is the shell of this session`
        world.memory.link({ from: session, to, kind: 'opened', why, event })
      }
    }
  }
}

function failed(world: World, event: Event): Seen {
  const address = addressOf(world, event)
  const account = accountOf(world, event.user?.name)
  const others = account === undefined ? [] : [account]
  return { actor: address ?? account, others, subjects: address === undefined ? others : [address] }
}

function switched(world: World, { event }: Observed, told: GraphNode | undefined): Seen {
  const account = accountOf(world, event.user?.effective?.name)
  const session = event.hx?.login?.session
  const actor =
    told ?? (session === undefined ? undefined : world.memory.get('session', `session:${session}`))
  if (actor !== undefined && account !== undefined) {
    const why = `it changed to ${account.label}`
    world.memory.link({ from: actor, to: account, kind: 'acted-as', why, event })
  }
  const others = account === undefined ? [] : [account]
  return { actor: actor ?? account, others, subjects: actor === undefined ? others : [actor] }
}

/** Account tools log what they did; who they were is told by their command line. */
function changed(world: World, { event, ms }: Observed, told: GraphNode | undefined): Seen {
  const name = event.user?.target?.name ?? event.group?.name ?? event.user?.name ?? ''
  const account = accountOf(world, name)
  const tool =
    told ??
    world.commands.find(ms, 5000, (node) => {
      const text = node.process?.commandLine ?? ''
      return name !== '' && accountTools.has(programName(node)) && ` ${text} `.includes(` ${name} `)
    })
  const others = account === undefined ? [] : [account]
  if (tool !== undefined && account !== undefined) {
    const why = `${shortName(tool)} changed the account ${name}`
    world.memory.link({ from: tool, to: account, kind: 'acted-as', why, event })
  }
  return { actor: tool ?? account, others, subjects: tool === undefined ? others : [tool] }
}
