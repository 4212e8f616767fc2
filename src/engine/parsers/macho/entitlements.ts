// The entitlements of a code signature: the keys of a property list, and the strings of its arrays, as YARA-X lists them.

import { isUtf8 } from 'node:buffer'

import { parseXml, type XmlElement, type XmlNode } from './xml.ts'

/** A property list that is longer is not read; real ones have a few kilobytes. */
const maxBytes = 256 * 1024
/** Characters of all entitlements: arrays inside arrays repeat what is inside. */
const maxLength = 4 * 1024 * 1024

export function readEntitlements(bytes: Uint8Array): string[] {
  if (bytes.length > maxBytes || !isUtf8(bytes)) return []
  const root = parseXml(Buffer.from(bytes).toString())
  const found: string[] = []
  if (root === undefined) return found
  let room = maxLength
  for (const node of descendants(root)) {
    const texts = 'kind' in node ? [] : entitlementsOf(node)
    for (const text of texts) {
      room -= text.length + 1
      if (room < 0) return found
      found.push(text)
    }
  }
  return found
}

function entitlementsOf(element: XmlElement): Iterable<string> {
  const text = textOf(element)
  if (text === undefined) return []
  if (element.name === 'array') return stringsOf(element)
  return element.name === 'key' ? [text] : []
}

/** All texts inside, each once: those of elements and the texts themselves. */
function stringsOf(array: XmlElement): Set<string> {
  const strings = new Set<string>()
  for (const node of descendants(array)) {
    const text = textOf(node)
    if (text !== undefined && text.trim() !== '') strings.add(text)
  }
  return strings
}

/** The text that an element begins with, or a text's own. */
function textOf(node: XmlNode): string | undefined {
  if ('kind' in node) return node.kind === 'instruction' ? undefined : node.text
  const first = node.children[0]
  return first !== undefined && 'kind' in first && first.kind === 'text' ? first.text : undefined
}

/** The node and all inside it, in document order. */
function* descendants(root: XmlElement): Generator<XmlNode> {
  const waiting: XmlNode[] = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node
    if ('children' in node) for (const child of node.children.toReversed()) waiting.push(child)
  }
}
