// A DNS message (RFC 1035, 4): header, question, and the addresses of the answers. The bytes come from anybody who can
// send a datagram: every length is checked, a name is followed through few pointers and only backwards.

import { ipv4Text, ipv6Text } from '../../../platform/linux/inet.ts'

export interface DnsAddress {
  readonly ip: string
  /** Seconds. */
  readonly ttl: number
}

export interface DnsMessage {
  readonly id: number
  readonly response: boolean
  /** E.g. `NOERROR`, `NXDOMAIN`. */
  readonly responseCode: string
  /** Bytes outside of printable ASCII stand as `\DDD`; `.` is the root. */
  readonly name: string
  /** E.g. `A`, `HTTPS`, `TYPE65280`. */
  readonly type: string
  /** A and AAAA of the answer section, also of aliases of the name. */
  readonly addresses: readonly DnsAddress[]
  /** The sender said TC, or the copy ends before the message. */
  readonly truncated: boolean
}

const headerBytes = 12
const maxNameBytes = 255
const maxLabelBytes = 63
const maxPointers = 16
const maxAnswers = 64
const internetClass = 1
const typeA = 1
const typeAaaa = 28

const typeNames: ReadonlyMap<number, string> = new Map([
  [typeA, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [10, 'NULL'],
  [12, 'PTR'],
  [13, 'HINFO'],
  [15, 'MX'],
  [16, 'TXT'],
  [25, 'KEY'],
  [typeAaaa, 'AAAA'],
  [29, 'LOC'],
  [33, 'SRV'],
  [35, 'NAPTR'],
  [37, 'CERT'],
  [39, 'DNAME'],
  [43, 'DS'],
  [44, 'SSHFP'],
  [46, 'RRSIG'],
  [47, 'NSEC'],
  [48, 'DNSKEY'],
  [50, 'NSEC3'],
  [52, 'TLSA'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [99, 'SPF'],
  [250, 'TSIG'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [255, 'ANY'],
  [257, 'CAA'],
])

const responseCodes: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
]

/** The message in all of `bytes`; undefined when it is none, or asks other than one question. */
export function parseDnsMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < headerBytes || u16(bytes, 4) !== 1) return undefined
  const flags = u16(bytes, 2)
  const question = readName(bytes, headerBytes)
  if (question === undefined || question.next + 4 > bytes.length) return undefined
  const answers = readAnswers(bytes, question.next + 4)
  return {
    id: u16(bytes, 0),
    response: (flags & 0x8000) !== 0,
    responseCode: responseCodes[flags & 0xf] ?? `RCODE${flags & 0xf}`,
    name: question.name,
    type: typeName(u16(bytes, question.next)),
    addresses: answers.addresses,
    truncated: (flags & 0x0200) !== 0 || !answers.whole,
  }
}

function typeName(type: number): string {
  return typeNames.get(type) ?? `TYPE${type}`
}

function readAnswers(bytes: Uint8Array, start: number): { addresses: DnsAddress[]; whole: boolean } {
  const addresses: DnsAddress[] = []
  const count = u16(bytes, 6)
  let at = start
  for (let index = 0; index < count; index++) {
    const fixed = skipName(bytes, at)
    if (index === maxAnswers || fixed < 0 || fixed + 10 > bytes.length) return { addresses, whole: false }
    const data = fixed + 10
    const length = u16(bytes, fixed + 8)
    at = data + length
    if (at > bytes.length) return { addresses, whole: false }
    if (u16(bytes, fixed + 2) !== internetClass) continue
    const ip = addressOf(bytes, { type: u16(bytes, fixed), data, length })
    if (ip !== undefined) addresses.push({ ip, ttl: u32(bytes, fixed + 4) })
  }
  return { addresses, whole: true }
}

function addressOf(
  bytes: Uint8Array,
  { type, data, length }: { type: number; data: number; length: number },
): string | undefined {
  if (type === typeA && length === 4) return ipv4Text(bytes, data)
  if (type === typeAaaa && length === 16) return ipv6Text(bytes, data)
  return undefined
}

// Where the name at `at` ends; -1 when it does not.
function skipName(bytes: Uint8Array, at: number): number {
  for (let labels = 0; labels < maxNameBytes / 2; labels++) {
    const length = bytes[at]
    if (length === undefined) return -1
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    if (length > maxLabelBytes) return -1
    at += 1 + length
  }
  return -1
}

function readName(bytes: Uint8Array, start: number): { name: string; next: number } | undefined {
  let name = ''
  let at = start
  let next = -1
  let total = 0
  for (let pointers = 0; ;) {
    const length = bytes[at]
    if (length === undefined) return undefined
    if (length === 0) return { name: name === '' ? '.' : name, next: next < 0 ? at + 1 : next }
    if (length >= 0xc0) {
      const target = u16(bytes, at) & 0x3fff
      // Only backwards: a pointer to itself or behind it would never end.
      if (at + 2 > bytes.length || target >= at || ++pointers > maxPointers) return undefined
      if (next < 0) next = at + 2
      at = target
      continue
    }
    total += 1 + length
    if (length > maxLabelBytes || total >= maxNameBytes || at + 1 + length > bytes.length) return undefined
    name += (name === '' ? '' : '.') + labelText(bytes, at + 1, length)
    at += 1 + length
  }
}

// As in master files (RFC 1035, 5.1): what could be taken for structure, or cannot be printed, is escaped.
function labelText(bytes: Uint8Array, start: number, length: number): string {
  let text = ''
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0x2e || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte)
    else text += `\\${String(byte).padStart(3, '0')}`
  }
  return text
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2)
}
