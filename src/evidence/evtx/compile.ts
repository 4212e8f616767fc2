// Templates as closures that write JSON, one for each element: what is known before the values come is decided once. What is
// unusual (arrays outside of data, values between elements, names twice) goes the way of expand.ts and json.ts, with the
// same result.

import { expandElement } from './expand.ts'
import { addNodes, isContainer } from './json.ts'
import type { Attribute, Content, Element, Substitution } from './tree.ts'
import type { JsonObject, Reader, SystemReaders, Values, Writer } from './values.ts'

const maxFragments = 8

/** Adds the element under its name. */
export function compileElement(element: Element): Writer {
  const unusual: Writer = (values, into) => addNodes(into, expandElement(element, values))
  const write = usualWriter(element, unusual)
  if (element.name === '__proto__' || write === undefined) return unusual
  const { name } = element
  return (values, into) => {
    if (Object.hasOwn(into, name)) unusual(values, into)
    else write(values, into)
  }
}

/** Undefined where there is no short way. */
function usualWriter(element: Element, unusual: Writer): Writer | undefined {
  const { name, attributes, content } = element
  const children = content.filter(isElement)
  if (children.length > 0) {
    return isContainer(name) ? containerWriter(element, children) : bodyWriter(element, unusual)
  }
  const text = textReader(content)
  const addAttributes = attributesWriter(attributes)
  const only = onlySubstitution(content)
  const guards = indexesOf(content)
  if (text === undefined || addAttributes === undefined) return undefined
  return (values, into) => {
    if (only !== undefined && values.isCompound(only)) {
      if (!writeInner({ name, only, addAttributes }, values, into)) unusual(values, into)
      return
    }
    if (only === undefined && guards.some((index) => values.isCompound(index))) {
      unusual(values, into)
      return
    }
    const own = addAttributes(values)
    const value = text(values)
    if (own === undefined) into[name] = value === undefined || value === '' ? null : value
    else if (value === undefined || value === '') into[name] = { '#attributes': own }
    else into[name] = { '#attributes': own, '#text': value }
  }
}

interface Outer {
  readonly name: string
  readonly only: number
  readonly addAttributes: (values: Values) => JsonObject | undefined
}

/** An element whose content is one fragment; false for what is none. */
function writeInner({ name, only, addAttributes }: Outer, values: Values, into: JsonObject): boolean {
  const fragment = values.fragment(only)
  if (fragment === undefined || (isContainer(name) && fragment.root.name === 'Data')) return false
  const own = addAttributes(values)
  const body: JsonObject = own === undefined ? {} : { '#attributes': own }
  fragment.write(fragment.values, body)
  into[name] = body
  return true
}

/** Of an element with elements in it, and maybe values that are fragments between them. */
function bodyWriter({ name, attributes, content }: Element, unusual: Writer): Writer | undefined {
  const addAttributes = attributesWriter(attributes)
  const names = content.filter(isElement).map((child) => child.name)
  const hasText = content.some((part) => typeof part === 'string')
  if (addAttributes === undefined || hasText || hasTwice(names)) return undefined
  const firstFragment = content.findIndex((part) => typeof part === 'object' && part.kind === 'value')
  const writers = content.flatMap((part, at): Writer[] => {
    if (typeof part === 'string') return []
    if (part.kind === 'value') return [fragmentWriter(part)]
    // What a fragment is called is known only when it is there.
    return [firstFragment >= 0 && at > firstFragment ? compileElement(part) : memberWriter(part)]
  })
  const indexes = indexesOf(content)
  // Each fragment asks for a free name by itself.
  if (indexes.length > maxFragments) return undefined
  return (values, into) => {
    for (const index of indexes) {
      if (values.typeOf(index) !== 0 && values.typeOf(index) !== 0x21) {
        unusual(values, into)
        return
      }
    }
    const own = addAttributes(values)
    const body: JsonObject = own === undefined ? {} : { '#attributes': own }
    for (const write of writers) write(values, body)
    into[name] = body
  }
}

/** Within a body whose names are all different: nothing to look up. */
function memberWriter(element: Element): Writer {
  const unusual: Writer = (values, into) => addNodes(into, expandElement(element, values))
  return element.name === '__proto__' ? unusual : (usualWriter(element, unusual) ?? unusual)
}

function fragmentWriter({ index }: Substitution): Writer {
  return (values, into) => {
    const fragment = values.fragment(index)
    fragment?.write(fragment.values, into)
  }
}

