// The expressions of a rule of nftables as the kernel has them (linux/netfilter/nf_tables.h): each with its attributes by name.
// Expressions that are not in the table keep their attributes as numbers and hexadecimal bytes.

import type { Attributes } from './netlink-dump.ts'

export type NftValue = string | number
export type NftExpression = Readonly<Record<string, NftValue>>

type Kind = 'u8' | 'u16' | 'u32' | 'u64' | 'text' | 'data' | 'bytes' | readonly string[]

const comparisons = ['eq', 'neq', 'lt', 'lte', 'gt', 'gte'] as const
const payloadBases = ['link', 'network', 'transport', 'inner'] as const
const metaKeys = [
  'len',
  'protocol',
  'priority',
  'mark',
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iiftype',
  'oiftype',
  'skuid',
  'skgid',
  'nftrace',
  'rtclassid',
  'secmark',
  'nfproto',
  'l4proto',
  'bri_iifname',
  'bri_oifname',
  'pkttype',
  'cpu',
  'iifgroup',
  'oifgroup',
  'cgroup',
  'prandom',
] as const
const ctKeys = [
  'state',
  'direction',
  'status',
  'mark',
  'secmark',
  'expiration',
  'helper',
  'l3protocol',
  'src',
  'dst',
  'protocol',
  'proto_src',
  'proto_dst',
  'labels',
  'pkts',
  'bytes',
  'avgpkt',
  'zone',
  'eventmask',
  'src_ip',
  'dst_ip',
  'src_ip6',
  'dst_ip6',
  'id',
] as const

const shapes: Readonly<Record<string, Readonly<Record<number, readonly [name: string, kind: Kind]>>>> = {
  immediate: { 1: ['dreg', 'u32'], 2: ['data', 'data'] },
  cmp: { 1: ['sreg', 'u32'], 2: ['op', comparisons], 3: ['data', 'data'] },
  range: { 1: ['sreg', 'u32'], 2: ['op', ['eq', 'neq']], 3: ['from', 'data'], 4: ['to', 'data'] },
  payload: {
    1: ['dreg', 'u32'],
    2: ['base', payloadBases],
    3: ['offset', 'u32'],
    4: ['length', 'u32'],
    5: ['sreg', 'u32'],
  },
  meta: { 1: ['dreg', 'u32'], 2: ['key', metaKeys], 3: ['sreg', 'u32'] },
  ct: { 1: ['dreg', 'u32'], 2: ['key', ctKeys], 3: ['direction', 'u8'], 4: ['sreg', 'u32'] },
  counter: { 1: ['bytes', 'u64'], 2: ['packets', 'u64'] },
  lookup: { 1: ['set', 'text'], 2: ['sreg', 'u32'], 3: ['dreg', 'u32'], 5: ['flags', 'u32'] },
  dynset: { 1: ['set', 'text'], 3: ['op', 'u32'], 4: ['sreg_key', 'u32'], 5: ['sreg_data', 'u32'] },
  objref: { 1: ['type', 'u32'], 2: ['name', 'text'], 3: ['sreg', 'u32'], 4: ['set', 'text'] },
  bitwise: {
    1: ['sreg', 'u32'],
    2: ['dreg', 'u32'],
    3: ['length', 'u32'],
    4: ['mask', 'data'],
    5: ['xor', 'data'],
  },
  log: { 1: ['group', 'u16'], 2: ['prefix', 'text'], 3: ['snaplen', 'u32'], 5: ['level', 'u32'] },
  limit: {
    1: ['rate', 'u64'],
    2: ['unit', 'u64'],
    3: ['burst', 'u32'],
    4: ['type', 'u32'],
    5: ['flags', 'u32'],
  },
  nat: {
    1: ['type', ['snat', 'dnat']],
    2: ['family', 'u32'],
    3: ['reg_addr_min', 'u32'],
    4: ['reg_addr_max', 'u32'],
    5: ['reg_proto_min', 'u32'],
    6: ['reg_proto_max', 'u32'],
    7: ['flags', 'u32'],
  },
  masq: { 1: ['flags', 'u32'], 2: ['reg_proto_min', 'u32'], 3: ['reg_proto_max', 'u32'] },
  redir: { 1: ['reg_proto_min', 'u32'], 2: ['reg_proto_max', 'u32'], 3: ['flags', 'u32'] },
  reject: { 1: ['type', 'u32'], 2: ['icmp_code', 'u8'] },
  queue: { 1: ['num', 'u16'], 2: ['total', 'u16'], 3: ['flags', 'u16'] },
  fib: { 1: ['dreg', 'u32'], 2: ['result', 'u32'], 3: ['flags', 'u32'] },
  match: { 1: ['name', 'text'], 2: ['revision', 'u32'], 3: ['info', 'bytes'] },
  target: { 1: ['name', 'text'], 2: ['revision', 'u32'], 3: ['info', 'bytes'] },
  tproxy: { 1: ['family', 'u32'], 2: ['reg_addr', 'u32'], 3: ['reg_port', 'u32'] },
  notrack: {},
}

const maxAttributes = 16
const maxValueBytes = 256

/** One element of the list of expressions: its name and data. */
export function expressionOf(element: Attributes): NftExpression {
  const name = element.text(1) ?? ''
  const data = element.nested(2)
  const shape = shapes[name]
  const expression: Record<string, NftValue> = { expression: name }
  for (let type = 1; type <= maxAttributes; type++) {
    if (!data.has(type)) continue
    const [key, kind] = shape?.[type] ?? [`attribute ${type}`, 'bytes']
    const value = valueOf(data, type, kind)
    if (value !== undefined) expression[key] = value
  }
  return expression
}

function valueOf(data: Attributes, type: number, kind: Kind): NftValue | undefined {
  switch (kind) {
    case 'u8':
      return data.u8(type)
    case 'u16':
      return data.u16be(type)
    case 'u32':
      return data.u32be(type)
    case 'u64':
      return data.u64be(type)
    case 'text':
      return data.text(type)
    case 'data':
      return dataText(data.nested(type))
    case 'bytes':
      return data.bytes(type)?.toString('hex', 0, maxValueBytes)
    default: {
      const number = data.u32be(type)
      return number === undefined ? undefined : (kind[number] ?? number)
    }
  }
}

const verdicts: Readonly<Record<number, string>> = {
  0: 'drop',
  1: 'accept',
  2: 'stolen',
  3: 'queue',
  4: 'repeat',
  [-1]: 'continue',
  [-2]: 'break',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
}

/** A value as hexadecimal bytes (network byte order as it is compared), a verdict as its word and chain. */
export function dataText(data: Attributes): string | undefined {
  if (!data.has(2)) return data.bytes(1)?.toString('hex', 0, maxValueBytes)
  const verdict = data.nested(2)
  const code = (verdict.u32be(1) ?? 0) | 0
  const word = verdicts[code] ?? String(code)
  const chain = verdict.text(2)
  return chain === undefined ? word : `${word} ${chain}`
}
