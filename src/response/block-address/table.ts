// The table `inet haechi`: what is blocked stands in sets whose elements the kernel removes when their time is over. Single
// addresses and networks have sets of their own, because the networks of one set must not overlap.

import { changeRules, listTable, type NftCommand } from '../nft.ts'
import { type Network, parseNetwork } from '../networks.ts'

const blockTable = 'haechi'
const family = 'inet'

const sets = {
  addresses4: { type: 'ipv4_addr', flags: ['timeout'], protocol: 'ip' },
  networks4: { type: 'ipv4_addr', flags: ['interval', 'timeout'], protocol: 'ip' },
  addresses6: { type: 'ipv6_addr', flags: ['timeout'], protocol: 'ip6' },
  networks6: { type: 'ipv6_addr', flags: ['interval', 'timeout'], protocol: 'ip6' },
} as const
type SetName = keyof typeof sets

// Each hook with the field that holds the other side's address; forwarded packets (containers) have it in either.
const chains = { input: ['saddr'], output: ['daddr'], forward: ['saddr', 'daddr'] } as const

export interface Blocked {
  readonly network: Network
  /** Seconds; absent: for good. */
  readonly expires?: number
}

/** What is blocked now. Throws AppError. */
export async function listBlocked(): Promise<readonly Blocked[]> {
  const objects = (await listTable(blockTable)) ?? []
  return objects.flatMap((object) => {
    const { elem } = (object['set'] ?? {}) as { elem?: readonly unknown[] }
    return (elem ?? []).flatMap((one) => readElement(one) ?? [])
  })
}

/** `seconds` absent: for good. One that is blocked already gets the new time. Throws AppError. */
export async function block(
  network: Network,
  { seconds, isBlocked }: { readonly seconds?: number; readonly isBlocked: boolean },
): Promise<void> {
  const value = elementValue(network)
  const elem = [seconds === undefined ? value : { elem: { val: value, timeout: seconds } }]
  await changeRules({
    json: [
      ...tableCommands(),
      ...(isBlocked ? [{ delete: { element: { ...place(network), elem: [value] } } }] : []),
      { add: { element: { ...place(network), elem } } },
    ],
  })
}

/** It must be blocked. Throws AppError. */
export async function unblock(network: Network): Promise<void> {
  await changeRules({
    json: [{ delete: { element: { ...place(network), elem: [elementValue(network)] } } }],
  })
}

function isSingle({ text }: Network): boolean {
  return !text.includes('/')
}

function place(network: Network): { family: string; table: string; name: SetName } {
  const kind = isSingle(network) ? 'addresses' : 'networks'
  return { family, table: blockTable, name: `${kind}${network.family === 'ipv4' ? 4 : 6}` }
}

function elementValue(network: Network): unknown {
  const { address, prefix } = network
  return isSingle(network) ? address : { prefix: { addr: address, len: prefix } }
}

/** Makes what is missing; the rules are written anew, so that they are there once. */
function tableCommands(): NftCommand[] {
  const commands: NftCommand[] = [{ add: { table: { family, name: blockTable } } }]
  for (const [name, { type, flags }] of Object.entries(sets)) {
    commands.push({ add: { set: { family, table: blockTable, name, type, flags } } })
  }
  for (const [name, fields] of Object.entries(chains)) {
    const chain = { family, table: blockTable, name }
    // A little before the filters of others: what they accept is dropped all the same.
    commands.push({ add: { chain: { ...chain, type: 'filter', hook: name, prio: -10, policy: 'accept' } } })
    commands.push({ flush: { chain } })
    for (const field of fields) commands.push(...dropRules(name, field))
  }
  return commands
}

function dropRules(chain: string, field: string): NftCommand[] {
  return Object.entries(sets).map(([name, { protocol }]) => ({
    add: {
      rule: {
        family,
        table: blockTable,
        chain,
        expr: [
          { match: { op: '==', left: { payload: { protocol, field } }, right: `@${name}` } },
          { counter: null },
          { drop: null },
        ],
      },
    },
  }))
}

function readElement(element: unknown): Blocked | undefined {
  const { elem } = (typeof element === 'object' && element !== null ? element : {}) as {
    elem?: { val?: unknown; expires?: unknown }
  }
  const network = readValue(elem === undefined ? element : elem.val)
  if (network === undefined) return undefined
  return typeof elem?.expires === 'number' ? { network, expires: elem.expires } : { network }
}

function readValue(value: unknown): Network | undefined {
  if (typeof value === 'string') return parseNetwork(value)
  const { prefix } = (value ?? {}) as { prefix?: { addr?: unknown; len?: unknown } }
  return prefix === undefined ? undefined : parseNetwork(`${String(prefix.addr)}/${String(prefix.len)}`)
}
