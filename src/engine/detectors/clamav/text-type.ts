// Which kind of text the first bytes of a file are, if any. ClamAV's tests are those of file(1) and lenient: many binary
// files pass as UTF-16.

export type TextType =
  | 'CL_TYPE_TEXT_ASCII'
  | 'CL_TYPE_TEXT_UTF8'
  | 'CL_TYPE_TEXT_UTF16LE'
  | 'CL_TYPE_TEXT_UTF16BE'
  | 'CL_TYPE_BINARY_DATA'

const isBelowAscii = (byte: number): boolean => byte < 0x80

/** Characters of plain text: printable ones, BEL, BS, HT, LF, FF, CR, ESC, and NEL. */
const isText = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || [7, 8, 9, 10, 12, 13, 27, 0x85].includes(byte) ? 1 : 0,
)

export function textTypeOf(head: Uint8Array): TextType {
  if (head.every((byte) => isText[byte] === 1 || !isBelowAscii(byte))) return 'CL_TYPE_TEXT_ASCII'
  if (isUtf8(head)) return 'CL_TYPE_TEXT_UTF8'
  const order = utf16Order(head)
  if (order === undefined) return 'CL_TYPE_BINARY_DATA'
  return order === 'little' ? 'CL_TYPE_TEXT_UTF16LE' : 'CL_TYPE_TEXT_UTF16BE'
}

/** At least one character beyond ASCII, in the old form with up to six bytes; the last one may be cut. */
function isUtf8(head: Uint8Array): boolean {
  let beyondAscii = false
  for (let at = 0; at < head.length; at++) {
    const byte = head[at]!
    if (isBelowAscii(byte)) {
      if (isText[byte] === 0) return false
      continue
    }
    const more = Math.clz32(~(byte << 24)) - 1
    if (more < 1 || more > 5) return false
    for (let left = more; left > 0; left--) {
      if (++at >= head.length) return beyondAscii
      if ((head[at]! & 0xc0) !== 0x80) return false
    }
    beyondAscii = true
  }
  return beyondAscii
}

/** Without a byte order mark big-endian is assumed, and no unit may be a control character. */
function utf16Order(head: Uint8Array): 'little' | 'big' | undefined {
  if (head.length < 2) return undefined
  const mark = (head[0]! << 8) | head[1]!
  const hasMark = mark === 0xfffe || mark === 0xfeff
  const high = mark === 0xfffe ? 1 : 0
  let bad = 0
  for (let at = 2; at + 1 < head.length; at += 2) {
    const unit = (head[at + high]! << 8) | head[at + 1 - high]!
    if (unit === 0xfffe) return undefined
    if (unit >= 0x80 || isText[unit] === 1) continue
    if (!hasMark) return undefined
    bad++
  }
  if (hasMark && bad >= Math.floor(head.length / 2)) return undefined
  return high === 1 ? 'little' : 'big'
}
