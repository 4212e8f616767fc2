// A tokeniser of HTML as browsers read it, for one purpose: which tags and attributes would a browser make of this text. It is as lenient
// as they are (any separator, missing quotes, missing ends) and looks into quoted values too, since the value may itself start inside one.

export interface Attribute {
  /** Lower case. */
  readonly name: string
  readonly value: string
  readonly hasValue: boolean
}

export interface Tag {
  /** Lower case, without a name space's prefix. */
  readonly name: string
  readonly attributes: readonly Attribute[]
  /** Where the text behind the tag starts. */
  readonly end: number
}

/** The most characters that are read for the tags of one text: some are read again where quotes do not match. */
const maxWork = 65_536
const maxAttributes = 48
const nameStart = /[A-Za-z]/
/** What browsers, old ones too, take for a separator of attributes. */
const separator = /[\s\0/"'`\\|,;+]/
const nameEnd = /[\s\0=>/<]/

/** The tags of a text in their order; at most one for each `<`. */
export function* tagsOf(text: string): Generator<Tag> {
  let work = 0
  for (let at = text.indexOf('<'); at >= 0 && work < maxWork; at = text.indexOf('<', at + 1)) {
    const tag = readTag(text, at + 1)
    if (tag === undefined) continue
    work += tag.end - at
    yield tag
  }
}

function readTag(text: string, from: number): Tag | undefined {
  let at = from
  while (at < from + 4 && /[/!?%\s\0]/.test(text[at] ?? '')) at++
  if (!nameStart.test(text[at] ?? '')) return undefined
  const nameAt = at
  while (at < text.length && at < nameAt + 40 && /[\w:.-]/.test(text[at] ?? '')) at++
  const full = text.slice(nameAt, at).toLowerCase()
  const name = full.slice(full.lastIndexOf(':') + 1)
  const attributes: Attribute[] = []
  while (at < text.length && attributes.length < maxAttributes) {
    const c = text[at] ?? ''
    if (c === '>') return { name, attributes, end: at + 1 }
    if (c === '<' && nameStart.test(text[at + 1] ?? '')) return { name, attributes, end: at }
    if (separator.test(c) || c === '=' || c === '<') {
      at++
      continue
    }
    at = readAttribute(text, at, attributes)
  }
  return { name, attributes, end: at }
}

/** Adds the attribute that starts at `from`; answers where it ends. */
function readAttribute(text: string, from: number, attributes: Attribute[]): number {
  let at = from
  while (at < text.length && !nameEnd.test(text[at] ?? '')) at++
  const name = text.slice(from, Math.min(at, from + 64)).toLowerCase()
  let next = at
  while (/[\s\0]/.test(text[next] ?? '')) next++
  if (text[next] !== '=') {
    attributes.push({ name, value: '', hasValue: false })
    return Math.max(at, from + 1)
  }
  next++
  while (/[\s\0]/.test(text[next] ?? '')) next++
  const quote = text[next] ?? ''
  if (quote === '"' || quote === "'" || quote === '`') {
    const close = text.indexOf(quote, next + 1)
    const end = close < 0 ? text.length : close
    attributes.push({ name, value: text.slice(next + 1, end), hasValue: true })
    return end + 1
  }
  at = next
  while (at < text.length && !/[\s>]/.test(text[at] ?? '')) at++
  attributes.push({ name, value: text.slice(next, at), hasValue: true })
  return at
}
