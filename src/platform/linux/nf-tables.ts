// The rule set of nftables (nfnetlink, linux/netfilter/nf_tables.h): tables, chains, rules, sets and their elements, as rows.
// What iptables-nft wrote is there too, with its matches as `match` and `target`.

import { messageOf } from '../../base/app-error.ts'
import { netfilterPayload, netfilterProtocol } from './netfilter.ts'
import { Attributes, dumpNetlink } from './netlink-dump.ts'
import { dataText, expressionOf, type NftExpression } from './nft-expressions.ts'

const subsystem = 10 << 8
const Get = { table: 1, chain: 4, rule: 7, set: 10, element: 13 } as const
const families: Readonly<Record<number, string>> = {
  1: 'inet',
  2: 'ip',
  3: 'arp',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
}
const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'] as const
const netdevHooks = ['ingress', 'egress'] as const

export interface NftRow {
  readonly kind: 'table' | 'chain' | 'rule' | 'set' | 'element'
  readonly family: string
  readonly table: string
  readonly [column: string]: string | number | boolean | null | readonly NftExpression[]
}

export interface NftRules {
  readonly rows: readonly NftRow[]
  /** What could not be had, one sentence each. */
  readonly problems: readonly string[]
}

type Row = (family: string, attributes: Attributes) => NftRow

/** Throws AppError: `unsupported` where the kernel has no nftables, `permission`. */
export function readNftRules(maxRows: number): NftRules {
  const problems: string[] = []
  const rows = dump(Get.table, tableRow, { maxRows, problems })
  rows.push(...dump(Get.chain, chainRow, { maxRows, problems }))
  rows.push(...dump(Get.rule, ruleRow, { maxRows, problems }))
  const sets = dump(Get.set, setRow, { maxRows, problems })
  rows.push(...sets)
  for (const { family, table, name } of sets) {
    if (typeof name !== 'string' || rows.length >= maxRows) continue
    try {
      for (const row of elementsOf(family, table, name)) rows.push(row)
    } catch (thrown) {
      problems.push(`elements of the set ${table} ${name} cannot be read: ${messageOf(thrown)}`)
    }
  }
  return { rows, problems }
}

interface Limits {
  readonly maxRows: number
  readonly problems: string[]
}

function dump(get: number, row: Row, { maxRows, problems }: Limits): NftRow[] {
  const rows: NftRow[] = []
  const payload = netfilterPayload(0)
  const end = dumpNetlink(
    { protocol: netfilterProtocol, type: subsystem | get, payload, maxMessages: maxRows },
    (buffer, message) => {
      if (message.type !== (subsystem | (get - 1)) || message.end - message.start < 4) return
      const family = familyOf(buffer[message.start] ?? 0)
      rows.push(row(family, new Attributes(buffer, message.start + 4, message.end)))
    },
  )
  if (!end.complete) problems.push(`nftables: more than ${maxRows} of a kind; the rest is left out`)
  if (end.changed) problems.push('nftables: the rules were changed while they were read')
  return rows
}

function familyOf(number: number): string {
  return families[number] ?? String(number)
}

function tableRow(family: string, attributes: Attributes): NftRow {
  return {
    kind: 'table',
    family,
    table: attributes.text(1) ?? '',
    flags: attributes.u32be(2) ?? 0,
    owner: attributes.u32be(7) ?? null,
  }
}

function chainRow(family: string, attributes: Attributes): NftRow {
  const hook = attributes.nested(4)
  const number = hook.u32be(1)
  const names: readonly string[] = family === 'netdev' ? netdevHooks : hooks
  const policy = attributes.u32be(5)
  const priority = hook.u32be(2)
  return {
    kind: 'chain',
    family,
    table: attributes.text(1) ?? '',
    chain: attributes.text(3) ?? '',
    type: attributes.text(7) ?? null,
    hook: number === undefined ? null : (names[number] ?? String(number)),
    priority: priority === undefined ? null : priority | 0,
    device: hook.text(3) ?? null,
    policy: policy === undefined ? null : policyText(policy),
  }
}

function policyText(policy: number): string {
  return policy === 0 ? 'drop' : 'accept'
}

function ruleRow(family: string, attributes: Attributes): NftRow {
  return {
    kind: 'rule',
    family,
    table: attributes.text(1) ?? '',
    chain: attributes.text(2) ?? '',
    handle: attributes.u64be(3) ?? null,
    expressions: [...attributes.list(4)].map((element) => expressionOf(element)),
    comment: commentOf(attributes.bytes(7)),
  }
}

/** The first value of nft's own data of a rule: type 0, length, text. */
function commentOf(data: Buffer | undefined): string | null {
  if (data === undefined || data.length < 3 || data[0] !== 0) return null
  const length = data[1] ?? 0
  return data.toString('utf8', 2, 2 + length).replace(/\0$/, '')
}

function setRow(family: string, attributes: Attributes): NftRow {
  return {
    kind: 'set',
    family,
    table: attributes.text(1) ?? '',
    name: attributes.text(2) ?? '',
    flags: attributes.u32be(3) ?? 0,
    key_type: attributes.u32be(4) ?? null,
    key_length: attributes.u32be(5) ?? null,
  }
}

const maxElements = 65_536

function elementsOf(family: string, table: string, set: string): NftRow[] {
  const rows: NftRow[] = []
  const number = Number(Object.entries(families).find(([, name]) => name === family)?.[0] ?? family)
  const names = Buffer.concat([textAttribute(1, table), textAttribute(2, set)])
  const request = {
    protocol: netfilterProtocol,
    type: subsystem | Get.element,
    payload: netfilterPayload(number, names),
    maxMessages: maxElements,
  }
  dumpNetlink(request, (buffer, { type, start, end }) => {
    if (type !== (subsystem | (Get.element - 1)) || end - start < 4) return
    for (const element of new Attributes(buffer, start + 4, end).list(3)) {
      if (rows.length >= maxElements) return
      rows.push({
        kind: 'element',
        family,
        table,
        set,
        key: dataText(element.nested(1)) ?? null,
        key_end: dataText(element.nested(10)) ?? null,
        data: dataText(element.nested(2)) ?? null,
        flags: element.u32be(3) ?? 0,
      })
    }
  })
  return rows
}

function textAttribute(type: number, text: string): Buffer {
  const value = Buffer.from(`${text}\0`, 'utf8')
  const attribute = Buffer.alloc((4 + value.length + 3) & ~3)
  attribute.writeUInt16LE(4 + value.length, 0)
  attribute.writeUInt16LE(type, 2)
  value.copy(attribute, 4)
  return attribute
}
