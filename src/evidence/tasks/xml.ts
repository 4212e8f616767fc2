// As much of XML as definitions of tasks need: elements, attributes, text. No documents that define entities; what is damaged
// ends where it is damaged.

const maxDepth = 32
const maxElements = 20_000

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** All text directly in it, trimmed. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

const token =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[(?<data>[\s\S]*?)(?:\]\]>|$)|<[!?][^>]*(?:>|$)|<\/(?<close>[^>\s]+)\s*>|<(?<open>[^\s/>!?]+)(?<rest>[^>]*)>|(?<text>[^<]+)|</g
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** The root with everything that was closed, or open at the end; undefined: there is no element. */
export function readXml(text: string): { readonly root: XmlElement; readonly isWhole: boolean } | undefined {
  const open: Open[] = [{ name: '', attributes: new Map(), children: [], text: '' }]
  let elements = 0
  let isWhole = true
  for (const { groups = {} } of text.matchAll(token)) {
    const top = open.at(-1)
    if (top === undefined) break
    if (groups['text'] !== undefined) top.text += unescaped(groups['text'])
    if (groups['data'] !== undefined) top.text += groups['data']
    if (groups['close'] !== undefined) isWhole = close(open, localName(groups['close'])) && isWhole
    if (groups['open'] === undefined) continue
    if (elements >= maxElements || open.length >= maxDepth) {
      isWhole = false
      break
    }
    elements += 1
    open.push(openElement(groups['open'], groups['rest'] ?? ''))
    if (groups['rest']?.endsWith('/') === true) close(open, localName(groups['open']))
  }
  if (open.length > 1) isWhole = false
  while (open.length > 1) close(open, open.at(-1)?.name ?? '')
  const root = open[0]?.children[0]
  return root === undefined ? undefined : { root, isWhole }
}

function openElement(name: string, rest: string): Open {
  const attributes = new Map<string, string>()
  for (const [, key = '', double, single] of rest.matchAll(attribute)) {
    attributes.set(localName(key), unescaped(double ?? single ?? ''))
  }
  return { name: localName(name), attributes, children: [], text: '' }
}

/** Ends the elements up to the one of this name; false where there is none. */
function close(open: Open[], name: string): boolean {
  if (!open.some((element, index) => index > 0 && element.name === name)) return false
  for (;;) {
    const element = open.pop()
    if (element === undefined) return false
    open.at(-1)?.children.push({ ...element, text: element.text.trim() })
    if (element.name === name) return true
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (all, hexadecimal, decimal, name) => {
    if (typeof name === 'string') return entities[name] ?? all
    const code =
      typeof hexadecimal === 'string'
        ? Number.parseInt(hexadecimal, 16)
        : Number.parseInt(String(decimal), 10)
    return code > 0x10ffff ? all : String.fromCodePoint(code)
  })
}
