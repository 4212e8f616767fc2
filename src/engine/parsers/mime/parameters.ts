// A structured header field such as Content-Type: `value; name=value; …` (RFC 2045, 5.1) with comments (RFC 5322, 3.2.2)
// and parameters in pieces, with a character set (RFC 2231). Forgiving as mail programs are: missing quotes, `:` or
// white space in the place of `;`.

import { decodeCharset, decodeHeaderText, percentDecoded } from './encoded-word.ts'

export interface StructuredField {
  /** Lower case, without white space around. */
  readonly value: string
  /** In the order of the field; a name may occur more than once. Names in lower case, values one character a byte. */
  readonly parameters: readonly Parameter[]
}

export interface Parameter {
  readonly name: string
  readonly value: string
}

const maxParameters = 256

export function parseField(text: string): StructuredField {
  const plain = withoutComments(text)
  const semicolon = plain.search(/[;]/)
  const head = semicolon < 0 ? plain : plain.slice(0, semicolon)
  // `text/html charset=x`: the first word is the value, what follows are parameters.
  const [value, rest] = splitAt(head.trim(), head.trim().search(/[\s,]/))
  const tail = semicolon < 0 ? rest : `${rest};${plain.slice(semicolon + 1)}`
  return { value: value.toLowerCase(), parameters: parametersOf(tail) }
}

function splitAt(text: string, at: number): [string, string] {
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

function parametersOf(text: string): Parameter[] {
  const parameters: Parameter[] = []
  const scan = /[\s;,]*([^\s=;",]{1,128})\s*=\s*(?:"((?:[^"\\]|\\[^])*)(?:"|$)|([^;\r\n]*))|[^;]+;?|;/gy
  for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
    if (parameters.length >= maxParameters) break
    const [, name, quoted, bare] = match
    if (name === undefined) continue
    const value = quoted === undefined ? (bare ?? '').trim() : unescaped(quoted)
    parameters.push({ name: name.toLowerCase(), value })
  }
  return parameters
}

/** A backslash before anything but a quote is kept: Windows paths are written so. */
function unescaped(quoted: string): string {
  return quoted.replaceAll(/\\(["\\])/g, '$1')
}

/** Comments in parentheses, nested, outside quotes; without a closing one they are no comment. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text
  let plain = ''
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\\') {
      if (depth === 0) plain += text.slice(at, at + 2)
      at++
    } else if (isQuoted) {
      isQuoted = character !== '"'
      plain += character
    } else if (character === '(') depth++
    else if (character === ')' && depth > 0) depth--
    else if (depth === 0) {
      isQuoted = character === '"'
      plain += character
    }
  }
  return depth > 0 ? text : plain
}

/** All values of a parameter that is spelt as one piece. */
export function plainValues({ parameters }: StructuredField, name: string): string[] {
  return parameters.filter((parameter) => parameter.name === name).map(({ value }) => value)
}

/** The text of a parameter, whichever way it is encoded; undefined where there is none. */
export function textOfParameter(field: StructuredField, name: string): string | undefined {
  const raw = piecesOf(field, name)
  if (raw !== undefined) return raw
  const [plain] = plainValues(field, name)
  return plain === undefined ? undefined : decodeHeaderText(plain)
}

/** The value of a parameter, one character a byte where it is in pieces: for boundaries. */
export function valuesOfParameter(field: StructuredField, name: string): string[] {
  const pieces = piecesOf(field, name)
  return pieces === undefined ? plainValues(field, name) : [pieces, ...plainValues(field, name)]
}

/** `name*=utf-8''%41`, `name*0=a; name*1*=%42` (RFC 2231, 3 and 4). */
function piecesOf({ parameters }: StructuredField, name: string): string | undefined {
  const pieces: { index: number; value: string; isEncoded: boolean }[] = []
  for (const parameter of parameters) {
    if (!parameter.name.startsWith(`${name}*`)) continue
    const match = /^\*(\d{1,3})?(\*)?$/.exec(parameter.name.slice(name.length))
    if (match === null) continue
    const isEncoded = match[2] !== undefined || match[1] === undefined
    pieces.push({ index: Number(match[1] ?? 0), value: parameter.value, isEncoded })
  }
  if (pieces.length === 0) return undefined
  pieces.sort((one, other) => one.index - other.index)
  const charset = /^([^']{0,64})'[^']{0,64}'/.exec(pieces[0]?.isEncoded === true ? pieces[0].value : '')
  const parts = pieces.map(({ value, isEncoded }, position) => {
    const text = position === 0 && charset !== null ? value.slice(charset[0].length) : value
    return isEncoded ? percentDecoded(text, '%') : Buffer.from(text, 'latin1')
  })
  return decodeCharset(Buffer.concat(parts), charset?.[1] || 'utf-8')
}
