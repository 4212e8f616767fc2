import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Incident, SuggestedResponse } from '../model/index.ts'
import { decide, type Earlier, exemptionOf, type Policy, type PolicyText, readPolicy } from './policy.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const minute = 60_000

function policyOf(changes: Partial<PolicyText> = {}): Policy {
  return readPolicy({
    mode: 'act',
    rules: [
      { level: 'high', action: 'block-address' },
      { level: 'critical', action: 'kill-tree' },
    ],
    maxPerHour: 10,
    exemptAddresses: [],
    exemptAccounts: [],
    exemptPaths: [],
    exemptUnits: [],
    ...changes,
  })
}

function incidentOf(changes: Partial<Incident> = {}): Incident {
  return {
    version: 1,
    id: 7,
    title: 'a web shell',
    level: 'critical',
    score: 90,
    status: 'open',
    first: '2026-11-22T11:00:00Z',
    last: '2026-11-22T11:59:00Z',
    nodes: [],
    links: [],
    steps: [],
    accounts: [],
    addresses: [],
    containers: [],
    techniques: [],
    suggestions: [suggestion('block-address', '203.0.113.9'), suggestion('kill-tree', 'aaaaaaaa:10:99')],
    history: [],
    omitted: { nodes: 0, links: 0, steps: 0 },
    ...changes,
  }
}

function suggestion(action: SuggestedResponse['action'], target: string): SuggestedResponse {
  return { action, target, why: 'it attacked' }
}

function kinds(policy: Policy, incident: Incident, earlier: readonly Earlier[] = []): string[] {
  return decide(policy, incident, { earlier, now }).map(
    ({ kind, action, target }) => `${kind} ${action} ${target}`,
  )
}

function before(changes: Partial<Earlier> = {}): Earlier {
  return {
    incident: 7,
    action: 'block-address',
    target: '203.0.113.9',
    kind: 'acted',
    time: now - minute,
    ...changes,
  }
}

test('what the rules name is done from their level on, and nothing else', () => {
  const all = ['act block-address 203.0.113.9', 'act kill-tree aaaaaaaa:10:99']
  assert.deepEqual(kinds(policyOf(), incidentOf()), all)
  assert.deepEqual(kinds(policyOf(), incidentOf({ level: 'high' })), all.slice(0, 1))
  assert.deepEqual(kinds(policyOf(), incidentOf({ level: 'medium' })), [])
  assert.deepEqual(kinds(policyOf(), incidentOf({ status: 'closed' })), [])
  const account = incidentOf({ suggestions: [suggestion('disable-account', 'eve')] })
  assert.deepEqual(kinds(policyOf(), account), [])
})

test('in dry-run mode it is told once, with the reason', () => {
  const policy = policyOf({ mode: 'dry-run' })
  const [first] = decide(policy, incidentOf(), { earlier: [], now })
  assert.deepEqual([first?.kind, first?.limit], ['tell', 'the policy is in dry-run mode'])
  const told = [
    before({ kind: 'told' }),
    before({ kind: 'told', action: 'kill-tree', target: 'aaaaaaaa:10:99' }),
  ]
  assert.deepEqual(kinds(policy, incidentOf(), told), [])
  assert.equal(kinds(policyOf(), incidentOf(), told).length, 2, 'what was only told can be done later')
})

test('nothing is done twice for a target of an incident, nor after it was merged', () => {
  assert.deepEqual(kinds(policyOf(), incidentOf(), [before()]), ['act kill-tree aaaaaaaa:10:99'])
  assert.equal(kinds(policyOf(), incidentOf(), [before({ incident: 8 })]).length, 2)
  const merged = incidentOf({ history: [{ time: '', change: 'merged', why: 'one process', other: 8 }] })
  assert.equal(kinds(policyOf(), merged, [before({ incident: 8 })]).length, 1)
  const split = incidentOf({ history: [{ time: '', change: 'split', why: '', other: 8 }] })
  assert.equal(kinds(policyOf(), split, [before({ incident: 8 })]).length, 2)
  const twice = incidentOf({
    suggestions: [
      suggestion('block-address', '::ffff:203.0.113.9'),
      suggestion('block-address', '203.0.113.9'),
    ],
  })
  assert.deepEqual(kinds(policyOf(), twice), ['act block-address 203.0.113.9'])
})

