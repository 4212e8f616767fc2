// Interfaces, addresses, routes, policy rules and neighbours of a network namespace (rtnetlink(7)), as rows.

import { ipv4Text, ipv6Text } from './inet.ts'
import { Attributes, type DumpEnd, dumpNetlink } from './netlink-dump.ts'
import type { NetlinkMessage } from './netlink.ts'

export type RouteTableName = 'links' | 'addresses' | 'routes' | 'rules' | 'neighbours'

export type RouteRow = Readonly<Record<string, string | number | boolean | null>>

export interface RouteTable extends DumpEnd {
  readonly rows: readonly RouteRow[]
}

interface TableShape {
  /** RTM_GET…; the answers have the type two below. */
  readonly get: number
  /** Of the struct before the attributes. */
  readonly headerBytes: number
  readonly row: (buffer: Buffer, start: number, attributes: Attributes) => RouteRow
}

const shapes: Readonly<Record<RouteTableName, TableShape>> = {
  links: { get: 18, headerBytes: 16, row: linkRow },
  addresses: { get: 22, headerBytes: 8, row: addressRow },
  routes: { get: 26, headerBytes: 12, row: routeRow },
  neighbours: { get: 30, headerBytes: 12, row: neighbourRow },
  rules: { get: 34, headerBytes: 12, row: ruleRow },
}

const families: Readonly<Record<number, string>> = {
  2: 'ipv4',
  7: 'bridge',
  10: 'ipv6',
  128: 'ipmr',
  129: 'ip6mr',
}

/** Throws AppError. */
export function readRouteTable(name: RouteTableName, maxRows: number): RouteTable {
  const shape = shapes[name]
  const rows: RouteRow[] = []
  const take = (buffer: Buffer, { type, start, end }: NetlinkMessage): void => {
    if (type !== shape.get - 2 || end - start < shape.headerBytes) return
    rows.push(shape.row(buffer, start, new Attributes(buffer, start + shape.headerBytes, end)))
  }
  const payload = new Uint8Array(shape.headerBytes)
  const end = dumpNetlink({ protocol: 0, type: shape.get, payload, maxMessages: maxRows }, take)
  return { ...end, rows }
}

const linkFlag = { up: 0x1, broadcast: 0x2, loopback: 0x8, noArp: 0x80, promiscuous: 0x100 } as const
const operationStates = [
  'unknown',
  'not-present',
  'down',
  'lower-layer-down',
  'testing',
  'dormant',
  'up',
] as const

function linkRow(buffer: Buffer, start: number, attributes: Attributes): RouteRow {
  const flags = buffer.readUInt32LE(start + 8)
  const promiscuity = attributes.u32(30) ?? 0
  const xdp = attributes.nested(43)
  return {
    index: buffer.readInt32LE(start + 4),
    name: attributes.text(3) ?? '',
    kind: attributes.nested(18).text(1) ?? null,
    address: hardwareText(attributes.bytes(1)),
    mtu: attributes.u32(4) ?? null,
    up: (flags & linkFlag.up) !== 0,
    loopback: (flags & linkFlag.loopback) !== 0,
    // Sockets of AF_PACKET raise the count without the flag that `ip` shows.
    promiscuous: promiscuity > 0 || (flags & linkFlag.promiscuous) !== 0,
    promiscuity,
    state: operationStates[attributes.u8(16) ?? 0] ?? null,
    master: attributes.u32(10) ?? null,
    parent: attributes.u32(5) ?? null,
    alias: attributes.text(20) ?? null,
    xdp_program: xdp.u32(4) ?? null,
  }
}

function addressRow(buffer: Buffer, start: number, attributes: Attributes): RouteRow {
  const family = buffer.readUInt8(start)
  const address = addressText(attributes.bytes(2) ?? attributes.bytes(1))
  const other = addressText(attributes.bytes(1))
  return {
    interface: buffer.readUInt32LE(start + 4),
    type: families[family] ?? String(family),
    address,
    peer: other === address ? null : other,
    prefix: buffer.readUInt8(start + 1),
    scope: buffer.readUInt8(start + 3),
    label: attributes.text(3) ?? null,
    flags: attributes.u32(8) ?? buffer.readUInt8(start + 2),
  }
}

const routeTypes = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
] as const

