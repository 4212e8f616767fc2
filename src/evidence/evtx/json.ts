// An element as JSON, in the shape that readers of event logs agree on: attributes below `#attributes`, text below `#text`
// where there is more than text, values of EventData and UserData under their names.

import type { Scalar, XmlNode, XmlText } from './tree.ts'
import type { JsonObject } from './values.ts'

/** Names of elements whose `Data` children are members by the name that they carry. */
export function isContainer(name: string): boolean {
  return name === 'EventData' || name === 'UserData'
}

/** Of names that stood more than once, the next number: looking for one that is free would take ever longer. */
type Taken = Map<string, number>

/** Adds them as members; names that are taken get `_1`, `_2` … */
export function addNodes(into: JsonObject, nodes: readonly XmlNode[], taken: Taken = new Map()): void {
  for (const node of nodes) setMember(into, freeName(into, node.name, taken), jsonOf(node))
}

/** Also for names that mean something to JavaScript. */
function setMember(into: JsonObject, name: string, value: unknown): void {
  if (name !== '__proto__') into[name] = value
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true })
}

function freeName(into: JsonObject, name: string, taken: Taken): string {
  if (!Object.hasOwn(into, name)) return name
  let suffix = taken.get(name) ?? 1
  while (Object.hasOwn(into, `${name}_${suffix}`)) suffix += 1
  taken.set(name, suffix + 1)
  return `${name}_${suffix}`
}

function jsonOf(node: XmlNode): unknown {
  const hasElements = node.content.some(isNode)
  if (!hasElements && node.attributes.length === 0) return textOf(node.content) ?? null
  return bodyOf(node)
}

function bodyOf({ name, attributes, content }: XmlNode): JsonObject {
  const body: JsonObject = {}
  if (attributes.length > 0) body['#attributes'] = attributesOf(attributes)
  const text = textOf(content)
  if (text !== undefined) body['#text'] = text
  if (isContainer(name)) addData(body, content)
  else addNodes(body, content.filter(isNode))
  return body
}

/** Named data by their names; what has the same name is a list. Data without a name are a list of their own. */
function addData(body: JsonObject, content: XmlNode['content']): void {
  const lists = new Map<string, { readonly member: string; readonly values: unknown[] }>()
  const taken: Taken = new Map()
  for (const node of content.filter(isNode)) {
    if (node.name !== 'Data') {
      addNodes(body, [node], taken)
      continue
    }
    const name = nameOf(node) ?? ''
    const list = lists.get(name) ?? { member: freeName(body, name === '' ? 'Data' : name, taken), values: [] }
    lists.set(name, list)
    list.values.push(dataOf(node))
    const value = list.values.length === 1 ? list.values[0] : list.values
    setMember(body, list.member, name === '' ? { '#text': value } : value)
  }
}

function dataOf(node: XmlNode): unknown {
  const others = node.attributes.filter(([name]) => name !== 'Name')
  if (others.length === 0 && !node.content.some(isNode)) return textOf(node.content) ?? ''
  return bodyOf({ ...node, attributes: others })
}

function nameOf({ attributes }: XmlNode): string | undefined {
  const name = attributes.find(([attribute]) => attribute === 'Name')?.[1].value
  return name === undefined ? undefined : String(name)
}

function attributesOf(attributes: XmlNode['attributes']): JsonObject {
  const object: JsonObject = {}
  const taken: Taken = new Map()
  for (const [name, { value }] of attributes) setMember(object, freeName(object, name, taken), value)
  return object
}

/** The text of an element: a single value as it is, several as one text. Undefined: none. */
function textOf(content: XmlNode['content']): Scalar | undefined {
  const texts = content.filter((part): part is XmlText => !isNode(part) && part.value !== '')
  const [first] = texts
  if (first === undefined) return undefined
  return texts.length === 1 ? first.value : texts.map(({ value }) => value).join('')
}

function isNode(part: XmlNode | XmlText): part is XmlNode {
  return 'name' in part
}
