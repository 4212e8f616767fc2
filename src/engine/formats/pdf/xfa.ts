// The scripts in a packet of an XFA form (Adobe XML Forms Architecture 3.3): `script` elements that say JavaScript.

import type { ByteSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Member, UnpackContext } from '../format.ts'

/** Longer packets are searched this far for scripts; as members they are whole. */
const maxPacketBytes = 8 * 1024 * 1024
const maxScripts = 2000

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
}

export function* formScripts(name: string, source: ByteSource, context: UnpackContext): Generator<Member> {
  let count = 0
  const text = copyBytes(source, { most: maxPacketBytes }).toString('utf8')
  for (const script of scriptsIn(text)) {
    const label = `${name} script ${++count}`
    if (count > maxScripts) return
    yield {
      name: label,
      source: new ProducedSource(() => Buffer.from(script), context.budget),
      language: 'javascript',
    }
  }
  source.release?.()
}

function* scriptsIn(text: string): Generator<string> {
  for (let at = 0; ;) {
    const start = text.indexOf('<script', at)
    const open = start < 0 ? -1 : text.indexOf('>', start)
    if (open < 0) return
    const close = text.indexOf('</script', open)
    const content = text.slice(open + 1, close < 0 ? text.length : close)
    // Without a type it is FormCalc.
    if (text.slice(start, open).includes('javascript') && content.trim() !== '') yield plain(content)
    if (close < 0) return
    at = close
  }
}

function plain(content: string): string {
  const data = content.indexOf('<![CDATA[')
  if (data >= 0) {
    const end = content.indexOf(']]>', data)
    return content.slice(data + 9, end < 0 ? content.length : end)
  }
  return content
    .replaceAll(/&(?:lt|gt|amp|quot|apos);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/&#(x[\da-f]{1,6}|\d{1,7});/gi, (whole, digits: string) => {
      const code =
        digits.startsWith('x') || digits.startsWith('X')
          ? Number.parseInt(digits.slice(1), 16)
          : Number(digits)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
}
