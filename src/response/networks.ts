// Addresses and networks as text and as numbers: one form for each, so that the same one is never two.

import { AppError } from '../base/app-error.ts'
import { addressBytes, ipv4Text, ipv6Text } from '../platform/linux/inet.ts'

export interface Network {
  readonly family: 'ipv4' | 'ipv6'
  /** The first address, in the form of RFC 5952. */
  readonly address: string
  readonly prefix: number
  /** The address alone when it is one, else `ADDRESS/PREFIX`. */
  readonly text: string
  readonly first: bigint
  readonly last: bigint
}

const bits = { ipv4: 32, ipv6: 128 } as const

/** Undefined when the text is no address and no network. Bits below the prefix are cleared; a mapped IPv4 address is one. */
export function parseNetwork(text: string): Network | undefined {
  const [head = '', prefixText, ...rest] = text.trim().split('/', 3)
  if (rest.length > 0 || head.includes('%')) return undefined
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined
  const given = addressBytes(head)
  if (given === undefined) return undefined
  const givenPrefix = prefixText === undefined ? given.length * 8 : Number(prefixText)
  const isMapped = given.length === 16 && numberOf(given) >> 32n === 0xffffn && givenPrefix >= 96
  const bytes = isMapped ? given.subarray(12) : given
  const prefix = isMapped ? givenPrefix - 96 : givenPrefix
  const family = bytes.length === 4 ? 'ipv4' : 'ipv6'
  if (prefix > bits[family]) return undefined
  const hostBits = BigInt(bits[family] - prefix)
  const first = (numberOf(bytes) >> hostBits) << hostBits
  const name = addressText(first, family)
  return {
    family,
    address: name,
    prefix,
    text: prefix === bits[family] ? name : `${name}/${prefix}`,
    first,
    last: first + (1n << hostBits) - 1n,
  }
}

/** Throws AppError `config-invalid` that names the option. */
export function parseNetworks(texts: readonly string[], option: string): Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text)
    if (network !== undefined) return network
    throw new AppError('config-invalid', `[response] ${option}: ${text} is no address and no network`, {
      hint: 'write 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/32',
    })
  })
}

export function contains(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last
}

export function overlaps(one: Network, other: Network): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last
}

function numberOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

function addressText(value: bigint, family: Network['family']): string {
  const length = bits[family] / 8
  const bytes = new Uint8Array(length)
  for (let at = length - 1, left = value; at >= 0; at--, left >>= 8n) bytes[at] = Number(left & 0xffn)
  return family === 'ipv4' ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0)
}
