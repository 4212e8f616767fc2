// Fields between quotes, and the escapes that servers put into them: Apache writes `\"`, `\\`, `\n` and `\xHH`, nginx `\xHH`.
// Some servers escape nothing, so a quote ends a field only where what follows fits.

const backslash = 92

/** A field has at most so many quotes of its own; a line with more is malformed. */
const maxQuotes = 256

/**
 * Index of the quote that ends the field which begins at `from`, or -1. It is not escaped, and what follows is the end of
 * the line or a space; with `digitsFollow` a space and a status.
 */
export function closingQuote(line: string, from: number, digitsFollow: 'status' | 'any'): number {
  let at = line.indexOf('"', from)
  for (let tries = 0; at !== -1 && tries < maxQuotes; tries += 1) {
    if (!isEscaped(line, at, from)) {
      const next = line.charCodeAt(at + 1)
      const isEnd = at + 1 >= line.length
      if (digitsFollow === 'any' && (isEnd || next === 32)) return at
      if (next === 32 && isStatusOrDash(line, at + 2)) return at
    }
    at = line.indexOf('"', at + 1)
  }
  return -1
}

function isEscaped(line: string, at: number, from: number): boolean {
  let slashes = 0
  while (at - 1 - slashes >= from && line.charCodeAt(at - 1 - slashes) === backslash) slashes += 1
  return slashes % 2 === 1
}

function isStatusOrDash(line: string, at: number): boolean {
  const first = line.charCodeAt(at)
  return (first >= 48 && first <= 57) || first === 45
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  f: '\f',
  b: '\b',
}

/** Takes back `\xHH`, `\"`, `\\` and the letters of C. What is no escape stays. */
export function unescapeField(text: string): string {
  if (!text.includes('\\')) return text
  return text.replaceAll(/\\(?:x([\da-fA-F]{2})|(["\\nrtvfb]))/g, (_, hex?: string, sign?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return escapes[sign ?? ''] ?? sign ?? ''
  })
}

/** A quoted field as it is meant: `-` is nothing. */
export function fieldText(line: string, from: number, to: number): string {
  if (to - from === 1 && line.charCodeAt(from) === 45) return ''
  return line.slice(from, to)
}
