import assert from 'node:assert/strict'
import { test } from 'node:test'

import { largeIncident, webShellIncident } from '../../../../test/support/incident.ts'
import { shownGraph } from './fold.ts'

test('up to 200 things are shown one by one', () => {
  const { nodes } = shownGraph(largeIncident(200))
  assert.equal(nodes.length, 200)
  assert.ok(nodes.every(({ numbered }) => numbered !== undefined))
})

test('of more the least important become groups by their kind, and everything is counted', () => {
  const incident = largeIncident(500)
  const { nodes, edges } = shownGraph(incident)
  assert.ok(nodes.length <= 200)
  const groups = nodes.filter(({ numbered }) => numbered === undefined)
  assert.deepEqual(groups.map(({ kind }) => kind).toSorted(), ['address', 'file', 'process'])
  for (const { label, numbers } of groups) {
    assert.match(label, new RegExp(`^${numbers.length} more (?:process|file|address)(?:s|es|)$`))
  }
  assert.equal(nodes.flatMap(({ numbers }) => numbers).length, 500)
  assert.equal(new Set(nodes.flatMap(({ numbers }) => numbers)).size, 500)
  const keys = edges.map(({ from, to }) => `${from} ${to}`)
  assert.equal(new Set(keys).size, keys.length)
})

test('the way to what is grave is not folded, whatever its own score', () => {
  const incident = largeIncident(600)
  const steps = incident.links.flatMap(({ from, to }) => [from, to])
  const worm = incident.nodes.find(({ label }) => label.startsWith('python3'))
  assert.ok(worm !== undefined && steps.includes(worm.id))
  // The quiet one in between: nothing was detected on it.
  const quiet = {
    ...incident,
    nodes: incident.nodes.map((node) => (node.label === 'sh' ? { ...node, score: 0 } : node)),
  }
  const kept = shownGraph(quiet, 30).nodes.flatMap(({ numbered }) => numbered?.node.label ?? [])
  assert.ok(
    kept.includes('sh') && kept.includes('python3 /tmp/.w.py') && kept.includes('203.0.113.9'),
    kept.join(),
  )
})

test('several links between two things are one edge with all of their kinds', () => {
  const incident = webShellIncident()
  const [link] = incident.links
  assert.ok(link)
  const doubled = {
    ...incident,
    links: [...incident.links, { ...link, kind: 'changed' as const }, { ...link }],
  }
  const { edges, nodes } = shownGraph(doubled)
  const edge = edges.find(
    ({ from, to }) =>
      nodes[from]?.numbered?.node.id === link.from && nodes[to]?.numbered?.node.id === link.to,
  )
  assert.deepEqual(edge?.kinds, [link.kind, 'changed'])
  assert.equal(edge?.links.length, 3)
  assert.equal(edges.length, incident.links.length)
})

test('a link to what is not in the incident is left out', () => {
  const incident = webShellIncident()
  const [link] = incident.links
  assert.ok(link)
  const { edges } = shownGraph({ ...incident, links: [{ ...link, to: 'file:/elsewhere' }] })
  assert.deepEqual(edges, [])
})
