// XML as evtxexport and we print it, taken apart into paths and texts. By lines, because evtxexport does not escape the
// texts of values: a text ends where its own end tag ends a line.

interface Leaf {
  /** Names from the root, attributes with @; the n-th of the same name has [n]. */
  readonly path: string
  readonly text: string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const startTag = /^( *)<([^\s/>]+)((?: [^\s=]+="[^"]*")*)(\/?)>/
const attribute = /([^\s=]+)="([^"]*)"/g

/** Texts and attributes of one document, in its order; texts that are only white space are none. */
export function leavesOf(xml: string): Leaf[] {
  const leaves: Leaf[] = []
  const stack: { readonly path: string; readonly seen: Map<string, number> }[] = [
    { path: '', seen: new Map() },
  ]
  const lines = xml.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const top = stack.at(-1)
    const start = startTag.exec(line)
    if (top === undefined) break
    if (start === null) {
      if (/^ *<\//.test(line)) stack.pop()
      continue
    }
    const [tag, , name = '', attributes = '', empty] = start
    const nth = (top.seen.get(name) ?? 0) + 1
    top.seen.set(name, nth)
    const path = `${top.path}/${name}${nth > 1 ? `[${nth}]` : ''}`
    for (const [, key, value = ''] of attributes.matchAll(attribute))
      if (value !== '') leaves.push({ path: `${path}@${key ?? ''}`, text: unescaped(value) })
    if (empty === '/') continue
    if (line === tag && /^ *<[^!?]/.test(lines[at + 1] ?? '')) {
      stack.push({ path, seen: new Map() })
      continue
    }
    let text = line.slice(tag.length)
    while (!text.endsWith(`</${name}>`) && at + 1 < lines.length) text += `\n${lines[(at += 1)] ?? ''}`
    text = text.slice(0, -name.length - 3)
    if (text.trim() !== '') leaves.push({ path, text: unescaped(text) })
  }
  return leaves
}

/** The documents in what an oracle printed for a whole log. */
export function documentsOf(text: string): string[] {
  return text.match(/^<Event[\s>][^]*?^<\/Event>/gm) ?? []
}

function unescaped(text: string): string {
  return text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
