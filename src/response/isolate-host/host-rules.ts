// The rules of an isolated host: what may pass, then a drop. The first rule is the dead man's switch: everything passes as soon as
// the set `switch` is empty, and the kernel empties it when the time is over, whether or not anything of us still runs.

import type { NftCommand } from '../nft.ts'
import type { Network } from '../networks.ts'

export const isolationTable = 'haechi-isolation'
const family = 'inet'
// Before connection tracking and everybody else's filters.
const priority = -300

export interface Passes {
  /** From where ssh reaches the host, and on which port. */
  readonly ssh: readonly { readonly network: Network; readonly port: number }[]
  /** What is reached in both directions. */
  readonly allow: readonly Network[]
}

/** One transaction that puts the table in the place of an earlier one. `seconds` absent: until it is undone. */
export function hostIsolation(passes: Passes, seconds?: number): NftCommand[] {
  const table = isolationTable
  return [
    { add: { table: { family, name: table } } },
    { delete: { table: { family, name: table } } },
    { add: { table: { family, name: table } } },
    ...switchSet(table, seconds),
    ...chain('input', [...always('input'), ...passing(passes, 'input')]),
    ...chain('output', [...always('output'), ...passing(passes, 'output')]),
    ...chain('forward', []),
  ]
}

/** The set that the first rule of each chain asks. */
function switchSet(table: string, seconds?: number): NftCommand[] {
  const both = ['ipv4', 'ipv6']
  const elem = seconds === undefined ? both : both.map((val) => ({ elem: { val, timeout: seconds } }))
  return [
    { add: { set: { family, table, name: 'switch', type: 'nf_proto', flags: ['timeout'] } } },
    { add: { element: { family, table, name: 'switch', elem } } },
  ]
}

type Direction = 'input' | 'output'
type Expression = Readonly<Record<string, unknown>>

function chain(name: Direction | 'forward', passes: readonly (readonly Expression[])[]): NftCommand[] {
  const table = isolationTable
  const rules = [
    [compare({ meta: { key: 'nfproto' } }, '@switch', '!='), { accept: null }],
    ...passes.map((matches) => [...matches, { accept: null }]),
    [{ counter: null }, { drop: null }],
  ]
  return [
    { add: { chain: { family, table, name, type: 'filter', hook: name, prio: priority, policy: 'accept' } } },
    ...rules.map((expr) => ({ add: { rule: { family, table, chain: name, expr } } })),
  ]
}

/** Loopback, the renewal of the host's own address (DHCP, DHCPv6), and the neighbours of IPv6, without which nothing arrives. */
function always(direction: Direction): Expression[][] {
  const isIn = direction === 'input'
  const dhcp = ([server, client]: readonly [number, number]): Expression[] => [
    compare({ payload: { protocol: 'udp', field: isIn ? 'sport' : 'dport' } }, server),
    compare({ payload: { protocol: 'udp', field: isIn ? 'dport' : 'sport' } }, client),
  ]
  const neighbours = ['nd-neighbor-solicit', 'nd-neighbor-advert', 'nd-router-solicit', 'nd-router-advert']
  return [
    [compare({ meta: { key: isIn ? 'iifname' : 'oifname' } }, 'lo')],
    dhcp([67, 68]),
    dhcp([547, 546]),
    [compare({ payload: { protocol: 'icmpv6', field: 'type' } }, { set: neighbours })],
  ]
}

function passing({ ssh, allow }: Passes, direction: Direction): Expression[][] {
  const isIn = direction === 'input'
  const peer = (network: Network): Expression => {
    const { address, prefix } = network
    const isSingle = !network.text.includes('/')
    return compare(
      {
        payload: {
          protocol: network.family === 'ipv4' ? 'ip' : 'ip6',
          field: isIn ? 'saddr' : 'daddr',
        },
      },
      isSingle ? address : { prefix: { addr: address, len: prefix } },
    )
  }
  return [
    ...ssh.map(({ network, port }) => [
      peer(network),
      compare({ payload: { protocol: 'tcp', field: isIn ? 'dport' : 'sport' } }, port),
    ]),
    ...allow.map((network) => [peer(network)]),
  ]
}

function compare(left: unknown, right: unknown, op = '=='): Expression {
  return { match: { op, left, right } }
}
