// Connections: a server's are kept to know whom it served, everybody else's are links to addresses.

import type { Event } from '../model/index.ts'
import type { Observed, Seen } from './seen.ts'
import type { GraphNode } from './state.ts'
import { shortName } from './things.ts'
import type { World } from './world.ts'

const outgoing: ReadonlySet<string> = new Set([
  'connect',
  'connection-attempt',
  'connection-refused',
  'connection-failed',
  'udp',
])
/** Names, time, address assignment: every program's. */
const servicePorts: ReadonlySet<number> = new Set([53, 67, 68, 123, 853, 5353, 5355])
const maxClients = 16

export function observeNetwork(world: World, { event, ms }: Observed): Seen {
  const actor = event.process === undefined ? undefined : world.things.process(event.process, event)
  const { action } = event.event
  const facts = actor?.process
  if (event.event.kind === 'state') return { actor, others: [], subjects: [], isSilent: true }
  if (facts?.boundary === 'web' && (action === 'accept' || action === 'close')) {
    serves(world, actor, { event, ms })
    return { actor, others: [], subjects: peers(world, event), isSilent: true }
  }
  if (action === 'close' || action === 'listen-end')
    return { actor, others: [], subjects: actor === undefined ? [] : [actor], isSilent: true }
  if (event.event.dataset === 'hx.dns') {
    const subjects = actor === undefined || facts?.boundary !== undefined ? [] : [actor]
    return { actor, others: [], subjects, isFleeting: true }
  }
  const others = peers(world, event)
  const isOwn = actor !== undefined && facts?.boundary === undefined
  if (isOwn) linkPeers(world, actor, { event, others })
  return { actor, others, subjects: isOwn ? [actor] : others, isFleeting: action === 'udp' }
}

function serves(
  world: World,
  worker: GraphNode | undefined,
  { event, ms }: Pick<Observed, 'event' | 'ms'>,
): void {
  const { source } = event
  if (worker === undefined || source?.ip === undefined) return
  const from = { ip: source.ip, port: source.port ?? 0 }
  if (event.event.action === 'accept') world.web.accepted(worker, from, ms)
  else world.web.closed(worker, from, ms)
}

/** The other end: of an accepted connection its source, else its destination. */
function peers(world: World, event: Event): readonly GraphNode[] {
  const end = event.event.action === 'accept' ? event.source : event.destination
  if (event.event.action === 'listen' || end?.ip === undefined) return []
  if (event.event.action !== 'accept' && servicePorts.has(end.port ?? 0)) return []
  return [world.things.address(end.ip)]
}

function linkPeers(
  world: World,
  actor: GraphNode,
  { event, others }: { readonly event: Event; readonly others: readonly GraphNode[] },
): void {
  for (const peer of others) {
    const clients = peer.address?.clients
    const program = actor.process?.executable ?? ''
    if (clients !== undefined && clients.size < maxClients) clients.add(program)
    if (event.event.action === 'accept') {
      const why = `${shortName(actor)} took a connection from ${peer.label}`
      world.memory.link({ from: peer, to: actor, kind: 'reached', why, event })
    } else if (outgoing.has(event.event.action)) {
      const port = event.destination?.port === undefined ? '' : `:${event.destination.port}`
      const why = `${shortName(actor)} connected to ${peer.label}${port}`
      world.memory.link({ from: actor, to: peer, kind: 'connected-to', why, event })
    }
  }
}