/** EventData or UserData of data that all have different names, or none of which has one. */
function containerWriter(element: Element, children: readonly Element[]): Writer | undefined {
  const data = children.filter((child) => child.name === 'Data')
  const others = children.filter((child) => child.name !== 'Data')
  if (children.length !== element.content.length) return undefined
  const names = data.map(({ attributes }) => {
    const [first] = attributes
    const [part] = first?.parts ?? []
    const isPlain = attributes.length === 1 && first?.name === 'Name' && first.parts.length === 1
    return isPlain && typeof part === 'string' && part !== '__proto__' ? part : undefined
  })
  const bare = data.every(({ attributes }) => attributes.length === 0)
  const members = [...names, ...others.map(({ name }) => name)]
  const addAttributes = attributesWriter(element.attributes)
  const isNamed = names.every((name) => name !== undefined) && !hasTwice(members)
  if (addAttributes === undefined || (!isNamed && !bare) || others.some(({ name }) => name === '__proto__'))
    return undefined
  if (!isNamed && hasTwice(others.map(({ name }) => name))) return undefined
  const texts = data.map(({ content }) => ({ text: textReader(content), indexes: indexesOf(content) }))
  if (texts.some(({ text }) => text === undefined)) return undefined
  const unusual: Writer = (values, into) => addNodes(into, expandElement(element, values))
  const writers = isNamed && data.length > 0 ? namedWriters(children, names) : bareWriters(children)
  const indexes = texts.flatMap((text) => text.indexes)
  const { name } = element
  return (values, into) => {
    for (const index of indexes) {
      if (values.isCompound(index)) {
        unusual(values, into)
        return
      }
    }
    const own = addAttributes(values)
    const body: JsonObject = own === undefined ? {} : { '#attributes': own }
    for (const write of writers) write(values, body)
    into[name] = body
  }
}

function namedWriters(children: readonly Element[], names: readonly (string | undefined)[]): Writer[] {
  let at = 0
  return children.map((child): Writer => {
    if (child.name !== 'Data') return memberWriter(child)
    const name = names[at++] ?? ''
    const text = textReader(child.content) ?? (() => undefined)
    return (values, into) => {
      into[name] = text(values) ?? ''
    }
  })
}

function bareWriters(children: readonly Element[]): Writer[] {
  const texts = children
    .filter(({ name }) => name === 'Data')
    .map(({ content }) => textReader(content) ?? (() => undefined))
  let isFirst = true
  return children.flatMap((child): Writer[] => {
    if (child.name !== 'Data') return [memberWriter(child)]
    if (!isFirst) return []
    isFirst = false
    return [
      (values, into) => {
        const all = texts.map((text) => text(values) ?? '')
        into['Data'] = { '#text': all.length === 1 ? all[0] : all }
      },
    ]
  })
}

/** Undefined when there is something to be looked up. Gives undefined where there are no attributes with values. */
function attributesWriter(
  attributes: readonly Attribute[],
): ((values: Values) => JsonObject | undefined) | undefined {
  const names = attributes.map(({ name }) => name)
  if (hasTwice(names) || names.includes('__proto__')) return undefined
  const readers = attributes.flatMap(({ name, parts }) => {
    const read = textReader(parts)
    return read === undefined ? [] : [{ name, read, indexes: indexesOf(parts) }]
  })
  if (readers.length === 0) return () => undefined
  return (values) => {
    let object: JsonObject | undefined
    for (const { name, read } of readers) {
      const value = read(values)
      if (value === undefined || value === '') continue
      object ??= {}
      object[name] = value
    }
    return object
  }
}

/** Of content without elements; undefined where there are some. */
function textReader(content: readonly Content[]): Reader | undefined {
  if (content.length === 0) return () => undefined
  const [only] = content
  if (content.length === 1 && typeof only === 'string') return () => only
  if (content.length === 1 && typeof only === 'object' && only.kind === 'value') {
    const { index } = only
    return (values) => values.scalar(index)
  }
  if (content.some(isElement)) return undefined
  const readers = content.map((part): Reader => {
    if (typeof part === 'string') return () => part
    return part.kind === 'value' ? (values) => values.scalar(part.index) : () => undefined
  })
  return (values) => {
    const texts = readers.flatMap((read) => {
      const text = read(values)
      return text === undefined || text === '' ? [] : [text]
    })
    return texts.length <= 1 ? texts[0] : texts.join('')
  }
}

/** The fields of System that nearly everything asks for. */
export function systemReaders(root: Element): SystemReaders {
  const system = childOf(root, 'System')
  const text = (name: string): Reader => textReader(childOf(system, name)?.content ?? []) ?? none
  const attribute = (name: string, of: string): Reader => {
    const found = childOf(system, name)?.attributes.find((own) => own.name === of)
    return textReader(found?.parts ?? []) ?? none
  }
  return {
    provider: attribute('Provider', 'Name'),
    eventId: text('EventID'),
    level: text('Level'),
    channel: text('Channel'),
    computer: text('Computer'),
    systemTime: attribute('TimeCreated', 'SystemTime'),
  }
}

const none: Reader = () => undefined

function childOf(element: Element | undefined, name: string): Element | undefined {
  return element?.content.find((part): part is Element => isElement(part) && part.name === name)
}

function isElement(part: Content): part is Element {
  return typeof part === 'object' && part.kind === 'element'
}

function onlySubstitution(content: readonly Content[]): number | undefined {
  const [only] = content
  return content.length === 1 && typeof only === 'object' && only.kind === 'value' ? only.index : undefined
}

function indexesOf(content: readonly Content[]): number[] {
  return content.flatMap((part) => (typeof part === 'object' && part.kind === 'value' ? [part.index] : []))
}

function hasTwice(names: readonly (string | undefined)[]): boolean {
  return new Set(names).size < names.length
}
