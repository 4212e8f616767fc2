// Character references in HTML, as ClamAV writes them: characters of Latin-1 as one byte, all others as `&#xhhhh;`.
// https://www.w3.org/TR/html401/sgml/entities.html

export interface Entity {
  /** What stands for it in the normalised text. */
  readonly bytes: Uint8Array
  /** Behind it. */
  readonly end: number
}

/** From 0xa0 on. */
const latin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  )

const named = new Map<string, number>([
  ['amp', 0x26],
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['quot', 0x22],
  ['apos', 0x27],
  ...latin1.map((name, index): [string, number] => [name, 0xa0 + index]),
  ...Object.entries({
    bull: 0x2022,
    euro: 0x20ac,
    hellip: 0x2026,
    larr: 0x2190,
    ldquo: 0x201c,
    lsquo: 0x2018,
    mdash: 0x2014,
    ndash: 0x2013,
    rarr: 0x2192,
    rdquo: 0x201d,
    rsquo: 0x2019,
    trade: 0x2122,
  }),
])

const ampersand = 0x26
const semicolon = 0x3b
const upperX = 0x58
const maxDigits = 9

export function isNameByte(byte: number): boolean {
  const letter = byte | 0x20
  if (letter >= 0x61 && letter <= 0x7a) return true
  return (byte >= 0x30 && byte <= 0x3a) || byte === 0x5f || byte === 0x2d
}

/** The name is `bytes[start, end)`; one that is not closed or not known stays as it is. */
export function decodeEntity(bytes: Uint8Array, start: number, end: number): Entity {
  const isClosed = bytes[end] === semicolon
  const name = Buffer.from(bytes.subarray(start, end)).toString('latin1')
  const character = isClosed ? named.get(name) : undefined
  const behind = isClosed ? end + 1 : end
  if (character !== undefined) return { bytes: bytesOf(character), end: behind }
  return { bytes: Uint8Array.of(ampersand, ...bytes.subarray(start, behind)), end: behind }
}

/** Behind `&#`. Ends at the first byte that is neither a digit nor the semicolon, which is taken. */
export function numericEntity(bytes: Uint8Array, start: number): Entity {
  const isHex = ((bytes[start] ?? 0) & ~0x20) === upperX
  const radix = isHex ? 16 : 10
  let at = isHex ? start + 1 : start
  let value = 0
  for (let digits = 0; digits < maxDigits; digits++, at++) {
    const digit = Number.parseInt(String.fromCharCode(bytes[at] ?? 0), radix)
    if (Number.isNaN(digit)) break
    value = value * radix + digit
  }
  return { bytes: bytesOf(value), end: bytes[at] === semicolon ? at + 1 : at }
}

function bytesOf(character: number): Uint8Array {
  if (character < 0x100) return Uint8Array.of(character)
  return Buffer.from(`&#x${character.toString(16).padStart(4, '0')};`)
}
