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
const maxWork = 24_576
const maxAttributes = 48
const spaces = ' \t\n\v\f\r\0\u00a0\u2028\u2029\ufeff\u3000'
/** What browsers, old ones too, take for a separator of attributes. */
const separators = `${spaces}/"'\`\\|,;+`

/** Kinds of the characters of Latin-1, as bits: a look-up a character is a tenth of a pattern's price. */
const is = { space: 1, separator: 2, nameEnd: 4, letter: 8, tagName: 16, beforeName: 32 } as const
const kinds = new Uint8Array(256)
for (let code = 0; code < 256; code++) {
  const sign = String.fromCharCode(code)
  kinds[code] =
    (spaces.includes(sign) ? is.space | is.nameEnd : 0) |
    (separators.includes(sign) ? is.separator : 0) |
    ('=>/<'.includes(sign) ? is.nameEnd : 0) |
    (/[A-Za-z]/.test(sign) ? is.letter : 0) |
    (/[\w:.-]/.test(sign) ? is.tagName : 0) |
    (`${spaces}/!?%`.includes(sign) ? is.beforeName : 0)
}

function isKind(text: string, at: number, kind: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 256) return ((kinds[code] ?? 0) & kind) !== 0
  // The few spaces of Unicode; NaN, behind the end, is of no kind.
  return (
    code > 0x1fff && (kind & (is.space | is.separator | is.nameEnd)) !== 0 && spaces.includes(text.charAt(at))
  )
}

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
  while (at < from + 4 && isKind(text, at, is.beforeName)) at++
  if (!isKind(text, at, is.letter)) return undefined
  const nameAt = at
  while (at < text.length && at < nameAt + 40 && isKind(text, at, is.tagName)) at++
  const full = text.slice(nameAt, at).toLowerCase()
  const name = full.slice(full.lastIndexOf(':') + 1)
  const attributes: Attribute[] = []
  while (at < text.length && attributes.length < maxAttributes) {
    const c = text[at] ?? ''
    if (c === '>') return { name, attributes, end: at + 1 }
    if (c === '<' && isKind(text, at + 1, is.letter)) return { name, attributes, end: at }
    if (isKind(text, at, is.separator) || c === '=' || c === '<') {
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
  while (at < text.length && !isKind(text, at, is.nameEnd)) at++
  const name = text.slice(from, Math.min(at, from + 64)).toLowerCase()
  let next = at
  while (isKind(text, next, is.space)) next++
  if (text[next] !== '=') {
    attributes.push({ name, value: '', hasValue: false })
    return Math.max(at, from + 1)
  }
  next++
  while (isKind(text, next, is.space)) next++
  const quote = text[next] ?? ''
  if (quote === '"' || quote === "'" || quote === '`') {
    const close = text.indexOf(quote, next + 1)
    const end = close < 0 ? text.length : close
    attributes.push({ name, value: text.slice(next + 1, end), hasValue: true })
    return end + 1
  }
  at = next
  while (at < text.length && text[at] !== '>' && (text[at] === '\0' || !isKind(text, at, is.space))) at++
  attributes.push({ name, value: text.slice(next, at), hasValue: true })
  return at
}
