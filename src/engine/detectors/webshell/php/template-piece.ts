// Expressions inside of strings: `"$a[key]"`, `"{$a->b}"`, `"${a}"`.

const simplePiece = /[$][a-zA-Z_\x7f-\xff][\w\x7f-\xff]*(?:\[[^\]\r\n]{0,100}\]|->[a-zA-Z_]\w*)?/y

export interface TemplatePiece {
  readonly start: number
  readonly end: number
  /** As it would be written outside of a string. */
  readonly code: string
}

/** The expression whose `$` stands at `at`; undefined: it is a letter like others. */
export function templatePiece(raw: string, at: number): TemplatePiece | undefined {
  const isBraced = raw[at - 1] === '{'
  if (isBraced || raw[at + 1] === '{') {
    const start = isBraced ? at - 1 : at
    const end = closingBrace(raw, isBraced ? at : at + 2)
    if (end < 0) return undefined
    const code = raw.slice(at, isBraced ? end : end + 1)
    // `${name}` is a variable of that name.
    const named = /^[$]\{(\w+)\}$/.exec(code)
    return { start, end: end + 1, code: named === null ? code : `$${named[1]}` }
  }
  simplePiece.lastIndex = at
  const found = simplePiece.exec(raw)
  if (found === null) return undefined
  const [code] = found
  // `"$a[key]"` needs no quotes inside a string.
  const quoted = code.replace(/\[([a-zA-Z_]\w*)\]$/, "['$1']")
  return { start: at, end: at + code.length, code: quoted }
}

function closingBrace(raw: string, from: number): number {
  let depth = 0
  const limit = Math.min(raw.length, from + 2000)
  for (let at = from; at < limit; at++) {
    const code = raw.charCodeAt(at)
    if (code === 123) depth++
    else if (code === 125 && depth-- === 0) return at
  }
  return -1
}
