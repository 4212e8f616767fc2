// The Community ID of a flow, version 1 (corelight/community-id-spec): the same for both directions and for every tool
// that knows it (Zeek, Suricata, Wireshark), so that their records of one flow are found together.

import { hash } from 'node:crypto'

import type { EndpointInfo } from '../../model/index.ts'
import { addressBytes } from '../../platform/linux/inet.ts'

const protocolNumbers = { tcp: 6, udp: 17 } as const
const longestInput = 2 + 16 + 16 + 2 + 4
const input = Buffer.alloc(longestInput)

/** Undefined when an address or port is not known. Seed 0. */
export function communityId(
  transport: keyof typeof protocolNumbers,
  one: EndpointInfo,
  other: EndpointInfo,
): string | undefined {
  if (one.ip === undefined || other.ip === undefined) return undefined
  if (one.port === undefined || other.port === undefined) return undefined
  const a = addressBytes(one.ip)
  const b = addressBytes(other.ip)
  if (a === undefined || b === undefined || a.length !== b.length) return undefined
  const order = Buffer.compare(a, b)
  const swapped = order > 0 || (order === 0 && one.port > other.port)
  const size = a.length
  input.set(swapped ? b : a, 2)
  input.set(swapped ? a : b, 2 + size)
  let at = 2 + 2 * size
  input[at++] = protocolNumbers[transport]
  input[at++] = 0
  at = input.writeUInt16BE(swapped ? other.port : one.port, at)
  at = input.writeUInt16BE(swapped ? one.port : other.port, at)
  return `1:${hash('sha1', input.subarray(0, at), 'base64')}`
}
