import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { type TestContext, test } from 'node:test'

import { responseSettings, until } from '../../test/support/response.ts'
import { TemporaryFolder } from '../../test/support/run-haechi.ts'
import type { Incident, SuggestedResponse } from '../model/index.ts'
import type { ResponseRecord } from './audit/record.ts'
import type { PolicyText } from './policy.ts'
import type { Responses } from './request.ts'
import { createResponses } from './responses.ts'

interface UnderTest {
  readonly folder: TemporaryFolder
  readonly responses: Responses
  /** What was told. */
  readonly records: ResponseRecord[]
  /** The same on the disk, as after a restart. */
  readonly again: () => Responses
}

const quiet: PolicyText = {
  mode: 'act',
  rules: [],
  maxPerHour: 10,
  exemptAddresses: [],
  exemptAccounts: [],
  exemptPaths: [],
  exemptUnits: [],
}

function make(t: TestContext, policy: Partial<PolicyText> = {}): UnderTest {
  const folder = new TemporaryFolder()
  t.after(() => {
    folder[Symbol.dispose]()
  })
  const records: ResponseRecord[] = []
  const again = (): Responses =>
    createResponses({
      directory: folder.path,
      settings: { ...responseSettings, quarantineDirectory: folder.at('quarantine') },
      policy: { ...quiet, ...policy },
      onRecord: (record) => {
        records.push(record)
      },
    })
  return { folder, records, again, responses: again() }
}

function fileIn(folder: TemporaryFolder, name: string): string {
  writeFileSync(folder.at(name), `content of ${name}`)
  return folder.at(name)
}

test('a file is quarantined and put back; each step is on the disk and told', async (t) => {
  const { folder, records, responses, again } = make(t)
  const target = fileIn(folder, 'evil')
  linkSync(target, folder.at('other'))
  const prepared = await responses.prepare({ action: 'quarantine', target, why: 'a test', by: 'hand' })
  assert.match(prepared.plan.warnings.join(), /1 more names/)
  assert.equal(responses.list().responses.length, 0)
  assert.equal(responses.tell(prepared).phase, 'planned')
  assert.ok(existsSync(target))
  const again2 = await responses.prepare({
    action: 'quarantine',
    target,
    why: 'a test',
    by: 'hand',
    incident: 3,
  })
  const done = await responses.apply(again2)
  assert.deepEqual([done.phase, done.by.incident, existsSync(target)], ['done', 3, false])
  const undone = await again().undo(done.id.slice(-8), { why: 'a mistake' })
  assert.deepEqual([undone.phase, undone.why, undone.id], ['undone', 'a mistake', done.id])
  assert.equal(readFileSync(target, 'utf8'), 'content of evil')
  assert.deepEqual(
    records.map(({ phase }) => phase),
    ['planned', 'done', 'undone'],
  )
  assert.deepEqual(
    readFileSync(folder.at('responses.jsonl'), 'utf8').match(/"phase":"[a-z-]+"/g),
    ['planned', 'begun', 'done', 'undo-begun', 'undone'].map((phase) => `"phase":"${phase}"`),
  )
  await assert.rejects(again().undo(done.id, { why: '' }), /cannot be undone: it is undone/)
  await assert.rejects(again().undo('2026', { why: '' }), /more than one response/)
  await assert.rejects(again().undo('nothing', { why: '' }), /no response is called/)
})

test('what cannot be done says so, and nothing happens when it cannot be written down', async (t) => {
  const { folder, responses } = make(t)
  const target = fileIn(folder, 'evil')
  const prepared = await responses.prepare({ action: 'quarantine', target, why: '', by: 'hand' })
  writeFileSync(folder.at('new'), 'new')
  renameSync(folder.at('new'), target)
  const failed = await responses.apply(prepared)
  assert.deepEqual([failed.phase, failed.problem], ['failed', `${target} is another file by now, or none`])
  assert.equal(readFileSync(target, 'utf8'), 'new')
  const taken = await responses.prepare({ action: 'quarantine', target, why: '', by: 'hand' })
  const broken = createResponses({
    directory: '/dev/null/nowhere',
    settings: { ...responseSettings, quarantineDirectory: folder.at('quarantine') },
    policy: quiet,
    onRecord: () => undefined,
  })
  await assert.rejects(broken.apply(taken), /cannot write/)
  assert.equal(readFileSync(target, 'utf8'), 'new')
})

test('files that the host runs on, and what is no file, are not taken', async (t) => {
  const { folder, responses } = make(t)
  const refused = (target: string, reason: RegExp): Promise<void> =>
    assert.rejects(responses.prepare({ action: 'quarantine', target, why: '', by: 'hand' }), reason)
  await refused(process.execPath, /this host runs on it/)
  await refused(folder.path, /is no file/)
  await refused('/nowhere/at/all', /is no file/)
  await refused('relative', /no absolute path/)
})

