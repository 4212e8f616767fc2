// Every way of writing a dot or a separator of a path, told as the plain character: nested percent escapes, overlong UTF-8,
// %u code points that servers fold to ASCII, 0x2f, broken escapes that decoders were known to accept. Works on the raw bytes of
// the parameter, because a correct decoder (RFC 3629) makes replacement characters of exactly these.

/** Bytes looked at; a climb needs no more to be recognised. */
const maxChars = 2048
const rounds = 4

const odd = /%(?:25|[01c][01]|e0%80|f[08c]%80|u|bg|%|2e|5c|ef%bc|e2%88)|0x[25][cef]/i
const escape = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi
// The escapes %c0%9v, %bg%qf, %c1%8s and the like: what servers of 2000 computed from a letter that is no hexadecimal digit.
const broken = /(?:[\xc0\xc1]|%bg)%(?:9v|qf|8s|pc)/gi
const doubled = /%%3([25])%%6([356])/gi
const dot =
  /%?\xc0[.\xaen\xee\xfe^]|\xe0\x80\xae|\xf0\x80\x80\xae|\xf8\x80{3}\xae|\xfc\x80{4}\xae|0?x2e|\uff0e|\xef\xbc\x8e/gi
const slash =
  // eslint-disable-next-line no-control-regex -- 0x1c is the byte that a bad decoder adds up to a backslash
  /[\xc0\xc1][/\u001c\\\x9c\xaf]|\xe0\x80\xaf|\xf0\x80\x80\xaf|\xf8\x80{3}\xaf|\xfc\x80{4}\xaf|0x(?:2f|5c)|[\u2215\u2216\uefc8\uf025\uff0f\uff3c]|\xe2\x88[\x95\x96]|\xef\xbc\x8f|\xef\xbc\xbc/gi

/**
 * @param raw the parameter as it stands in the log, latin1
 * @returns the path in plain characters, or undefined where nothing in it is written in an unusual way
 */
export function plainPath(raw: string): string | undefined {
  if (!odd.test(raw)) return undefined
  let text = raw.length > maxChars ? raw.slice(0, maxChars) : raw
  text = text.replace(doubled, (_, high: string, low: string) => `%${high}${'cdef'[Number(low) - 3] ?? 'e'}`)
  for (let round = 0; round < rounds && text.includes('%'); round++) {
    const next = text.replace(escape, (_, wide: string | undefined, byte: string | undefined) =>
      String.fromCharCode(Number.parseInt(wide ?? byte ?? '3f', 16)),
    )
    if (next === text) break
    text = next
  }
  // Separators last: the lead byte of an overlong dot may stand before a true dot, that of a separator before a true slash.
  return text.replace(broken, '/').replace(dot, '.').replace(slash, '/')
}
