// Networks in CIDR notation, IPv4 and IPv6; an IPv4 address inside IPv6 (::ffff:a.b.c.d) is the IPv4 address.

import { isIPv4, isIPv6 } from 'node:net'

export interface Network {
  readonly address: readonly number[]
  readonly bits: number
}

/** Undefined when it is no network. An address alone is a network of itself. */
export function readNetwork(text: string): Network | undefined {
  const [head = '', tail, ...rest] = text.trim().split('/')
  const address = readAddress(head)
  if (address === undefined || rest.length > 0) return undefined
  const most = address.length * 8
  const bits = tail === undefined ? most : Number(tail)
  const isSane = tail === undefined || /^\d{1,3}$/.test(tail)
  return isSane && bits <= most ? { address, bits } : undefined
}

export function isInNetwork(text: string, { address, bits }: Network): boolean {
  if (text.length > maxAddressLength) return false
  const seen = readAddress(text)
  if (seen === undefined || seen.length !== address.length) return false
  for (let i = 0; i * 8 < bits; i++) {
    const kept = Math.min(8, bits - i * 8)
    const mask = 0xff & (0xff << (8 - kept))
    if (((seen[i] ?? 0) & mask) !== ((address[i] ?? 0) & mask)) return false
  }
  return true
}

const maxAddressLength = 64

/** Bytes: 4 or 16. */
function readAddress(text: string): number[] | undefined {
  if (isIPv4(text)) return text.split('.').map(Number)
  const zone = text.indexOf('%')
  const bare = zone < 0 ? text : text.slice(0, zone)
  if (!isIPv6(bare)) return undefined
  const bytes = ipv6Bytes(bare)
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  return isMapped ? bytes.slice(12) : bytes
}

// `text` is an IPv6 address already.
function ipv6Bytes(text: string): number[] {
  const [head = '', tail] = text.split('::')
  const before = groupBytes(head)
  if (tail === undefined) return before
  const after = groupBytes(tail)
  return [...before, ...Array.from({ length: 16 - before.length - after.length }, () => 0), ...after]
}

function groupBytes(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
}