test('killed by SIGKILL in the middle, a response is seen to be interrupted and can be undone', async (t) => {
  const { folder, responses } = make(t)
  const target = folder.at('large')
  // An earlier file of this name is in the quarantine already, and stays there.
  writeFileSync(target, 'an earlier one')
  await responses.apply(await responses.prepare({ action: 'quarantine', target, why: '', by: 'hand' }))
  writeFileSync(target, '')
  // Sparse: it takes seconds to be copied, and no place to be kept.
  truncateSync(target, 3 * 1024 ** 3)
  const code = `
    import { createResponses } from ${JSON.stringify(new URL('responses.ts', import.meta.url).href)}
    const options = JSON.parse(process.argv[1])
    const responses = createResponses({ ...options, onRecord() {} })
    await responses.apply(await responses.prepare(options.request))`
  const options = {
    directory: folder.path,
    settings: { ...responseSettings, quarantineDirectory: folder.at('quarantine') },
    policy: quiet,
    request: { action: 'quarantine', target, why: 'killed', by: 'hand' },
  }
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  for (let state = ''; state !== 'running';) {
    assert.equal(child.exitCode, null, 'it ended before it could be killed')
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
    state = responses.list().responses[1]?.state ?? ''
  }
  child.kill('SIGKILL')
  await ended
  const summary = responses.list().responses[1]
  assert.deepEqual([summary?.state, summary?.first.why], ['interrupted', 'killed'])
  assert.ok(existsSync(target))
  const undone = await responses.undo(summary?.last.id ?? '', { why: '' })
  assert.deepEqual(
    [undone.phase, undone.problem],
    ['undo-failed', `${target} did not get into the quarantine`],
  )
})

test('the policy acts on an incident once, tells the rest, and remembers it after a restart', async (t) => {
  const { folder, records, responses, again } = make(t, {
    rules: [{ level: 'high', action: 'quarantine' }],
    maxPerHour: 1,
    exemptPaths: ['**/kept'],
  })
  const targets = ['kept', 'one', 'two'].map((name) => fileIn(folder, name))
  const gone = folder.at('gone')
  const incident = incidentOf(
    [...targets, gone].map((target) => ({ action: 'quarantine', target, why: 'written by it' })),
  )
  await Promise.all([responses.onIncident(incident), responses.onIncident(incident)])
  assert.deepEqual(
    targets.map((path) => existsSync(path)),
    [true, false, true],
  )
  assert.deepEqual(
    records.map(({ phase, target, problem }) => [phase, target, problem]),
    [
      ['planned', targets[0], `${targets[0]} is in exempt_paths`],
      ['done', targets[1], undefined],
      ['planned', targets[2], '1 actions were done in this hour (max_actions_per_hour)'],
      ['refused', gone, `${gone} is no file`],
    ],
  )
  assert.deepEqual(
    [records[1]?.by.kind, records[1]?.by.incident, records[1]?.why],
    ['policy', 5, 'written by it'],
  )
  fileIn(folder, 'one')
  await again().onIncident(incident)
  assert.equal(records.length, 4)
  assert.ok(existsSync(targets[1] ?? ''))
  await again().onIncident({ ...incident, level: 'medium', id: 6 })
  assert.equal(records.length, 4)
})

test('what only a look at the host shows to be exempt is told, not done', async (t) => {
  const { records, responses } = make(t, {
    rules: [{ level: 'low', action: 'kill-tree' }],
    exemptPaths: ['**/sleep'],
  })
  const child = spawn('sleep', ['60'])
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  await until(() => readlinkSync(`/proc/${child.pid}/exe`).endsWith('/sleep'), 'exec')
  const suggestion = { action: 'kill-tree', target: String(child.pid), why: 'a miner' } as const
  await responses.onIncident(incidentOf([suggestion]))
  assert.deepEqual([records[0]?.phase, child.exitCode, child.signalCode], ['planned', null, null])
  assert.match(records[0]?.problem ?? '', /sleep is in exempt_paths/)
})

test('a policy that names no network is refused at once', (t) => {
  assert.throws(() => make(t, { exemptAddresses: ['here'] }), /exempt_addresses: here/)
})

function incidentOf(suggestions: readonly SuggestedResponse[]): Incident {
  const lists = {
    nodes: [],
    links: [],
    steps: [],
    accounts: [],
    addresses: [],
    containers: [],
    techniques: [],
  }
  return {
    version: 1,
    id: 5,
    title: 'dropped files',
    level: 'critical',
    score: 90,
    status: 'open',
    first: '2026-11-22T11:00:00Z',
    last: '2026-11-22T11:59:00Z',
    ...lists,
    suggestions,
    history: [],
    omitted: { nodes: 0, links: 0, steps: 0 },
  }
}
