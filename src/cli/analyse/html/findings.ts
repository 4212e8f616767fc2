// Findings by rule, each with its first examples and where they stand.

import type { Analysis, FindingGroup, NumberedFinding } from '../../../analysis/index.ts'
import { escaped } from '../../incidents/html/escape.ts'
import { techniqueBadge } from '../../incidents/html/timeline.ts'

const mostGroups = 400
const mostOpen = 3
const mostWhat = 600

export function findingsHtml({ findings, findingCount }: Analysis): string {
  if (findingCount === 0) return '<p>Nothing was found. That is no proof that nothing happened.</p>'
  const shown = findings.slice(0, mostGroups)
  const left = findings.length - shown.length
  return `<div class="groups">${shown.map((group, index) => groupHtml(group, index)).join('\n')}</div>${left > 0 ? `<p>${left} more rules matched; findings.jsonl has all.</p>` : ''}`
}

const makers: Readonly<Record<FindingGroup['by'], string>> = {
  sigma: 'Sigma',
  weblog: 'web log',
  engine: 'engine',
  program: 'program',
  trace: 'trace',
}

function groupHtml(group: FindingGroup, index: number): string {
  const { level, title, by, count, first, last, techniques, samples } = group
  const isOpen = index < mostOpen && (level === 'critical' || level === 'high')
  const span =
    first === undefined
      ? ''
      : ` · ${clock(first)}${last === undefined || last === first ? '' : ` – ${clock(last)}`}`
  const [sample] = samples
  const why = sample?.why ?? ''
  const rows = samples.map((finding) => sampleRow(finding)).join('\n')
  const left = count - samples.length
  return `<details class="finding level-${level}"${isOpen ? ' open' : ''}><summary><span class="level">${level}</span> <span class="text name">${escaped(title)}</span> <span class="times">${makers[by]} · ${count.toLocaleString('en-US')}×${span}</span></summary>
<p class="why">${escaped(why)} ${[...techniques].slice(0, 12).map(techniqueBadge).join(' ')}</p>
<div class="table"><table class="samples"><thead><tr><th scope="col">Time</th><th scope="col">On what</th><th scope="col">Where</th></tr></thead><tbody>${rows}</tbody></table></div>${left > 0 ? `<p class="why">${left.toLocaleString('en-US')} more in findings.jsonl.</p>` : ''}</details>`
}

function sampleRow({ time, what, source, evidence, details }: NumberedFinding): string {
  const place =
    evidence === undefined
      ? ''
      : `<br><small>evidence: ${escaped(evidence.kind)}.jsonl, line ${evidence.line}</small>`
  const facts = Object.entries(details)
    .filter(([name, value]) => name !== 'author' && value !== '')
    .slice(0, 6)
    .map(([name, value]) => `${name}: ${String(value).slice(0, 200)}`)
    .join('; ')
  const shown = what.length > mostWhat ? `${what.slice(0, mostWhat)}…` : what
  return `<tr><td class="number">${escaped(time === undefined ? '' : clock(time))}</td><td><code>${escaped(shown)}</code>${facts === '' ? '' : `<br><small class="text">${escaped(facts)}</small>`}</td><td><small class="text">${escaped(source)}</small>${place}</td></tr>`
}

/** `2026-11-22 10:00:00`. */
export function clock(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}
