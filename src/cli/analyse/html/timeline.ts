// Rows of the timeline as a list that can be searched.

import type { Analysis, TimelineRow } from '../../../analysis/index.ts'
import { escaped } from '../../incidents/html/escape.ts'

const mostRows = 3000
const mostTitle = 400

export function rowsHtml({ rows, total }: Analysis['timeline']): string {
  const shown = rows.slice(-mostRows)
  if (shown.length === 0) return ''
  const kinds = [...new Set(shown.map(({ kind }) => kind))].toSorted()
  const boxes = kinds.map(
    (kind) =>
      `<label><input type="checkbox" name="kind" value="${escaped(kind)}" checked> ${escaped(kind)}</label>`,
  )
  const note =
    shown.length < total
      ? `<p class="why">Of ${total.toLocaleString('en-US')} rows those are here that findings are about or that tell most; the files of the timeline have all.</p>`
      : ''
  return `${note}<div class="filter" role="group" aria-label="Filter of the timeline" id="timeline-filter" hidden><label>Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>${boxes.join('')}<span id="search-result" role="status"></span></div>
<div class="table rows" tabindex="0" role="region" aria-label="Rows of the timeline"><table id="rows"><thead><tr><th scope="col">Time (UTC)</th><th scope="col">What</th><th scope="col">Kind</th><th scope="col">Record</th><th scope="col">Evidence</th></tr></thead><tbody>${shown.map((row) => rowHtml(row)).join('\n')}</tbody></table></div>`
}

function rowHtml({ time, is, kind, source, title, line }: TimelineRow): string {
  const isLocal = !time.endsWith('Z')
  const text = title.length > mostTitle ? `${title.slice(0, mostTitle)}…` : title
  return `<tr data-kind="${escaped(kind)}"><td class="number">${escaped(time.slice(0, 23).replace('T', ' ').replace('Z', ''))}${isLocal ? ' <small>local</small>' : ''}</td><td>${escaped(is)}</td><td>${escaped(kind)}</td><td class="text">${escaped(text)}</td><td><small class="text" title="${escaped(source)}">${escaped(source.slice(source.lastIndexOf('/') + 1))}, line ${line}</small></td></tr>`
}
