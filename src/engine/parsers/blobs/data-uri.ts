// data: URIs (RFC 2397) in texts.

import { isBase64Digit } from '../../codecs/base64.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { endOfRun, type Range } from './extent.ts'

export interface DataUri {
  /** Lower case; `text/plain` where it is left out. */
  readonly type: string
  readonly isBase64: boolean
  /** Has escapes, which come before base64. */
  readonly isEscaped: boolean
  readonly range: Range
}

const longestHead = 256
const head = /^data:([\w.+-]{1,64}\/[\w.+-]{1,64})?((?:;[\w.+-]{1,32}(?:=[^;,"'\s]{0,64})?){0,6}),\s{0,16}/i

const inBase64 = isBase64Digit.slice()
inBase64[0x3d] = 1
inBase64[0x25] = 1
// Line ends are passed over where somebody wraps the URI.
inBase64[0x0a] = 1
inBase64[0x0d] = 1

const quotes = '"\'`'
/** Ends of a URI that stands between quotes, and of one that does not. */
const quoted = quotes.split('').map((quote) => classWithout(quote))
const bare = classWithout('"\'`<> \t\r\n)\\')

function classWithout(ends: string): Uint8Array {
  const isOne = new Uint8Array(256).fill(1)
  for (const end of ends) isOne[end.charCodeAt(0)] = 0
  return isOne
}

const openable = /^(?:text|application|model|message)\/|^image\/svg/

/** Undefined: the word `data:` alone, or nothing to open. */
export function dataUriAt(source: ByteSource, at: number): DataUri | undefined {
  const text = Buffer.from(source.read(at, longestHead)).toString('latin1')
  const match = head.exec(text)
  if (match === null) return undefined
  const start = at + match[0].length
  const isBase64 = /;base64$/i.test(match[2] ?? '')
  const type = (match[1] ?? 'text/plain').toLowerCase()
  // Pictures and fonts as text are rare and short; what is in base64 may be anything.
  if (!isBase64 && !openable.test(type)) return undefined
  const before = at > 0 ? String.fromCharCode(source.read(at - 1, 1)[0] ?? 0) : ''
  const isOne = isBase64 ? inBase64 : (quoted[quotes.indexOf(before || ' ')] ?? bare)
  const end = endOfRun(source, start, isOne)
  const isEscaped =
    !isBase64 || Buffer.from(source.read(start, 64 * 1024)).includes(0x25) || endsEscaped(source, end)
  return { type, isBase64, isEscaped, range: { start, end } }
}

/** `%3D` is the padding of many a URI that has no other escape. */
function endsEscaped(source: ByteSource, end: number): boolean {
  return Buffer.from(source.read(Math.max(0, end - 8), 8)).includes(0x25)
}
