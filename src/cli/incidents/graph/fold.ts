// A graph that is small enough to be looked at: what matters least of a large incident becomes groups, as `12 more processes`.

import type { Incident, IncidentLink, NodeKind } from '../../../model/index.ts'
import { counted, kindNames, type NumberedNode, numberedNodes } from '../report.ts'

const mostNodes = 200

export interface ShownNode {
  readonly kind: NodeKind
  /** Undefined for a group. */
  readonly numbered?: NumberedNode
  /** Of a group, e.g. `12 more processes`. */
  readonly label: string
  /** Numbers of the nodes that it stands for. */
  readonly numbers: readonly number[]
}

export interface ShownEdge {
  /** Indexes of shown nodes. */
  readonly from: number
  readonly to: number
  /** Kinds of all links between the two, in order of time. */
  readonly kinds: readonly string[]
  readonly links: readonly IncidentLink[]
}

export interface ShownGraph {
  /** In the order of time. */
  readonly nodes: readonly ShownNode[]
  readonly edges: readonly ShownEdge[]
}

export function shownGraph(incident: Incident, most: number = mostNodes): ShownGraph {
  const numbered = [...numberedNodes(incident).values()].toSorted(
    (a, b) => Date.parse(a.node.first) - Date.parse(b.node.first) || a.number - b.number,
  )
  const kept = keptNodes(incident, numbered, most)
  const place = new Map<string, number>()
  const nodes: ShownNode[] = []
  for (const one of numbered) {
    if (!kept.has(one.node.id)) continue
    place.set(one.node.id, nodes.length)
    nodes.push({ kind: one.node.kind, numbered: one, label: one.node.label, numbers: [one.number] })
  }
  const groups = Map.groupBy(
    numbered.filter(({ node }) => !kept.has(node.id)),
    ({ node }) => node.kind,
  )
  for (const [kind, group] of groups) {
    for (const { node } of group) place.set(node.id, nodes.length)
    const [one, many] = kindNames[kind]
    nodes.push({
      kind,
      label: counted(group.length, [`more ${one}`, `more ${many}`]),
      numbers: group.map(({ number }) => number),
    })
  }
  return { nodes, edges: shownEdges(incident.links, place) }
}

/** All, or the most important ones with room for a group of each kind. */
function keptNodes(incident: Incident, nodes: readonly NumberedNode[], most: number): ReadonlySet<string> {
  if (nodes.length <= most) return new Set(nodes.map(({ node }) => node.id))
  const room = Math.max(1, most - Object.keys(kindNames).length)
  const weight = importance(incident)
  return new Set(
    nodes
      .map(({ node }) => node.id)
      .toSorted((a, b) => (weight.get(b) ?? 0) - (weight.get(a) ?? 0))
      .slice(0, room),
  )
}

const rounds = 20
/** A cause is nearly as important as its effect: the way to a grave thing stays whole. */
const handedBack = 0.97

function importance({ nodes, links }: Incident): ReadonlyMap<string, number> {
  // What gives context is named in every sentence of the story, and there is little of it.
  const weight = new Map(nodes.map(({ id, score, role }) => [id, score + (role === 'context' ? 1 : 0)]))
  for (let round = 0; round < rounds; round += 1) {
    let changed = false
    for (const { from, to } of links) {
      const handed = (weight.get(to) ?? 0) * handedBack
      if (handed <= (weight.get(from) ?? 0)) continue
      weight.set(from, handed)
      changed = true
    }
    if (!changed) break
  }
  return weight
}

function shownEdges(links: readonly IncidentLink[], place: ReadonlyMap<string, number>): ShownEdge[] {
  const ordered = links.toSorted((a, b) => Date.parse(a.first) - Date.parse(b.first))
  const edges = new Map<string, { from: number; to: number; links: IncidentLink[] }>()
  for (const link of ordered) {
    const from = place.get(link.from)
    const to = place.get(link.to)
    if (from === undefined || to === undefined || from === to) continue
    const key = `${from} ${to}`
    const known = edges.get(key)
    if (known === undefined) edges.set(key, { from, to, links: [link] })
    else known.links.push(link)
  }
  return [...edges.values()].map((edge) => ({
    ...edge,
    kinds: [...new Set(edge.links.map(({ kind }) => kind))],
  }))
}
