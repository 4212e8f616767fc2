// Columns of text for people: as wide as their widest cell, the last one as long as it is.

import type { Style, Terminal } from './terminal.ts'

export interface Cell {
  readonly text: string
  readonly style?: Style
}

const maxColumn = 60
const gap = '  '

/** Everything is escaped. Rows may be shorter than the head. */
export function writeTable(
  terminal: Terminal,
  head: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
): void {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)))
  const widths = head.map((title, column) => {
    const longest = Math.max(
      title.length,
      ...cells.map((row) => terminal.safe(row[column]?.text ?? '').length),
    )
    return column === head.length - 1 ? 0 : Math.min(longest, maxColumn)
  })
  const pad = (text: string, column: number): string =>
    ' '.repeat(Math.max(0, (widths[column] ?? 0) - text.length))
  terminal.out(
    head
      .map((title, column) => terminal.style('bold', title) + pad(title, column))
      .join(gap)
      .trimEnd(),
  )
  for (const row of cells) {
    const line = row.map(({ text, style }, column) => {
      const clipped = clip(terminal.safe(text), column === head.length - 1 ? 0 : maxColumn)
      return (style === undefined ? clipped : terminal.style(style, clipped)) + pad(clipped, column)
    })
    terminal.out(line.join(gap).trimEnd())
  }
}

function clip(text: string, most: number): string {
  return most > 0 && text.length > most ? `${text.slice(0, most - 1)}…` : text
}