test('more than so many actions in an hour are only told', () => {
  const others = [1, 2].map((incident) => before({ incident }))
  const policy = policyOf({ maxPerHour: 3 })
  assert.deepEqual(kinds(policy, incidentOf(), others), [
    'act block-address 203.0.113.9',
    'tell kill-tree aaaaaaaa:10:99',
  ])
  const old = others.map((one) => ({ ...one, time: now - 61 * minute }))
  assert.equal(kinds(policy, incidentOf(), old).filter((text) => text.startsWith('act')).length, 2)
  assert.equal(kinds(policyOf({ maxPerHour: 0 }), incidentOf())[0], 'tell block-address 203.0.113.9')
})

test('what is exempt is told with the reason', () => {
  const limits = (changes: Partial<PolicyText>, incident: Incident): (string | undefined)[] =>
    decide(policyOf(changes), incident, { earlier: [], now }).map(({ limit }) => limit)
  assert.deepEqual(limits({ exemptAddresses: ['203.0.113.0/24'] }, incidentOf()), [
    '203.0.113.9 is in exempt_addresses',
    undefined,
  ])
  const node = {
    id: 'process:aaaaaaaa:10:99',
    kind: 'process' as const,
    label: '',
    role: 'member' as const,
    first: '',
    last: '',
    score: 1,
    facts: { 'process.executable': '/opt/db/bin/server', 'user.name': 'dba' },
  }
  const incident = incidentOf({ nodes: [node] })
  assert.deepEqual(limits({ exemptPaths: ['/opt/db/**'] }, incident), [
    undefined,
    '/opt/db/bin/server is in exempt_paths',
  ])
  assert.deepEqual(limits({ exemptAccounts: ['dba'] }, incident), [undefined, 'dba is in exempt_accounts'])
  const rules = [
    { level: 'low', action: 'disable-account' } as const,
    { level: 'low', action: 'quarantine' } as const,
  ]
  const both = incidentOf({
    suggestions: [suggestion('disable-account', 'dba'), suggestion('quarantine', '/opt/x')],
  })
  assert.deepEqual(limits({ rules, exemptAccounts: ['dba'], exemptPaths: ['/opt/*'] }, both), [
    'dba is in exempt_accounts',
    '/opt/x is in exempt_paths',
  ])
  assert.equal(
    exemptionOf(policyOf({ exemptUnits: ['db.service'] }), { units: ['a', 'db.service'] }),
    'db.service is in exempt_units',
  )
  assert.throws(() => policyOf({ exemptAddresses: ['nonsense'] }), /exempt_addresses/)
})

test('an incident that suggests thousands of things gets at most a hundred decisions', () => {
  const suggestions = Array.from({ length: 5000 }, (_, index) =>
    suggestion('block-address', `10.0.${index >> 8}.${index & 255}`),
  )
  assert.equal(
    decide(policyOf({ maxPerHour: 100_000 }), incidentOf({ suggestions }), { earlier: [], now }).length,
    100,
  )
})

test('a collection comes before everything that ends something, once for an incident', () => {
  const policy = policyOf({
    rules: [
      { level: 'high', action: 'collect' },
      { level: 'high', action: 'block-address' },
    ],
  })
  const process = (pid: number, facts = {}): Incident['nodes'][number] => ({
    id: `process:aaaaaaaa:${pid}:99`,
    kind: 'process',
    label: 'x',
    role: 'member',
    first: '',
    last: '',
    score: 0,
    facts,
  })
  const nodes = [
    process(10),
    process(11, { 'process.end': 'x' }),
    { ...process(12), role: 'context' as const },
    process(13),
  ]
  assert.deepEqual(kinds(policy, incidentOf({ nodes })), [
    'act collect 10,13',
    'act block-address 203.0.113.9',
  ])
  const earlier = [before({ action: 'collect', target: '10', kind: 'acted' })]
  assert.deepEqual(kinds(policy, incidentOf({ nodes }), earlier), ['act block-address 203.0.113.9'])
  assert.deepEqual(kinds(policy, incidentOf({ suggestions: [] })), ['act collect '])
  assert.deepEqual(kinds(policy, incidentOf({ suggestions: [], level: 'medium' })), [])
})
