// How much happened when, as a drawing: a bar for each stretch of time, on a logarithmic scale, because one day of an installation
// has more rows than the years around it.

import type { Analysis } from '../../../analysis/index.ts'
import { escaped } from '../../incidents/html/escape.ts'

type Timeline = Analysis['timeline']

const dayMs = 86_400_000
const mostBars = 120
const size = { width: 1000, height: 150, foot: 22 } as const
/** Times before are defaults of formats, not of anything that happened. */
const earliest = '1995-01-01'
const leastShare = 0.001

interface Bar {
  readonly from: string
  readonly to: string
  readonly count: number
}

export function chartHtml({ days, rows }: Timeline): string {
  const bars = barsOf(days)
  if (bars.length === 0) return '<p>No record has a time.</p>'
  const most = Math.max(...bars.map(({ count }) => count))
  const step = size.width / bars.length
  const drawn = bars.map(({ from, to, count }, index) => {
    if (count === 0) return ''
    const height = Math.max(2, (Math.log1p(count) / Math.log1p(most)) * (size.height - size.foot))
    const span = from === to ? from : `${from} to ${to}`
    return `<rect x="${(index * step).toFixed(1)}" y="${(size.height - size.foot - height).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${escaped(`${span}: ${count.toLocaleString('en-US')} rows`)}</title></rect>`
  })
  const first = bars[0]?.from ?? ''
  const last = bars.at(-1)?.to ?? ''
  const base = size.height - size.foot
  return `<figure class="chart"><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(`Rows of the timeline from ${first} to ${last}`)}" preserveAspectRatio="none"><g>${drawn.join('')}</g><line x1="0" x2="${size.width}" y1="${base}" y2="${base}"/></svg><figcaption><span>${escaped(first)}</span><span>rows by time, logarithmic; the list below has ${rows.length.toLocaleString('en-US')} of them</span><span>${escaped(last)}</span></figcaption></figure>`
}

/** Between the first and the last day that more than a thousandth of all rows lie behind or before. */
function barsOf(days: Timeline['days']): Bar[] {
  const counts = [...days]
    .map(([day, kinds]) => ({ day, count: [...kinds.values()].reduce((sum, count) => sum + count, 0) }))
    .filter(({ day }) => day >= earliest && day < '2100')
    .toSorted((a, b) => (a.day < b.day ? -1 : 1))
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const first = firstAbove(counts, total * leastShare)
  const last = firstAbove(counts.toReversed(), total * leastShare)
  if (first === undefined || last === undefined) return []
  const startMs = Date.parse(first)
  const length = Math.max(1, Math.round((Date.parse(last) - startMs) / dayMs) + 1)
  const daysOfBar = Math.ceil(length / mostBars)
  const bars = Array.from({ length: Math.ceil(length / daysOfBar) }, (_, index) => ({
    from: dayOf(startMs + index * daysOfBar * dayMs),
    to: dayOf(startMs + Math.min(length - 1, (index + 1) * daysOfBar - 1) * dayMs),
    count: 0,
  }))
  for (const { day, count } of counts) {
    const bar = bars[Math.floor((Date.parse(day) - startMs) / dayMs / daysOfBar)]
    if (day >= first && day <= last && bar !== undefined) bar.count += count
  }
  return bars
}

function firstAbove(
  counts: readonly { readonly day: string; readonly count: number }[],
  least: number,
): string | undefined {
  let sum = 0
  for (const { day, count } of counts) {
    sum += count
    if (sum >= least) return day
  }
  return undefined
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
