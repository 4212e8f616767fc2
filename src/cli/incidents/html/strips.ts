// The graph on paper: cut between its columns into strips below each other, so that a wide one can be read on A4.

import { boxSize, columnGap } from '../graph/layout.ts'

/** What can be printed on of an upright page, in CSS pixels, below the heading. */
const paper = { width: 700, height: 900 } as const
/** Texts of boxes can be read well from here on. */
const goodScale = 0.6
const mostStrips = 12

interface View {
  readonly width: number
  readonly height: number
}

/** SVG elements that show parts of `#drawing`. `margin` is what the drawing has on its left. */
export function stripsHtml(view: View, margin: number): string {
  const column = boxSize.width + columnGap
  const columns = Math.max(1, Math.round((view.width - 2 * margin + columnGap) / column))
  const each = Math.ceil(columns / stripCount(view, columns))
  const strips: string[] = []
  for (let first = 0; first < columns; first += each) {
    // From the middle of a gap to the middle of a gap: no box is cut. All strips have the scale of a full one.
    const start = first * column + margin - columnGap / 2
    const shown = Math.min(each, columns - first)
    strips.push(
      `<svg class="strip" viewBox="${start} 0 ${shown * column} ${view.height}" width="${Math.round((paper.width * shown) / each)}" aria-hidden="true"><use href="#drawing"/></svg>`,
    )
  }
  return `<div class="strips">${strips.join('')}</div>`
}

/** The fewest with texts that can be read; if none has, the fewest with the largest texts. */
function stripCount(view: View, columns: number): number {
  const scales = Array.from({ length: Math.min(mostStrips, columns) }, (_, index) => {
    const width = Math.ceil(columns / (index + 1)) * (boxSize.width + columnGap)
    return Math.min(paper.width / width, paper.height / view.height)
  })
  const enough = Math.min(goodScale, Math.max(...scales))
  return scales.findIndex((scale) => scale >= enough) + 1
}
