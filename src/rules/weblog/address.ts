// Addresses of clients, each in one form (RFC 5952), and which of those that a proxy names is to be believed: a visitor can write
// anything into X-Forwarded-For, only what a trusted proxy appended to it is known.

import { isIP, isIPv4, isIPv6 } from 'node:net'

import { addressTest } from '../../base/network.ts'

/** No address, with port and zone, is longer. */
const maxAddress = 80
/** Of a header, from its end: what the nearest proxies appended. */
const maxHeader = 2048
const maxHops = 32

/** As inet_ntop(3) writes it, without zeros and with no IPv4 address inside: nothing to do. */
const usual =
  /^[\da-f]{1,4}(?::[1-9a-f][\da-f]{0,3}){0,6}(?:::(?:[1-9a-f][\da-f]{0,3}:){0,4}[1-9a-f][\da-f]{0,3})?$/

/**
 * Without port, brackets and zone; IPv6 in its shortest form; an IPv4 address inside of IPv6 (`::ffff:192.0.2.1`) as IPv4.
 * A name, and what is no address, stays as it is.
 */
export function normalAddress(text: string): string {
  if (!text.includes(':') || text.length > maxAddress) return text
  if (text.includes('::') && usual.test(text)) return text
  const bare = withoutPort(text)
  if (isIPv4(bare)) return bare
  if (!isIPv6(bare)) return text
  const { hostname } = new URL(`http://[${bare}]`)
  const short = hostname.slice(1, -1)
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short)
  return mapped === null ? short : ipv4Of(mapped[1] ?? '', mapped[2] ?? '')
}

/** `[2001:db8::1]:443`, `192.0.2.1:443`, `fe80::1%eth0`. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]{2,60})\](?::\d{1,5})?$/.exec(text)?.[1]
  const withPort = /^(\d[\d.]{6,14}):\d{1,5}$/.exec(text)?.[1]
  const bare = bracketed ?? withPort ?? text
  const zone = bare.indexOf('%')
  return zone === -1 ? bare : bare.slice(0, zone)
}

function ipv4Of(high: string, low: string): string {
  const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return `${one >> 8}.${one & 255}.${two >> 8}.${two & 255}`
}

/** Who acts: an IPv4 address, or the /64 of an IPv6 address, within which a host may change its own. */
export function actorOf(client: string): string {
  if (!client.includes(':') || client.startsWith('::') || !isIPv6(client)) return client
  const gap = client.indexOf('::')
  const head = (gap === -1 ? client : client.slice(0, gap)).split(':')
  const tail = gap === -1 || gap + 2 === client.length ? [] : client.slice(gap + 2).split(':')
  const zeros = gap === -1 ? 0 : Math.max(0, 8 - head.length - tail.length)
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].slice(0, 4)
  while (groups.length > 1 && groups.at(-1) === '0') groups.pop()
  return `${groups.join(':')}::/64`
}

/** Whether the last field of a line is a list of addresses, as nginx's usual format has X-Forwarded-For there. */
export function isAddressList(text: string): boolean {
  if (text.length < 3 || text.length > maxHeader || !/^[\da-fA-F.:,[\] ]+$/.test(text)) return false
  return isIP(normalAddress(text.slice(text.lastIndexOf(',') + 1).trim())) !== 0
}

/** The last address of a header: what the nearest proxy saw. '' when there is none. */
export function nearestIn(header: string): string {
  return hopsOf(header)[0] ?? ''
}

export interface TrustedProxies {
  /**
   * The client: the nearest address that is no trusted proxy. `peer` is who connected, '' when the log has only the header.
   * What a proxy that is not trusted says is not believed; neither is anything before an entry that is no address.
   */
  readonly clientOf: (peer: string, header: string) => string
}

/** `networks`: addresses and networks in CIDR notation. Throws AppError `usage` for what is neither. */
export function createTrustedProxies(networks: readonly string[]): TrustedProxies {
  const isTrusted = addressTest(networks)
  return {
    clientOf(peer, header) {
      let client = peer
      if (peer !== '' && !isTrusted(peer)) return peer
      for (const hop of hopsOf(header)) {
        if (isIP(hop) === 0) break
        client = hop
        if (!isTrusted(hop)) break
      }
      return client
    },
  }
}

/** Nearest first; of `Forwarded` (RFC 7239) what `for=` says. */
function hopsOf(header: string): string[] {
  return header
    .slice(-maxHeader)
    .split(',')
    .slice(-maxHops)
    .toReversed()
    .map((element) => {
      const named = /(?:^|;)\s{0,8}for\s{0,8}=\s{0,8}("?)([^";]{1,80})\1/i.exec(element)
      return normalAddress((named?.[2] ?? element).trim())
    })
}
