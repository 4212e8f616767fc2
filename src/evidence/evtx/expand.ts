// An element with its values in place: the way for XML, and for JSON of everything unusual. An element whose content is an
// array stands once for each item, as Windows shows it.

import { valueType } from './scalar.ts'
import type { Attribute, Content, Element, Scalar, Substitution, XmlNode, XmlText } from './tree.ts'
import type { Fragment, Values } from './values.ts'

/** One element, more where its content is an array. Throws RecordFault. */
export function expandFragment({ root, values }: Fragment): XmlNode[] {
  return expandElement(root, values)
}

/** At least one, more where its content is an array. Throws RecordFault. */
export function expandElement(element: Element, values: Values): XmlNode[] {
  const attributes = element.attributes.flatMap(({ name, parts }) => {
    const value = attributeText(parts, values)
    return value === undefined ? [] : [[name, value] as const]
  })
  const [only] = element.content
  const isArray =
    element.content.length === 1 &&
    typeof only === 'object' &&
    only.kind === 'value' &&
    values.typeOf(only.index) >= valueType.array
  if (!isArray) {
    const content = element.content.flatMap((part) => expandContent(part, values))
    return [{ name: element.name, attributes, content }]
  }
  const type = values.typeOf(only.index)
  const items = values.array(only.index).map((value) => present(textOf(type, value)))
  return (items.length === 0 ? [[]] : items).map((content) => ({ name: element.name, attributes, content }))
}

function expandContent(part: Content, values: Values): (XmlNode | XmlText)[] {
  if (typeof part === 'string') return [{ value: part }]
  if (part.kind === 'element') return expandElement(part, values)
  const type = values.typeOf(part.index)
  if (type === valueType.binXml) {
    const fragment = values.fragment(part.index)
    return fragment === undefined ? [] : expandElement(fragment.root, fragment.values)
  }
  if (type >= valueType.array) return present(joined(part, values))
  return present(textOf(type, values.scalar(part.index)))
}

function attributeText(parts: Attribute['parts'], values: Values): XmlText | undefined {
  const texts = parts.flatMap((part) => {
    if (typeof part === 'string') return [{ value: part }]
    const type = values.typeOf(part.index)
    return present(type >= valueType.array ? joined(part, values) : textOf(type, values.scalar(part.index)))
  })
  const [first] = texts
  if (first === undefined || texts.length === 1) return first?.value === '' ? undefined : first
  return { value: texts.map(({ value }) => value).join(''), xml: texts.map(xmlOf).join('') }
}

/** As XML writes it. */
export function xmlOf({ value, xml }: XmlText): string {
  return xml ?? String(value)
}

function joined({ index }: Substitution, values: Values): XmlText | undefined {
  const items = values.array(index).map((value) => textOf(values.typeOf(index), value))
  if (items.length === 0) return undefined
  const text = (of: (item: XmlText) => string): string =>
    items.map((item) => (item === undefined ? '' : of(item))).join(', ')
  return { value: text(({ value }) => String(value)), xml: text(xmlOf) }
}

function textOf(type: number, value: Scalar | undefined): XmlText | undefined {
  if (value === undefined) return undefined
  return (type & 0x7f) === valueType.guid ? { value, xml: `{${value}}` } : { value }
}

function present(text: XmlText | undefined): XmlText[] {
  return text === undefined || text.value === '' ? [] : [text]
}
