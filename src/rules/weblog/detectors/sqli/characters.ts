// The characters of SQL's words and numbers. Nearly all of them are ASCII: those are told apart without a regular expression.

/** Every control character is white space to SQL Server. */
export function isSpace(c: string): boolean {
  return c <= ' ' || (c >= '\u00a0' && /\s/.test(c))
}

export function isDigit(c: string): boolean {
  return c >= '0' && c <= '9'
}

export function isWordStart(c: string): boolean {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '_' || (c > '\u007f' && /\p{L}/u.test(c))
}

const run = /[\p{L}\p{N}\p{M}_$]+/uy

function isAsciiWordPart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36
  )
}

/** The letters, digits, `_` and `$` from `from` on; '' where there are none. */
export function wordAt(text: string, from: number): string {
  let at = from
  while (at < text.length && isAsciiWordPart(text.charCodeAt(at))) at++
  if (at >= text.length || text.charCodeAt(at) < 128) return text.slice(from, at)
  run.lastIndex = from
  return run.exec(text)?.[0] ?? ''
}
