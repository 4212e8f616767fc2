// Events of the network sensor: one table of actions, one way from a flow to an Event.

import type { EndpointInfo, Event, EventType } from '../../model/index.ts'
import type { SensorContext } from '../sensor.ts'
import { communityId } from './community-id.ts'
import type { DnsMessage } from './dns/message.ts'
import type { ResolvedNames } from './dns/names.ts'
import { type Address, addressText, type Flow, flowType } from './flow.ts'

interface Action {
  readonly type: readonly EventType[]
  readonly outcome?: 'success' | 'failure' | 'unknown'
  /** Between the process and the address, in the message. */
  readonly verb: string
}

const actions = {
  connect: { type: ['connection', 'start'], outcome: 'success', verb: 'connects to' },
  'connection-attempt': { type: ['connection', 'start'], outcome: 'unknown', verb: 'waits for an answer of' },
  'connection-refused': { type: ['connection', 'denied'], outcome: 'failure', verb: 'is refused by' },
  'connection-failed': { type: ['connection', 'error'], outcome: 'failure', verb: 'cannot reach' },
  accept: { type: ['connection', 'start'], outcome: 'success', verb: 'accepts a connection of' },
  close: { type: ['connection', 'end'], verb: 'is no longer connected to' },
  listen: { type: ['start'], verb: 'listens on' },
  'listen-end': { type: ['end'], verb: 'no longer listens on' },
  udp: { type: ['connection', 'info'], verb: 'sends datagrams to' },
} as const satisfies Record<string, Action>

export type NetworkAction = keyof typeof actions

export interface FlowFacts {
  /** ISO 8601. */
  readonly time: string
  /** `state` for what was there before it was looked for. */
  readonly kind?: 'event' | 'state'
  /** Name of the error (errno) that ended it. */
  readonly error?: string
  /** Fields of `hx.network`. */
  readonly more?: Readonly<Record<string, string | number | boolean>>
}

export class NetworkEvents {
  readonly #context: SensorContext
  readonly #provider: string
  readonly #names: ResolvedNames
  /** Events told so far. */
  told = 0

  constructor(context: SensorContext, provider: string, names: ResolvedNames) {
    this.#context = context
    this.#provider = provider
    this.#names = names
  }

  tell(name: NetworkAction, flow: Flow, facts: FlowFacts): void {
    const action: Action = actions[name]
    const local = endpoint(flow.local)
    const remote = flow.remote === undefined ? undefined : this.#remote(flow, flow.remote)
    const reason = facts.error === undefined ? {} : { reason: facts.error }
    this.#emit({
      '@timestamp': facts.time,
      event: {
        kind: facts.kind ?? 'event',
        category: ['network'],
        type: facts.kind === 'state' ? ['info'] : action.type,
        action: name,
        dataset: 'hx.network',
        provider: this.#provider,
        ...(action.outcome === undefined ? {} : { outcome: action.outcome }),
        ...reason,
      },
      message: message(flow, action.verb, remote),
      ...ownerOf(flow),
      ...ends(flow, local, remote),
      network: networkOf(flow),
      ...additions(flow, facts),
    })
  }

  /** `message` is undefined when what was sent to or came from port 53 is no DNS. */
  tellDns(flow: Flow, time: string, dns: DnsMessage | undefined): void {
    const answer = dns?.response ?? flow.direction === 'ingress'
    const local = endpoint(flow.local)
    const remote = flow.remote === undefined ? undefined : endpoint(flow.remote)
    this.#emit({
      '@timestamp': time,
      event: {
        kind: 'event',
        category: ['network'],
        type: dns === undefined ? ['protocol', 'error'] : ['protocol', 'info'],
        action: dnsAction(dns, answer),
        dataset: 'hx.dns',
        provider: this.#provider,
        ...(dns?.response === true
          ? { outcome: dns.responseCode === 'NOERROR' ? 'success' : 'failure' }
          : {}),
      },
      message: dnsMessageText(flow, dns),
      ...ownerOf(flow),
      ...ends(flow, local, remote),
      network: networkOf(flow),
      ...(dns === undefined ? {} : { dns: dnsOf(dns) }),
      ...(dns?.truncated === true ? { hx: { dns: { truncated: true } } } : {}),
    })
  }

  /** A port is taken that the lists of the kernel do not show. */
  tellHidden(flow: Flow, time: string, how: string): void {
    this.#emit({
      '@timestamp': time,
      event: {
        kind: 'alert',
        category: ['network', 'intrusion_detection'],
        type: ['info'],
        action: 'port-hidden',
        dataset: 'hx.network',
        provider: this.#provider,
        reason: how,
        severity: 90,
      },
      message: `${flow.transport} port ${flow.local.port} is in use and hidden: ${how}`,
      ...ownerOf(flow),
      destination: endpoint(flow.local),
      network: networkOf(flow),
      threat: { technique: { id: ['T1014'] } },
    })
  }

  #emit(event: Event): void {
    this.told += 1
    this.#context.emit(event)
  }

  #remote(flow: Flow, address: Address): EndpointInfo {
    const domain = flow.direction === 'ingress' ? undefined : this.#names.nameOf(address.ip)
    return domain === undefined ? endpoint(address) : { ...endpoint(address), domain }
  }
}

