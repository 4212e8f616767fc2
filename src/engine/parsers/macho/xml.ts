// Just enough XML 1.0 for property lists: a tree of elements and texts, or nothing where the document is not well-formed.
// Document types are skipped; entities other than the five of XML itself make a document unreadable.

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  /** In document order. Texts that touch are one; comments separate them. */
  readonly children: XmlNode[]
}

export type XmlNode = XmlElement | XmlText
export interface XmlText {
  readonly kind: 'text' | 'comment' | 'instruction'
  text: string
}

/** Elements inside each other. */
const maxDepth = 1024

const name = String.raw`[\p{L}_:][\p{L}\p{N}\p{M}_:.\-·]*`
const attribute = String.raw`\s+(${name})\s*=\s*("[^"<]*"|'[^'<]*')`
const startTag = new RegExp(String.raw`<(${name})((?:${attribute})*)\s*(\/?)>`, 'uy')
const endTag = new RegExp(String.raw`<\/(${name})\s*>`, 'uy')
const attributes = new RegExp(attribute, 'gu')
const comment = /<!--(?!-?>)((?:(?!--)[^])*)-->/y
const instruction = /<\?(?!xml[\s?])[^]*?\?>/y
const declaration =
  /^<\?xml\s+version\s*=\s*(?:"1\.\d+"|'1\.\d+')(?:\s+encoding\s*=\s*(?:"[\w.-]+"|'[\w.-]+'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/y
const cdata = /<!\[CDATA\[([^]*?)\]\]>/y
const literal = String.raw`(?:"[^"]*"|'[^']*')`
const doctype = new RegExp(
  String.raw`<!DOCTYPE\s+${name}(?:\s+(?:SYSTEM|PUBLIC\s+${literal})\s+${literal})?\s*(?:\[(?:[^\]"']|${literal})*\]\s*)?>`,
  'uy',
)
const characters = /[^<]+/y
const blank = /^[ \t\r\n]*$/
const reference = /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));|&/g
// eslint-disable-next-line no-control-regex
const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The root element, or undefined. */
export function parseXml(source: string): XmlElement | undefined {
  return new Parser(source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')).parse()
}

class Parser {
  readonly #source: string
  #at = 0
  #root: XmlElement | undefined
  readonly #open: XmlElement[] = []

  constructor(source: string) {
    this.#source = source
  }

  parse(): XmlElement | undefined {
    this.#take(declaration)
    while (this.#at < this.#source.length) {
      if (!this.#token()) return undefined
    }
    return this.#open.length === 0 ? this.#root : undefined
  }

  /** False: not well-formed. */
  #token(): boolean {
    if (this.#source[this.#at] !== '<') return this.#characters()
    const note = this.#take(comment)
    if (note !== undefined) return this.#keep({ kind: 'comment', text: note[1]! })
    if (this.#take(instruction) !== undefined) return this.#keep({ kind: 'instruction', text: '' })
    const section = this.#take(cdata)
    if (section !== undefined) return this.#open.length > 0 && this.#text(section[1]!)
    const end = this.#take(endTag)
    if (end !== undefined) return this.#open.pop()?.name === localName(end[1]!)
    if (this.#root === undefined && this.#take(doctype) !== undefined) return true
    const start = this.#take(startTag)
    return start !== undefined && this.#start(start)
  }

  #start(match: RegExpExecArray): boolean {
    if (this.#open.length === 0 && this.#root !== undefined) return false
    if (this.#open.length >= maxDepth || !areDistinct(match[2]!)) return false
    const element: XmlElement = { name: localName(match[1]!), children: [] }
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#root = element
    else parent.children.push(element)
    if (match.at(-1) === '') this.#open.push(element)
    return true
  }

  #characters(): boolean {
    const raw = this.#take(characters)?.[0]
    if (raw === undefined) return false
    if (this.#open.length === 0) return blank.test(raw)
    const text = raw.includes(']]>') ? undefined : decode(raw)
    return text !== undefined && this.#text(text)
  }

  #text(text: string): boolean {
    const siblings = this.#open.at(-1)!.children
    const last = siblings.at(-1)
    if (last !== undefined && 'kind' in last && last.kind === 'text') last.text += text
    else if (text !== '') siblings.push({ kind: 'text', text })
    return true
  }

  #keep(node: XmlText): boolean {
    this.#open.at(-1)?.children.push(node)
    return true
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match === null || (pattern !== doctype && notXml.test(match[0]))) return undefined
    this.#at += match[0].length
    return match
  }
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1)
}

function areDistinct(list: string): boolean {
  const names = new Set<string>()
  for (const [, key, value] of list.matchAll(attributes)) {
    if (names.has(key!) || decode(value!) === undefined) return false
    names.add(key!)
  }
  return true
}

/** Resolves references; undefined: one of them is unknown. */
function decode(raw: string): string | undefined {
  if (!raw.includes('&')) return raw
  let isKnown = true
  const text = raw.replace(reference, (_, hex?: string, decimal?: string, entity?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
    const resolved = entity === undefined ? isCharacter && String.fromCodePoint(code) : entities[entity]
    if (typeof resolved === 'string' && !notXml.test(resolved)) return resolved
    isKnown = false
    return ''
  })
  return isKnown ? text : undefined
}
