// IP addresses and networks (CIDR, RFC 4632 and RFC 4291) as bytes, and lists of them.

import { isIPv4, isIPv6 } from 'node:net'

import { AppError } from './app-error.ts'

/** Addresses whose first `bits` bits are those of `address`. */
export interface Network {
  /** 4 or 16 bytes. */
  readonly address: readonly number[]
  readonly bits: number
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]

/** `10.0.0.0/8`, `fe80::/10`, or an address alone; undefined when it is none. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const written = addressBytes(slash === -1 ? text : text.slice(0, slash))
  if (written === undefined) return undefined
  const most = written.length * 8
  const bits = slash === -1 ? String(most) : text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return undefined
  return { address: written, bits: Number(bits) }
}

/** Whether an address is one of the list or within a network of it. */
export type AddressTest = (address: string) => boolean

/** Throws AppError `usage` for what is neither address nor network. */
export function addressTest(list: readonly string[]): AddressTest {
  const networks = list.map((text) => {
    const network = parseNetwork(text.trim())
    if (network !== undefined) return network
    throw new AppError('usage', `${text} is neither an address nor a network`, {
      hint: 'as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32',
    })
  })
  return (address) => {
    const bytes = networks.length === 0 ? undefined : addressBytes(address)
    return bytes !== undefined && networks.some((network) => isInNetwork(bytes, network))
  }
}

/** An IPv4 address in an IPv6 one (`::ffff:10.0.0.1`) is in networks of both. */
export function isInNetwork(bytes: readonly number[], { address, bits }: Network): boolean {
  if (bytes.length === 16 && address.length === 4) {
    return (
      mappedPrefix.every((byte, index) => bytes[index] === byte) && hasPrefix(bytes.slice(12), address, bits)
    )
  }
  return bytes.length === address.length && hasPrefix(bytes, address, bits)
}

/** 4 or 16 bytes; undefined when it is no address. */
export function addressBytes(text: string): number[] | undefined {
  if (text.length > 64) return undefined
  if (isIPv4(text)) return text.split('.').map(Number)
  const address = text.replace(/%.*$/, '')
  if (!isIPv6(address)) return undefined
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const plain = dotted === null ? address : `${dotted[1]}${hex(dotted, 2)}:${hex(dotted, 4)}`
  const [head = '', tail] = plain.split('::')
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...(tail === undefined ? [] : zeros), ...after].flatMap((group) => [
    group >>> 8,
    group & 255,
  ])
}

function hex(match: RegExpExecArray, at: number): string {
  return (Number(match[at]) * 256 + Number(match[at + 1])).toString(16)
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

function hasPrefix(bytes: readonly number[], address: readonly number[], bits: number): boolean {
  for (let at = 0; at * 8 < bits; at++) {
    const left = bits - at * 8
    const mask = left >= 8 ? 255 : (255 << (8 - left)) & 255
    if (((bytes[at] ?? 0) & mask) !== ((address[at] ?? 0) & mask)) return false
  }
  return true
}
