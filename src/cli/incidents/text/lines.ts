// Lines for people, as wide as the terminal: broken at spaces, and inside a word that is longer than a line.

import type { Style, Terminal } from '../../render/terminal.ts'

export interface Page {
  readonly terminal: Terminal
  /** Columns: 60 to 200. */
  readonly width: number
}

const least = 60
const most = 200
const unknown = 100

/** A page of the terminal's width; of 100 columns where there is none. */
export function pageOf(terminal: Terminal, columns: number | undefined): Page {
  return { terminal, width: Math.min(most, Math.max(least, columns ?? unknown)) }
}

export interface Paragraph {
  readonly text: string
  /** Columns on the left. */
  readonly indent: number
  /** Stands in the indent of the first line, already escaped and styled. */
  readonly label?: string
  readonly style?: Style
}

/** Escaped, wrapped and indented. */
export function paragraph(page: Page, { text, indent, label, style }: Paragraph): string[] {
  const { terminal } = page
  const room = Math.max(20, page.width - indent)
  const lines = broken(terminal.safe(text), room)
  return lines.map((line, index) => {
    const styled = style === undefined ? line : terminal.style(style, line)
    return (index === 0 && label !== undefined ? label : ' '.repeat(indent)) + styled
  })
}

/** At spaces; a word that is longer than a line is cut. */
function broken(text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    let rest = word
    if (line !== '' && line.length + 1 + rest.length > room) {
      lines.push(line)
      line = ''
    }
    while (rest.length > room) {
      // Not inside of a surrogate pair.
      const end = /[\ud800-\udbff]/.test(rest.charAt(room - 1)) ? room - 1 : room
      lines.push(rest.slice(0, end))
      rest = rest.slice(end)
    }
    line = line === '' ? rest : `${line} ${rest}`
  }
  return [...lines, line]
}

/** A label of fixed width, styled; longer ones are cut. */
export function labelled(page: Page, text: string, columns: number): string {
  const safe = page.terminal.safe(text).slice(0, Math.max(0, columns - 1))
  return `${page.terminal.style('dim', safe)}${' '.repeat(columns - safe.length)}`
}

export function heading(page: Page, text: string): string[] {
  return ['', page.terminal.style('bold', text)]
}
