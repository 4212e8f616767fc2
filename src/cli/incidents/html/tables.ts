// The tables of the report: everything that took part, by kind, with what is known of it.

import type { Incident, IncidentNode, NodeKind } from '../../../model/index.ts'
import { byTactic } from '../attack-names.ts'
import { factOf, kindNames, type NumberedNode, numberedNodes, rulesOf } from '../report.ts'
import { clockOf, levelOf } from '../story.ts'
import { escaped } from './escape.ts'
import { techniqueBadge } from './timeline.ts'

interface Column {
  readonly name: string
  readonly of: (node: IncidentNode) => string
  /** Text of a machine: in a fixed pitch. */
  readonly isCode?: boolean
}

function fact(name: string, ...fields: readonly string[]): Column {
  return { name, of: (node) => factOf(node, ...fields), isCode: true }
}

const columns: Readonly<Record<NodeKind, readonly Column[]>> = {
  process: [
    { name: 'Command line', of: (node) => factOf(node, 'process.command_line') || node.label, isCode: true },
    fact('PID', 'process.pid'),
    fact('User', 'user.name', 'process.user.name', 'user.id'),
    fact('Program', 'process.executable'),
    fact('SHA-256', 'process.hash.sha256'),
    fact('Ended', 'process.end'),
  ],
  file: [
    { name: 'Path', of: (node) => factOf(node, 'file.path') || node.label, isCode: true },
    fact('Owner', 'file.owner', 'file.uid'),
    fact('Mode', 'file.mode'),
    fact('Size', 'file.size'),
    fact('Found in it', 'hx.verdict.names'),
    fact('SHA-256', 'file.hash.sha256'),
  ],
  request: [
    { name: 'Request', of: (node) => node.label, isCode: true },
    fact('URL', 'url.original'),
    fact('Host', 'url.domain'),
    fact('Status', 'http.response.status_code'),
    fact('Success', 'hx.web.outcome'),
    fact('User agent', 'user_agent.original'),
  ],
  address: [
    { name: 'Address', of: (node) => node.label, isCode: true },
    fact('Name', 'destination.domain', 'source.domain'),
    fact('Port', 'destination.port'),
  ],
  session: [
    { name: 'Session', of: (node) => node.label, isCode: true },
    fact('User', 'user.name'),
    fact('From', 'source.ip'),
    fact('By', 'hx.login.method'),
  ],
  account: [{ name: 'Account', of: (node) => node.label, isCode: true }],
  service: [{ name: 'Service', of: (node) => node.label, isCode: true }, fact('Runs', 'hx.service.exec')],
  schedule: [{ name: 'Job', of: (node) => node.label, isCode: true }, fact('Runs as', 'hx.schedule.user')],
  container: [{ name: 'Container', of: (node) => node.label, isCode: true }, fact('Id', 'container.id')],
}

/** Who first, what they left then. */
const order: readonly NodeKind[] = [
  'address',
  'account',
  'session',
  'request',
  'process',
  'file',
  'schedule',
  'service',
  'container',
]

export function nodeTables(incident: Incident): string {
  const all = [...numberedNodes(incident).values()]
  return order
    .map((kind) =>
      nodeTable(
        kind,
        all.filter(({ node }) => node.kind === kind),
      ),
    )
    .join('\n')
}

function nodeTable(kind: NodeKind, nodes: readonly NumberedNode[]): string {
  if (nodes.length === 0) return ''
  // A column of which nothing is known says nothing.
  const shown = columns[kind].filter(({ of }) => nodes.some(({ node }) => of(node) !== ''))
  const rows = nodes.map(({ node, number }) => {
    const cells = shown.map((column) => cell(column.of(node), column.isCode === true))
    return `<tr id="n${number}" tabindex="-1" data-numbers="${number}"><td class="number">#${number}</td>${cells.join('')}<td>${escaped(timeOf(node.first))}</td><td>${scoreHtml(node)}</td></tr>`
  })
  const names = shown.map(({ name }) => `<th scope="col">${name}</th>`)
  const [one, many] = kindNames[kind]
  const title = capital(nodes.length === 1 ? one : many)
  return `<div class="table"><table><caption>${title} <small>${nodes.length}</small></caption><thead><tr><th scope="col"><abbr title="Number in this report">No.</abbr></th>${names.join('')}<th scope="col">First seen</th><th scope="col">Score</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
}

function cell(text: string, isCode: boolean): string {
  if (text === '') return '<td></td>'
  return isCode ? `<td><code>${escaped(text)}</code></td>` : `<td>${escaped(text)}</td>`
}

function scoreHtml({ score, role }: IncidentNode): string {
  if (role === 'context') return '<small>context</small>'
  return score === 0 ? '' : `<span class="score-cell level-${levelOf(score)}">${score}</span>`
}

export function techniqueTable({ techniques }: Incident): string {
  const { seen, unknown } = byTactic(techniques)
  const rows = seen
    .filter((tactic) => tactic.techniques.length > 0)
    .map(
      ({ tactic, techniques: found }) =>
        `<tr><th scope="row">${tactic}</th><td>${found.map(({ id }) => techniqueBadge(id)).join(' ')}</td></tr>`,
    )
  if (unknown.length > 0) {
    rows.push(
      `<tr><th scope="row">Other</th><td>${unknown.map(({ id }) => techniqueBadge(id)).join(' ')}</td></tr>`,
    )
  }
  if (rows.length === 0) return '<p>No technique was named.</p>'
  return `<div class="table"><table><caption>Techniques of MITRE ATT&amp;CK</caption><thead><tr><th scope="col">Tactic</th><th scope="col">Techniques</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
}

export function ruleTable(incident: Incident): string {
  const rows = rulesOf(incident).map(({ detection, count, first }) => {
    const level = levelOf(detection.severity)
    return `<tr><td><span class="score-cell level-${level}">${level}</span></td><td>${escaped(detection.name)}</td><td>${escaped(detection.ruleset)}</td><td class="number">${count.toLocaleString('en-US')}</td><td>${escaped(timeOf(first))}</td></tr>`
  })
  if (rows.length === 0) return '<p>Nothing was detected.</p>'
  return `<div class="table"><table><caption>Detections</caption><thead><tr><th scope="col">Level</th><th scope="col">Rule</th><th scope="col">By</th><th scope="col">Times</th><th scope="col">First</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
}

/** `11-22 10:00:00.000`, in UTC. */
export function timeOf(iso: string): string {
  const { day, time } = clockOf(iso, 'utc')
  return `${day.slice(5)} ${time}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
