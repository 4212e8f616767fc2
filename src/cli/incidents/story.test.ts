import assert from 'node:assert/strict'
import { test } from 'node:test'

import { largeIncident, webShellIncident } from '../../../test/support/incident.ts'
import { byTactic, techniqueOf } from './attack-names.ts'
import { missingSentences } from './missing.ts'
import { counted, listed, rulesOf } from './report.ts'
import { clockOf, levelOf, maxDepth, storyOf } from './story.ts'
import { summaryOf } from './summary.ts'

test('steps are indented by what caused their actor, not by time', () => {
  const rows = storyOf(webShellIncident(), 'utc').flatMap((group) => group.rows)
  const depths = rows.map(({ step, depth }) => [step.text.slice(0, 28), depth])
  assert.deepEqual(depths.slice(0, 9), [
    ['203.0.113.9 asked POST /gall', 0],
    // The web server is context: what it does begins at the left.
    ['apache2 wrote /var/www/html/', 0],
    ['found: Php.Webshell.Generic ', 1],
    ['203.0.113.9 asked GET /galle', 0],
    ['apache2 started sh -c id', 1],
    ['sh started id', 2],
    ['apache2 started sh -c bash -', 1],
    ['sh started bash -i', 2],
    ['bash connected to 198.51.100', 2],
  ])
  const depthOf = (text: string): number | undefined =>
    rows.find(({ step }) => step.text.startsWith(text))?.depth
  assert.equal(depthOf('cron will run'), 6)
  // It runs a file that lies deeper, but its parent says more.
  assert.equal(depthOf('bash started /tmp/.x'), 3)
})

test('an address begins a story: what it opened stands at the left', () => {
  const incident = webShellIncident()
  const [address] = incident.nodes
  const [link] = incident.links
  const [step] = incident.steps
  assert.ok(address?.kind === 'address' && link && step)
  const session = { ...address, id: 'session:4', kind: 'session' as const }
  const opened = {
    ...incident,
    nodes: [address, session],
    links: [{ ...link, from: address.id, to: session.id, kind: 'opened' as const }],
    steps: [{ ...step, nodes: [session.id] }],
  }
  assert.equal(storyOf(opened, 'utc')[0]?.rows[0]?.depth, 0)
})

test('causes that go round in a circle end at the deepest indent', () => {
  const incident = webShellIncident()
  const [a, b] = incident.nodes.filter(({ kind, role }) => kind === 'process' && role === 'member')
  assert.ok(a && b)
  const link = { kind: 'started', why: '', first: incident.first, sequences: [] } as const
  const [step] = incident.steps
  assert.ok(step)
  const looped = {
    ...incident,
    links: [
      { ...link, from: a.id, to: b.id },
      { ...link, from: b.id, to: a.id },
    ],
    steps: [{ ...step, nodes: [a.id] }],
  }
  assert.equal(storyOf(looped, 'utc')[0]?.rows[0]?.depth, maxDepth)
})

test('steps are grouped by minute and day, in the zone that was asked for', () => {
  const groups = storyOf(webShellIncident(), 'utc')
  assert.deepEqual(
    groups.map(({ day, minute, rows }) => [day, minute, rows.length]),
    [
      ['2026-11-22', '10:00', 6],
      ['2026-11-22', '10:01', 3],
      ['2026-11-22', '10:02', 11],
    ],
  )
  assert.deepEqual(clockOf('2026-11-22T23:59:59.999999Z', 'utc'), { day: '2026-11-22', time: '23:59:59.999' })
  const local = new Date('2026-11-22T23:59:59.999Z')
  assert.equal(
    clockOf(local.toISOString(), 'local').time.slice(0, 2),
    String(local.getHours()).padStart(2, '0'),
  )
  assert.deepEqual(clockOf('no time', 'utc'), { day: '', time: 'no time' })
})

test('only a long run without a detection is folded, and no step is lost', () => {
  const small = webShellIncident()
  const rowsOf = (
    incident: typeof small,
  ): { step: { sequence: number }; more: readonly { sequence: number }[] }[] =>
    storyOf(incident, 'utc').flatMap((group) => [...group.rows])
  assert.ok(rowsOf(small).every(({ more }) => more.length === 0))
  const large = largeIncident(200)
  const rows = rowsOf(large)
  assert.ok(rows.length < 40)
  const sequences = rows.flatMap(({ step, more }) => [step.sequence, ...more.map(({ sequence }) => sequence)])
  assert.deepEqual(
    sequences,
    large.steps.map(({ sequence }) => sequence),
  )
  const shown = new Set(rows.map(({ step }) => step.sequence))
  for (const { detections, sequence } of large.steps)
    if (detections.length > 0) assert.ok(shown.has(sequence))
})

