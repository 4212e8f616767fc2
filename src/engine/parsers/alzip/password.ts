// A password as the bytes that ALZip made of it: UTF-8, or the code page of a Korean Windows (949) in older versions.

const leadFirst = 0x81
const leadLast = 0xfe

let codes: Map<string, number> | undefined

/** One form for ASCII, else UTF-8 first. */
export function passwordBytes(password: string): Uint8Array[] {
  const utf8 = Buffer.from(password)
  if (utf8.length === password.length) return [utf8]
  const korean = encodeKorean(password)
  return korean === undefined ? [utf8] : [utf8, korean]
}

/** Undefined: the code page has no such character. */
function encodeKorean(text: string): Uint8Array | undefined {
  codes ??= readCodes()
  const bytes: number[] = []
  for (const character of text) {
    const code = character.charCodeAt(0) < 0x80 ? character.charCodeAt(0) : codes.get(character)
    if (code === undefined) return undefined
    if (code > 0xff) bytes.push(code >>> 8)
    bytes.push(code & 0xff)
  }
  return Uint8Array.from(bytes)
}

/** The code page turned around: Node only decodes it. */
function readCodes(): Map<string, number> {
  const decoder = new TextDecoder('euc-kr')
  const table = new Map<string, number>()
  const pair = new Uint8Array(2)
  for (let lead = leadFirst; lead <= leadLast; lead++) {
    for (let trail = 0x41; trail <= leadLast; trail++) {
      pair[0] = lead
      pair[1] = trail
      const text = decoder.decode(pair)
      if (text.length === 1 && text !== '\ufffd') table.set(text, (lead << 8) | trail)
    }
  }
  return table
}