function endpoint({ ip, port }: Address): EndpointInfo {
  return port === 0 ? { ip } : { ip, port }
}

function ownerOf(flow: Flow): Pick<Event, 'process' | 'user'> {
  return {
    ...(flow.process === undefined ? {} : { process: flow.process }),
    ...(flow.uid === undefined ? {} : { user: { id: String(flow.uid) } }),
  }
}

// Who began is the source; a listener is where connections will go.
function ends(
  flow: Flow,
  local: EndpointInfo,
  remote: EndpointInfo | undefined,
): Pick<Event, 'source' | 'destination'> {
  if (remote === undefined) return { destination: local }
  if (flow.direction === 'ingress') return { source: remote, destination: local }
  // Before the first datagram nothing has chosen an address of this end.
  return flow.local.port === 0 && isAny(flow.local.ip)
    ? { destination: remote }
    : { source: local, destination: remote }
}

function isAny(ip: string): boolean {
  return ip === '0.0.0.0' || ip === '::'
}

function networkOf(flow: Flow): NonNullable<Event['network']> {
  const id = communityIdOf(flow)
  return {
    transport: flow.transport,
    type: flowType(flow),
    ...(flow.direction === undefined ? {} : { direction: flow.direction }),
    ...(id === undefined ? {} : { community_id: id }),
  }
}

function communityIdOf(flow: Flow): string | undefined {
  const { transport, local, remote } = flow
  if (remote === undefined || remote.port === 0 || local.port === 0) return undefined
  flow.communityId ??= communityId(transport, local, remote)
  return flow.communityId
}

function additions(flow: Flow, facts: FlowFacts): Pick<Event, 'hx'> {
  if (facts.more === undefined && flow.netns === undefined && flow.processSource === undefined) return {}
  return {
    hx: {
      network: {
        ...facts.more,
        ...(flow.netns === undefined ? {} : { netns: flow.netns }),
        ...(flow.processSource === undefined ? {} : { process_source: flow.processSource }),
      },
    },
  }
}

function message(flow: Flow, verb: string, remote: EndpointInfo | undefined): string {
  const domain = remote?.domain === undefined ? '' : ` (${remote.domain})`
  return `${processText(flow)} ${verb} ${flow.transport} ${addressText(flow.remote ?? flow.local)}${domain}`
}

function processText({ process }: Flow): string {
  if (process === undefined) return 'an unknown process'
  return `${process.name ?? 'process'} (${process.pid})`
}

function dnsAction(dns: DnsMessage | undefined, answer: boolean): string {
  if (dns === undefined) return 'dns-malformed'
  return answer ? 'dns-answer' : 'dns-query'
}

function dnsMessageText(flow: Flow, dns: DnsMessage | undefined): string {
  if (dns === undefined) return `${processText(flow)} speaks something else than DNS with port 53`
  if (!dns.response) return `${processText(flow)} asks for ${dns.name} ${dns.type}`
  const found = dns.addresses.map(({ ip }) => ip).join(', ')
  return `${dns.name} ${dns.type} is ${found === '' ? dns.responseCode : found}`
}

function dnsOf(dns: DnsMessage): NonNullable<Event['dns']> {
  const query = { id: String(dns.id), question: { name: dns.name, type: dns.type } }
  if (!dns.response) return { ...query, type: 'query' }
  return {
    ...query,
    type: 'answer',
    response_code: dns.responseCode,
    resolved_ip: dns.addresses.map(({ ip }) => ip),
  }
}