test('severities are the levels of the Sigma rules that they came from', () => {
  assert.deepEqual([10, 30, 50, 75, 95].map(levelOf), ['informational', 'low', 'medium', 'high', 'critical'])
})

test('techniques have the names and tactics of ATT&CK; what is unknown is shown by its id', () => {
  assert.deepEqual(techniqueOf('T1505.003'), {
    id: 'T1505.003',
    name: 'Web Shell',
    fullName: 'Server Software Component: Web Shell',
    tactics: ['Persistence'],
  })
  assert.equal(techniqueOf('T1574.006').fullName, 'Hijack Execution Flow: Dynamic Linker Hijacking')
  assert.deepEqual(techniqueOf('T1053.003').tactics, ['Execution', 'Persistence', 'Privilege Escalation'])
  // A part that the table lacks has the tactics of its whole.
  assert.deepEqual(techniqueOf('T1505.999'), {
    id: 'T1505.999',
    name: 'T1505.999',
    fullName: 'T1505.999',
    tactics: ['Persistence'],
  })
  const { seen, unknown } = byTactic(['T1053.003', 'T9999', 'T1190', 'T1190'])
  assert.equal(seen.length, 14)
  assert.deepEqual(
    seen.filter((tactic) => tactic.techniques.length > 0).map(({ tactic }) => tactic),
    ['Initial Access', 'Execution', 'Persistence', 'Privilege Escalation'],
  )
  assert.deepEqual(
    unknown.map(({ id }) => id),
    ['T9999'],
  )
})

test('rules are counted over all steps, the gravest first', () => {
  const rules = rulesOf(webShellIncident())
  assert.equal(rules[0]?.detection.severity, 95)
  const shell = rules.find(({ detection }) => detection.name === 'Shell started by a web server')
  assert.equal(shell?.count, 2)
  // Its step stands for three requests.
  assert.equal(rules.find(({ detection }) => detection.name === 'Command in a parameter')?.count, 3)
})

test('the summary is made of the facts', () => {
  const text = summaryOf(webShellIncident({ outcome: 'confirmed' })).join(' ')
  for (const part of [
    '20 steps belong together within 2 min 51 s',
    'they involve the addresses 203.0.113.9 and 198.51.100.7, and the accounts www-data and root',
    'It succeeded.',
    'begins with: “203.0.113.9 asked POST /gallery/upload.php',
    '13 steps; the gravest is “Reverse shell”',
    '10 processes, 6 files, 3 requests and 1 scheduled job',
    'Initial Access, Execution, Persistence, Privilege Escalation, Defense Evasion and Command and Control',
  ]) {
    assert.ok(text.includes(part), `${part}\n${text}`)
  }
  const one = summaryOf(webShellIncident({ addresses: ['::1'], accounts: [] })).join(' ')
  assert.ok(one.includes('they involve the address ::1.'), one)
  assert.ok(!one.includes('succeeded'))
  const merged = summaryOf(webShellIncident({ status: 'merged', into: 3, continues: 2 })).join(' ')
  assert.match(merged, /merged into incident 3/)
  assert.match(merged, /goes on from incident 2/)
})

test('what is missing is said, and only that', () => {
  const report = { losses: [], host: 'h', made: '' }
  assert.deepEqual(missingSentences({ ...report, incident: webShellIncident() }), [])
  const incident = webShellIncident({ omitted: { nodes: 1, links: 0, steps: 1200 } })
  const [first, ...others] = incident.steps
  assert.ok(first)
  const { event: _, ...bare } = first
  const sentences = missingSentences({
    ...report,
    incident: { ...incident, steps: [bare, ...others] },
    losses: [
      { source: 'ebpf-network', count: 12, time: '2026-11-22T10:00:01Z' },
      { source: 'fanotify', count: 0, time: '2026-11-22T10:00:02Z' },
    ],
  })
  assert.equal(sentences.length, 4)
  assert.match(sentences[0] ?? '', /1 thing, 1,200 steps are not in it/)
  assert.match(sentences[1] ?? '', /^1 step has no evidence/)
  assert.match(sentences[2] ?? '', /lost 12 events of ebpf-network at 2026-11-22 10:00:01\.000 UTC/)
  assert.match(sentences[3] ?? '', /an unknown number of events of fanotify/)
})

test('counts and lists read as sentences do', () => {
  assert.equal(counted(1, ['file', 'files']), '1 file')
  assert.equal(counted(1204, ['file', 'files']), '1,204 files')
  assert.equal(listed([]), '')
  assert.equal(listed(['a']), 'a')
  assert.equal(listed(['a', 'b', 'c']), 'a, b and c')
  assert.equal(listed(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c and 3 more')
})
