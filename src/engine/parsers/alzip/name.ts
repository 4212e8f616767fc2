// Member names: UTF-8 where the bytes are valid UTF-8, else the code page of a Korean Windows (949), which the WHATWG
// encoding "euc-kr" is. Names are only shown.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const korean = new TextDecoder('euc-kr')
const japanese = new TextDecoder('shift_jis')
const codePageJapanese = 932

/** `codePage` is what the archive tells, if it does. Never throws; what cannot be decoded stands as U+FFFD. */
export function decodeKoreanName(bytes: Uint8Array, codePage = 0): string {
  if (codePage === codePageJapanese) return japanese.decode(bytes)
  try {
    return utf8.decode(bytes)
  } catch {
    return korean.decode(bytes)
  }
}
