// An event as XML, as Windows renders it (EvtRender, wevtutil, the viewer's export), as the record that a log file would give:
// no more of XML than events have, and bounded whatever the text is.

import { addNodes } from './json.ts'
import type { XmlNode, XmlText } from './tree.ts'
import type { JsonObject, SystemReaders } from './values.ts'

const maxDepth = 32
const maxNodes = 20_000

/** What is asked of a record, wherever it comes from. */
export interface EventRecord {
  /** The record's number. */
  readonly id: number
  /** ISO 8601 with up to 100 ns. */
  readonly time: string
  event(): JsonObject | undefined
  system(field: keyof SystemReaders): string | number | boolean | undefined
}

interface Open {
  readonly name: string
  readonly attributes: [name: string, value: XmlText][]
  readonly content: (XmlNode | XmlText)[]
}

const token =
  /<!\[CDATA\[(?<data>[\s\S]*?)(?:\]\]>|$)|<[!?][^>]*(?:>|$)|<\/[^>]*(?:>|$)|<(?<open>[^\s/>!?]+)(?<rest>(?:"[^"<]*"|'[^'<]*'|[^<>"'])*)>|(?<text>[^<]+)|</g
const attribute = /(?:^|\s)([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Undefined where the text has no element Event. */
export function renderedRecord(xml: string): EventRecord | undefined {
  const root = readNode(xml)
  if (root?.name !== 'Event') return undefined
  const document: JsonObject = {}
  addNodes(document, [root])
  const system = objectOf(objectOf(document['Event'])['System'])
  const fields: Readonly<Record<keyof SystemReaders, unknown>> = {
    provider: attributeOf(system['Provider'], 'Name'),
    eventId: textOf(system['EventID']),
    level: textOf(system['Level']),
    channel: textOf(system['Channel']),
    computer: textOf(system['Computer']),
    systemTime: attributeOf(system['TimeCreated'], 'SystemTime'),
  }
  const time = fields.systemTime
  return {
    id: Number(textOf(system['EventRecordID']) ?? 0),
    time: typeof time === 'string' && time !== '' ? time : new Date(0).toISOString(),
    event: () => document,
    system: (field) => {
      const value = fields[field]
      return typeof value === 'string' || typeof value === 'number' ? value : undefined
    },
  }
}

/** The first element with what was closed, or open at the end. */
function readNode(xml: string): XmlNode | undefined {
  const document: Open = { name: '', attributes: [], content: [] }
  const open: Open[] = [document]
  let nodes = 0
  for (const { 0: all, groups = {} } of xml.matchAll(token)) {
    const top = open.at(-1)
    if (top === undefined || (nodes += 1) > maxNodes) break
    const { data, text, open: name, rest = '' } = groups
    if (data !== undefined) top.content.push({ value: data })
    else if (text !== undefined) top.content.push({ value: unescaped(text) })
    else if (name !== undefined) {
      const node: Open = { name, attributes: attributesIn(rest), content: [] }
      top.content.push(node)
      if (!rest.endsWith('/') && open.length < maxDepth) open.push(node)
    } else if (all.startsWith('</') && open.length > 1) tidy(open.pop())
  }
  return document.content.find((part): part is XmlNode => 'name' in part)
}

/** Indentation between elements is no text. */
function tidy(node: Open | undefined): void {
  if (node === undefined || !node.content.some((part) => 'name' in part)) return
  const kept = node.content.filter((part) => 'name' in part || String(part.value).trim() !== '')
  node.content.splice(0, node.content.length, ...kept)
}

function attributesIn(rest: string): [name: string, value: XmlText][] {
  return Array.from(rest.matchAll(attribute), ([, name = '', double, single]) => [
    name,
    { value: unescaped(double ?? single ?? '') },
  ])
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (all, ...[hex, decimal, name]) => {
    if (typeof name === 'string') return entities[name] ?? all
    const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number.parseInt(String(decimal), 10)
    return code > 0x10ffff ? all : String.fromCodePoint(code)
  })
}

function attributeOf(value: unknown, name: string): unknown {
  return objectOf(objectOf(value)['#attributes'])[name]
}

function textOf(value: unknown): unknown {
  return typeof value === 'object' ? objectOf(value)['#text'] : value
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}
