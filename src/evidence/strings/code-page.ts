// What is text in which encoding: tables over bytes, pairs of bytes and UTF-16 code units, made from the runtime's own decoders.

/** As users write them, with the label by which the runtime knows them (WHATWG Encoding). */
const labels: Readonly<Record<string, string>> = {
  cp949: 'euc-kr',
  'euc-kr': 'euc-kr',
  cp932: 'shift_jis',
  'shift-jis': 'shift_jis',
  'euc-jp': 'euc-jp',
  cp936: 'gbk',
  gbk: 'gbk',
  cp950: 'big5',
  big5: 'big5',
  'utf-8': 'utf-8',
  cp866: 'ibm866',
  'koi8-r': 'koi8-r',
  cp874: 'windows-874',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  cp1253: 'windows-1253',
  cp1254: 'windows-1254',
  cp1255: 'windows-1255',
  cp1256: 'windows-1256',
  cp1257: 'windows-1257',
  cp1258: 'windows-1258',
}

export const codePages: readonly string[] = Object.keys(labels)

export type CodePage =
  | { readonly kind: 'narrow'; readonly table: Uint8Array; readonly label: string }
  | {
      readonly kind: 'multi-byte'
      readonly label: string
      /** See findMultiByte. */
      readonly lengthAt: (bytes: Uint8Array, at: number, end: number) => number
    }

/** Undefined: there is no such code page. */
export function codePageOf(name: string): CodePage | undefined {
  const label = Object.hasOwn(labels, name) ? labels[name] : undefined
  if (label === undefined) return undefined
  if (label === 'utf-8') return { kind: 'multi-byte', label, lengthAt: utf8Length }
  const decoder = new TextDecoder(label)
  if (/^(?:euc-|shift|gbk|big5)/.test(label))
    return { kind: 'multi-byte', label, lengthAt: pairLength(decoder) }
  const table = asciiTable()
  for (let byte = 0x80; byte < 0x100; byte++) {
    if (isLetter(decoder.decode(Uint8Array.of(byte)))) table[byte] = 1
  }
  return { kind: 'narrow', table, label }
}

/** Printable ASCII and the tab. */
function asciiTable(): Uint8Array {
  const table = new Uint8Array(256).fill(1, 0x20, 0x7f)
  table[9] = 1
  return table
}

/** ASCII, and letters of the code page's own script: 0 elsewhere, since all of UTF-16 would be nearly everything. */
export function unitTable({ label }: CodePage): Uint8Array | undefined {
  const script = scripts[label]
  if (script === undefined) return undefined
  const table = new Uint8Array(65_536)
  table.set(asciiTable())
  for (const [first, last] of script) table.fill(1, first, last + 1)
  return table
}

const cyrillic = [[0x400, 0x45f]] as const
const kana = [
  [0x3041, 0x3096],
  [0x30a1, 0x30fe],
  [0x4e00, 0x9faf],
] as const
const han = [[0x4e00, 0x9fa5]] as const

/** Ranges of code units. */
const scripts: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  'euc-kr': [
    [0xac00, 0xd7a3],
    [0x3131, 0x318e],
  ],
  shift_jis: kana,
  'euc-jp': kana,
  gbk: han,
  big5: han,
  ibm866: cyrillic,
  'koi8-r': cyrillic,
  'windows-1251': cyrillic,
  'windows-1253': [[0x370, 0x3ff]],
  'windows-1255': [[0x5d0, 0x5ea]],
  'windows-1256': [[0x620, 0x64a]],
  'windows-874': [[0xe01, 0xe5b]],
}

function isLetter(text: string): boolean {
  return /^[\p{L}\p{N}\p{Sc}]$/u.test(text)
}

/**
 * Of two-byte code pages. Hardly any pair of high bytes is free in them, so binary data read as text too: characters outside
 * the rows of the most frequent letters are counted as doubtful (negative), and may be a quarter of a string's.
 */
function pairLength(decoder: TextDecoder): (bytes: Uint8Array, at: number, end: number) => number {
  const ascii = asciiTable()
  const isKorean = decoder.encoding === 'euc-kr'
  const pairs = new Int8Array(65_536)
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail))
      if (text.length !== 1 || text === '\ufffd' || !isLetter(text)) continue
      // KS X 1001 has the 2,350 syllables in use in these rows.
      const isCommon = isKorean
        ? lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1
        : /[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text) ||
          (lead >= 0xa4 && lead <= 0xd7) ||
          decoder.encoding === 'shift_jis'
      pairs[(lead << 8) | trail] = isCommon ? 2 : -2
    }
  }
  return (bytes, at, end) => {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) return ascii[lead] ?? 0
    return at + 1 < end ? (pairs[(lead << 8) | (bytes[at + 1] ?? 0)] ?? 0) : 0
  }
}

/** RFC 3629; no controls, no private use. */
function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0
  if (lead < 0x80) return (lead >= 0x20 && lead < 0x7f) || lead === 9 ? 1 : 0
  const length = utf8Lead(lead)
  if (length === 0 || at + length > end) return 0
  let code = lead & (0x7f >> length)
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0
    if ((byte & 0xc0) !== 0x80) return 0
    code = (code << 6) | (byte & 0x3f)
  }
  if (code < (length === 3 ? 0x800 : 0x10000) && length > 2) return 0
  const isText =
    code >= 0xa0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xf8ff) && (code & 0xfffe) !== 0xfffe
  return isText ? length : 0
}

function utf8Lead(lead: number): number {
  if (lead >= 0xc2 && lead < 0xe0) return 2
  if (lead >= 0xe0 && lead < 0xf0) return 3
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0
}
