// Tables in Markdown that can also be read as they are.

export type Alignment = 'left' | 'right'

/** The first row is the head. Columns are as wide as they need to be. */
export function table(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string[] {
  const widths = alignments.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const isLeft = (column: number): boolean => alignments[column] === 'left'
  const line = (row: readonly string[]): string => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? ''
      return isLeft(column) ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${cells.join(' | ')} |`
  }
  const rule = widths.map((width, column) =>
    isLeft(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return rows.flatMap((row, index) => (index === 0 ? [line(row), line(rule)] : [line(row)]))
}
