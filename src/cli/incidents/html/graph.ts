// The graph of an incident as SVG: causes on the left, effects on the right, each box a link to its row in the tables.

import type { IncidentNode } from '../../../model/index.ts'
import { type ShownEdge, shownGraph, type ShownNode } from '../graph/fold.ts'
import { type Box, boxSize, type Curve, layoutGraph } from '../graph/layout.ts'
import { factOf, type IncidentReport, kindNames } from '../report.ts'
import { levelOf } from '../story.ts'
import { escaped } from './escape.ts'
import { icon, iconSymbols } from './icons.ts'
import { stripsHtml } from './strips.ts'

const margin = 14
/** Characters that fit into a box. */
const titleLength = 20
const detailLength = 19
/** Kept free for the number of the node. */
const numberWidth = 26
/** A box that more edges meet has no label at each of them. */
const mostLabels = 3

export interface GraphPart {
  readonly html: string
  /** The same for paper. */
  readonly strips: string
  /** Of the drawing in CSS pixels, at its natural size. */
  readonly width: number
}

export function graphPart({ incident }: IncidentReport): GraphPart {
  const { nodes, edges } = shownGraph(incident)
  const { boxes, curves, width, height } = layoutGraph(nodes.length, edges)
  const view = { width: Math.ceil(width + 2 * margin), height: Math.ceil(height + 2 * margin) }
  const labels = labelledEdges(edges)
  const html = `<svg id="graph" width="${view.width}" height="${view.height}" viewBox="0 0 ${view.width} ${view.height}" role="group" aria-labelledby="graph-title">
<defs>${iconSymbols()}<marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0.5L8 4L0 7.5z"/></marker></defs>
<g id="drawing" class="drawn"><g transform="translate(${margin} ${margin})">
<g class="edges" aria-hidden="true">${edges.map((edge, index) => edgeSvg(edge, nodes, curves[index])).join('\n')}</g>
<g class="labels" aria-hidden="true">${edges.map((edge, index) => (labels.has(edge) ? labelSvg(edge, nodes, curves[index]) : '')).join('')}</g>
${nodes.map((node, index) => nodeSvg(node, boxes[index])).join('\n')}
</g></g></svg>`
  return { html, strips: stripsHtml(view, margin), width: view.width }
}

/** Those whose label has room: where many edges meet one box, one of each kind. */
function labelledEdges(edges: readonly ShownEdge[]): ReadonlySet<ShownEdge> {
  const labelled = new Set<ShownEdge>()
  for (const group of Map.groupBy(edges, ({ to }) => to).values()) {
    const seen = new Set<string>()
    for (const edge of group) {
      const text = edge.kinds.join(', ')
      if (group.length > mostLabels && seen.has(text)) continue
      seen.add(text)
      labelled.add(edge)
    }
  }
  return labelled
}

function edgeSvg(edge: ShownEdge, nodes: readonly ShownNode[], curve: Curve | undefined): string {
  if (curve === undefined || curve.path === '') return ''
  const why = edge.links.map((link) => `${link.kind}: ${link.why}`).join('\n')
  return `<path class="edge${edge.kinds.includes('acted-as') ? ' faint' : ''}" d="${curve.path}" marker-end="url(#arrow)" ${ends(edge, nodes)}><title>${escaped(why)}</title></path>`
}

function labelSvg(edge: ShownEdge, nodes: readonly ShownNode[], curve: Curve | undefined): string {
  if (curve === undefined || curve.path === '') return ''
  const { x, y } = curve.end
  const place = curve.isBack ? `x="${x + 11}" y="${y - 3}"` : `x="${x - 11}" y="${y - 3}" text-anchor="end"`
  return `<text ${place} ${ends(edge, nodes)}>${escaped(edge.kinds.join(', '))}</text>`
}

/** For the script: the numbers of what it joins. */
function ends({ from, to }: ShownEdge, nodes: readonly ShownNode[]): string {
  return `data-from="${numbersOf(nodes[from])}" data-to="${numbersOf(nodes[to])}"`
}

function numbersOf(node: ShownNode | undefined): string {
  return (node?.numbers ?? []).join(' ')
}

function nodeSvg(shown: ShownNode, box: Box | undefined): string {
  const { kind, numbered, label } = shown
  const { x, y } = box ?? { x: 0, y: 0 }
  const { width, height } = boxSize
  const node = numbered?.node
  const [title, detail] = node === undefined ? [label, 'see the tables'] : textsOf(node)
  const score = node?.score ?? 0
  const level = score > 0 ? ` level-${levelOf(score)}` : ''
  const classes = `node kind-${kind}${level}${node?.role === 'context' ? ' context' : ''}`
  const name = `${kindNames[kind][0]}: ${label}${score > 0 ? `, score ${score}` : ''}`
  const number = numbered === undefined ? '' : `#${numbered.number}`
  const target = shown.numbers[0] ?? 0
  return `<a href="#n${target}" class="${classes}" data-numbers="${numbersOf(shown)}" aria-label="${escaped(name)}" transform="translate(${round(x)} ${round(y)})"><title>${escaped(name)}</title><rect width="${width}" height="${height}" rx="${kind === 'address' || kind === 'account' ? height / 2 : 7}"/>${icon(kind, 'x="11" y="15"')}<svg x="35" width="${width - 41}" height="${height}"><text class="title" y="20">${escaped(title)}</text></svg><svg x="35" width="${width - 41 - numberWidth}" height="${height}"><text class="detail" y="35">${escaped(detail)}</text></svg>${badge(score, number)}</a>`
}

function badge(score: number, number: string): string {
  const { width } = boxSize
  const tag =
    number === '' ? '' : `<text class="number" x="${width - 12}" y="35" text-anchor="end">${number}</text>`
  if (score === 0) return tag
  return `${tag}<rect class="badge" x="${width - 30}" y="-8" width="26" height="16" rx="8"/><text class="score" x="${width - 17}" y="4" text-anchor="middle">${score}</text>`
}

/** What is written in a box: two lines. */
function textsOf(node: IncidentNode): [string, string] {
  const { kind, label } = node
  switch (kind) {
    case 'process': {
      const pid = factOf(node, 'process.pid')
      const user = factOf(node, 'user.name', 'process.user.name', 'user.id')
      return both(
        factOf(node, 'process.command_line') || label,
        [pid === '' ? '' : `pid ${pid}`, user].filter((text) => text !== '').join(' · '),
      )
    }
    case 'file': {
      const path = factOf(node, 'file.path') || label
      const slash = path.lastIndexOf('/')
      const folder = path.slice(0, Math.max(0, slash))
      return [shortened(path.slice(slash + 1) || path, titleLength), tail(folder, detailLength)]
    }
    case 'request': {
      const status = factOf(node, 'http.response.status_code')
      return both(label, status === '' ? 'request' : `answered ${status}`)
    }
    case 'address':
      return both(label, factOf(node, 'destination.domain', 'source.domain') || 'address')
    case 'schedule':
      return both(label, factOf(node, 'hx.schedule.kind') || 'scheduled job')
    case 'session':
    case 'account':
    case 'service':
    case 'container':
      return both(label, kind)
  }
}

function both(title: string, detail: string): [string, string] {
  return [shortened(title, titleLength), shortened(detail, detailLength)]
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** Of a path the end says more. */
function tail(text: string, most: number): string {
  return text.length > most ? `…${text.slice(1 - most)}` : text
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