function routeRow(buffer: Buffer, start: number, attributes: Attributes): RouteRow {
  const family = buffer.readUInt8(start)
  const via = attributes.bytes(18)
  return {
    type: families[family] ?? String(family),
    kind: routeTypes[buffer.readUInt8(start + 7)] ?? null,
    destination: prefixText(attributes.bytes(1), buffer.readUInt8(start + 1)),
    source: prefixText(attributes.bytes(2), buffer.readUInt8(start + 2)),
    gateway: addressText(attributes.bytes(5) ?? via?.subarray(2)),
    interface: attributes.u32(4) ?? null,
    preferred_source: addressText(attributes.bytes(7)),
    priority: attributes.u32(6) ?? null,
    table: attributes.u32(15) ?? buffer.readUInt8(start + 4),
    protocol: buffer.readUInt8(start + 5),
    scope: buffer.readUInt8(start + 6),
    hops: hopsText(attributes.bytes(9)),
  }
}

const nextHopBytes = 8
const maxHops = 256

/** Several next hops (struct rtnexthop and its attributes), e.g. `192.0.2.1 2`: gateway and interface. */
function hopsText(bytes: Buffer | undefined): string | null {
  if (bytes === undefined) return null
  const hops: string[] = []
  for (let at = 0; at + nextHopBytes <= bytes.length && hops.length < maxHops;) {
    const length = bytes.readUInt16LE(at)
    if (length < nextHopBytes || length > bytes.length - at) break
    const gateway = new Attributes(bytes, at + nextHopBytes, at + length).bytes(5)
    hops.push(`${addressText(gateway) ?? 'link'} ${bytes.readInt32LE(at + 4)}`)
    at += (length + 3) & ~3
  }
  return hops.join(', ')
}

const ruleActions: Readonly<Record<number, string>> = {
  1: 'table',
  2: 'goto',
  3: 'nop',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
}

function ruleRow(buffer: Buffer, start: number, attributes: Attributes): RouteRow {
  const family = buffer.readUInt8(start)
  const action = buffer.readUInt8(start + 7)
  return {
    type: families[family] ?? String(family),
    priority: attributes.u32(6) ?? 0,
    action: ruleActions[action] ?? String(action),
    table: attributes.u32(15) ?? buffer.readUInt8(start + 4),
    source: prefixText(attributes.bytes(2), buffer.readUInt8(start + 2)),
    destination: prefixText(attributes.bytes(1), buffer.readUInt8(start + 1)),
    in_interface: attributes.text(3) ?? null,
    out_interface: attributes.text(17) ?? null,
    mark: attributes.u32(10) ?? null,
    mark_mask: attributes.u32(16) ?? null,
    goto: attributes.u32(4) ?? null,
    inverted: (buffer.readUInt32LE(start + 8) & 2) !== 0,
  }
}

const neighbourStates: readonly (readonly [bit: number, name: string])[] = [
  [0x01, 'incomplete'],
  [0x02, 'reachable'],
  [0x04, 'stale'],
  [0x08, 'delay'],
  [0x10, 'probe'],
  [0x20, 'failed'],
  [0x40, 'noarp'],
  [0x80, 'permanent'],
]

function neighbourRow(buffer: Buffer, start: number, attributes: Attributes): RouteRow {
  const family = buffer.readUInt8(start)
  const state = buffer.readUInt16LE(start + 8)
  const names = neighbourStates.flatMap(([bit, name]) => ((state & bit) === 0 ? [] : [name]))
  return {
    type: families[family] ?? String(family),
    address: addressText(attributes.bytes(1)),
    link_address: hardwareText(attributes.bytes(2)),
    interface: buffer.readInt32LE(start + 4),
    state: names.length === 0 ? 'none' : names.join(','),
    router: (buffer.readUInt8(start + 10) & 0x80) !== 0,
  }
}

function addressText(bytes: Buffer | undefined): string | null {
  if (bytes?.length === 4) return ipv4Text(bytes, 0)
  return bytes?.length === 16 ? ipv6Text(bytes, 0) : null
}

function prefixText(bytes: Buffer | undefined, bits: number): string | null {
  const address = addressText(bytes)
  return address === null ? null : `${address}/${bits}`
}

/** `02:00:00:00:00:01`; an address of a tunnel (IPv4 or IPv6) is written the same way. */
function hardwareText(bytes: Buffer | undefined): string | null {
  if (bytes === undefined || bytes.length === 0) return null
  return (bytes.toString('hex').match(/../g) ?? []).join(':')
}
