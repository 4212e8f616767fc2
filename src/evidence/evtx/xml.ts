// An element as XML text, indented by two blanks as viewers of event logs do.

import { xmlOf } from './expand.ts'
import { RecordFault } from './fault.ts'
import type { XmlNode, XmlText } from './tree.ts'

const maxChars = 16 << 20

/** Throws RecordFault when it would be too long. */
export function xmlText(node: XmlNode): string {
  const lines: string[] = []
  let chars = 0
  const add = (line: string): void => {
    chars += line.length + 1
    if (chars > maxChars) throw new RecordFault('its XML is too long', 0)
    lines.push(line)
  }
  write(node, '', add)
  return lines.join('\n')
}

function write(node: XmlNode, indent: string, add: (line: string) => void): void {
  const { name, attributes, content } = node
  const open = attributes.reduce(
    (text, [attribute, value]) => `${text} ${attribute}="${escaped(xmlOf(value))}"`,
    `${indent}<${name}`,
  )
  if (content.length === 0) {
    add(`${open}/>`)
    return
  }
  if (!content.some(isNode)) {
    const text = content.map((part) => escaped(xmlOf(part as XmlText))).join('')
    add(`${open}>${text}</${name}>`)
    return
  }
  add(`${open}>`)
  for (const part of content) {
    if (isNode(part)) write(part, `${indent}  `, add)
    else add(`${indent}  ${escaped(xmlOf(part))}`)
  }
  add(`${indent}</${name}>`)
}

function isNode(part: XmlNode | XmlText): part is XmlNode {
  return 'name' in part
}

const special = /[&<>"\ufffe\uffff]|(?![\t\n\r])\p{Cc}/gu
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Control characters become references, which XML 1.1 knows; what no XML can hold becomes U+FFFD. */
function escaped(text: string): string {
  return text.replace(special, (character) => {
    const entity = entities[character]
    if (entity !== undefined) return entity
    const code = character.charCodeAt(0)
    return code === 0 || code >= 0xfffe ? '\ufffd' : `&#x${code.toString(16)};`
  })
}
