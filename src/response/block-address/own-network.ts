// Addresses without which the host, or the one who asks, is cut off: they are not blocked by mistake.

import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

import { sshSessions } from '../ancestors.ts'
import { type Network, overlaps, parseNetwork } from '../networks.ts'

/** Why it is refused, as the end of a sentence; empty when nothing stands against it. */
export function whyNotBlock(network: Network, managementAddresses: readonly string[]): readonly string[] {
  const reasons: string[] = []
  const say = (texts: readonly string[], what: (text: string) => string): void => {
    for (const text of texts) {
      const own = parseNetwork(text)
      if (own !== undefined && overlaps(network, own)) reasons.push(what(text))
    }
  }
  say(['127.0.0.0/8', '::1'], () => 'it is the loopback of this host')
  say(['0.0.0.0', '::'], () => 'it is no address of anybody')
  say(['224.0.0.0/4', '255.255.255.255', 'ff00::/8'], () => 'it is the address of many hosts at once')
  say(ownAddresses(), (text) => `${text} is an address of this host`)
  say(gateways(), (text) => `${text} is the gateway of this host`)
  say(resolvers(), (text) => `${text} is a DNS resolver of this host`)
  const peers = sshSessions().map(({ peer }) => peer)
  say(peers, (text) => `the ssh session of this command comes from ${text}`)
  say(managementAddresses, (text) => `${text} is in management_addresses`)
  return [...new Set(reasons)]
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address.split('%', 1)[0] ?? '')
}

/** Of the default routes: proc_net_route writes addresses as the machine has them in memory, so IPv4 is little-endian here. */
function gateways(): string[] {
  const four = lines('/proc/net/route').flatMap((line) => {
    const [, destination, gateway = '', , , , , mask] = line.split('\t')
    const isDefault = destination === '00000000' && mask === '00000000' && /^[\dA-F]{8}$/.test(gateway)
    return isDefault ? [[...Buffer.from(gateway, 'hex')].toReversed().join('.')] : []
  })
  const six = lines('/proc/net/ipv6_route').flatMap((line) => {
    const [destination = '', prefix, , , gateway = ''] = line.split(/ +/)
    const isDefault = /^0{32}$/.test(destination) && prefix === '00' && /^[\da-f]{32}$/.test(gateway)
    return isDefault ? [(gateway.match(/.{4}/g) ?? []).join(':')] : []
  })
  return [...four, ...six].filter((text) => !/^[0.:]*$/.test(text))
}

function resolvers(): string[] {
  return lines('/etc/resolv.conf').flatMap((line) => /^\s*nameserver\s+([^\s%]+)/.exec(line)?.[1] ?? [])
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
