// Network addresses as login sources write them, made comparable: one spelling for each address (RFC 5952), IPv4-mapped
// ones as IPv4.

import { isIP, SocketAddress } from 'node:net'

const mappedPrefix = '::ffff:'

/** The address in its one spelling, without a zone; undefined when the text is none (a host name, `?`). */
export function ipOf(text: string): string | undefined {
  if (text.length > 64) return undefined
  const zone = text.indexOf('%')
  const bare = zone < 0 ? text : text.slice(0, zone)
  const version = isIP(bare)
  if (version === 4) return bare
  if (version !== 6) return undefined
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  const mapped = address.startsWith(mappedPrefix) ? address.slice(mappedPrefix.length) : ''
  return isIP(mapped) === 4 ? mapped : address
}

/** `ut_addr_v6`: 16 bytes in network order, an IPv4 address in the first four. Undefined when all are zero. */
export function ipOfBytes(bytes: Uint8Array): string | undefined {
  const isV4 = bytes.subarray(4, 16).every((byte) => byte === 0)
  if (isV4)
    return bytes.subarray(0, 4).every((byte) => byte === 0) ? undefined : bytes.subarray(0, 4).join('.')
  const groups: string[] = []
  for (let at = 0; at < 16; at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16))
  return ipOf(groups.join(':'))
}

/** What stands for "nowhere" in the various sources. */
const noHosts = new Set(['', '?', '(null)', '(none)', 'UNKNOWN'])

/** `source` of an event, with the port where it is known. */
export function sourceOf(
  host: string | undefined,
  port: number | undefined,
): { readonly ip?: string; readonly port?: number; readonly address?: string } | undefined {
  if (host === undefined || noHosts.has(host)) return undefined
  const ip = ipOf(host)
  return {
    address: ip ?? host,
    ...(ip === undefined ? {} : { ip }),
    ...(port === undefined ? {} : { port }),
  }
}

/** Whether both may be the same place: equal addresses, or one of them is a name that says nothing. */
export function mayBeSameHost(one: string, other: string): boolean {
  if (one === other) return true
  const first = ipOf(one)
  const second = ipOf(other)
  return first === undefined || second === undefined ? true : first === second
}

/** A port of a log line; undefined when it is none. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined
  const port = Number(text)
  return port > 0 && port < 65_536 ? port : undefined
}
