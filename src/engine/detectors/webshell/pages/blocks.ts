// The code of a page: what stands in `<% %>`, `<script runat=server>` and JSP's XML elements. Everything else becomes
// spaces, so that offsets and lines stay those of the page.

const patterns: readonly { readonly open: string; readonly close: string }[] = [
  { open: '<jsp:scriptlet', close: '</jsp:scriptlet' },
  { open: '<jsp:declaration', close: '</jsp:declaration' },
  { open: '<jsp:expression', close: '</jsp:expression' },
  { open: '<msxsl:script', close: '</msxsl:script' },
]

interface Piece {
  readonly start: number
  readonly end: number
}

/** The page's code with its markup blanked; `isWhole`: behind the first directive all is code (`.ashx`, `.asmx`). */
export function codeOf(text: string, isWhole: boolean): string {
  const pieces = isWhole
    ? [afterDirective(text)]
    : [...percentBlocks(text), ...elementBlocks(text), ...serverScripts(text)]
  const ordered = pieces.toSorted((a, b) => a.start - b.start)
  let out = ''
  let at = 0
  for (const { start, end } of ordered) {
    if (start < at) continue
    out += `${blank(text.slice(at, start))}${text.slice(start, end)}`
    at = end
  }
  return out + blank(text.slice(at))
}

/** Stands where a block ends: a comment to the end of the line ends there too. */
export const blockEnd = '\u0001'

/** Line ends stay, so that offsets and lines are those of the page. */
function blank(markup: string): string {
  return markup === '' ? '' : blockEnd + markup.slice(1).replaceAll(/[^\n]/g, ' ')
}

function afterDirective(text: string): Piece {
  const end = text.indexOf('%>')
  return { start: end < 0 ? 0 : end + 2, end: text.length }
}

function percentBlocks(text: string): Piece[] {
  const pieces: Piece[] = []
  for (let open = text.indexOf('<%'); open >= 0; open = text.indexOf('<%', open)) {
    let start = open + 2
    const mark = text[start]
    const isComment = mark === '-' && text[start + 1] === '-'
    const close = text.indexOf(isComment ? '--%>' : '%>', start)
    const end = close < 0 ? text.length : close
    if (mark === '=' || mark === '!' || mark === '#' || mark === ':') start++
    if (!isComment && mark !== '@') pieces.push({ start, end })
    open = end
    if (close < 0) break
  }
  return pieces
}

function elementBlocks(text: string): Piece[] {
  const pieces: Piece[] = []
  for (const { open, close } of patterns) {
    for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, at)) {
      const start = text.indexOf('>', at)
      if (start < 0) break
      const stop = text.indexOf(close, start)
      const end = stop < 0 ? text.length : stop
      pieces.push({ start: start + 1, end })
      at = end
    }
  }
  return pieces
}

function serverScripts(text: string): Piece[] {
  const pieces: Piece[] = []
  const lower = text.toLowerCase()
  for (let at = lower.indexOf('<script'); at >= 0; at = lower.indexOf('<script', at + 7)) {
    const start = lower.indexOf('>', at)
    if (start < 0) break
    if (!/runat\s{0,5}=\s{0,5}["']?server/.test(lower.slice(at, Math.min(start, at + 500)))) continue
    const stop = lower.indexOf('</script', start)
    const end = stop < 0 ? text.length : stop
    pieces.push({ start: start + 1, end })
    at = end - 7
  }
  return pieces
}
