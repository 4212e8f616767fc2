// JavaScript that unpacks itself by putting words in the place of numbers: `eval(function(p,a,c,k,e,d){…}('…',62,9,'a|b'…`

const call =
  /}\s{0,3}\(\s{0,3}('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s{0,3},\s{0,3}(\d{1,3})\s{0,3},\s{0,3}(\d{1,6})\s{0,3},\s{0,3}('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s{0,3}\.\s{0,3}split\(\s{0,3}['"]\|['"]\s{0,3}\)/g
const maxCalls = 20
const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const maxMade = 2 * 1024 * 1024

export function unpacked(text: string): string[] {
  if (
    !text.includes('|') ||
    !/\bfunction\s{0,3}\(\s{0,3}p\s{0,3},\s{0,3}a\s{0,3},\s{0,3}c\s{0,3},\s{0,3}k\b/.test(text)
  )
    return []
  const made: string[] = []
  for (const [, packed = '', radix, , words = ''] of text.matchAll(call)) {
    if (made.length === maxCalls) break
    const plain = withWords(inner(packed), Number(radix), inner(words).split('|'))
    if (plain !== undefined) made.push(plain)
  }
  return made
}

function inner(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

function withWords(text: string, radix: number, words: readonly string[]): string | undefined {
  if (radix < 2 || radix > 62) return undefined
  let length = text.length
  const plain = text.replaceAll(/\b\w{1,6}\b/g, (word) => {
    const by = length > maxMade ? '' : (words[numberOf(word, radix)] ?? '')
    length += by.length
    return by === '' ? word : by
  })
  return length > maxMade ? undefined : plain
}

/** -1: no number of this radix. */
function numberOf(word: string, radix: number): number {
  let value = 0
  for (const letter of word) {
    const digit = digits.indexOf(letter)
    if (digit < 0 || digit >= radix) return -1
    value = value * radix + digit
  }
  return value
}
