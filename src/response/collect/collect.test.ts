import assert from 'node:assert/strict'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import { actionContext, responseSettings } from '../../../test/support/response.ts'
import { TemporaryFolder } from '../../../test/support/run-haechi.ts'
import type { ActionContext, CollectionSettings } from '../action.ts'
import { formatted } from './amount.ts'
import { collectEvidence } from './collect.ts'

function contextIn(
  t: TestContext,
  changes: Partial<CollectionSettings> = {},
): { folder: TemporaryFolder; context: ActionContext } {
  const folder = new TemporaryFolder()
  t.after(() => {
    folder[Symbol.dispose]()
  })
  const collection = { ...responseSettings.collection, folder: folder.at('collections'), ...changes }
  return { folder, context: actionContext({ settings: { ...responseSettings, collection } }) }
}

test('the plan says what is collected and where, and touches nothing', async (t) => {
  const { context, folder } = contextIn(t, { encryptTo: ['age1x'] })
  const plan = await collectEvidence.plan('4711,aaaaaaaa:12:99', context)
  assert.equal(plan.target, '4711,12')
  assert.match(
    plan.steps[0] ?? '',
    /profile quick, at most 20 s and 64 MiB.*collections\/haechi-.*-00c0ffee\.tar\.zst\.age$/,
  )
  assert.equal(plan.steps[1], 'look closely at the processes 4711, 12')
  assert.deepEqual([plan.isReversible, plan.warnings, plan.touches], [false, [], {}])
  assert.throws(() => writeFileSync(folder.at('collections/x'), ''), /ENOENT/)
  const host = await collectEvidence.plan('', contextIn(t).context)
  assert.deepEqual([host.target, host.steps.length, host.warnings.length], ['', 1, 1])
})

test('two collections have their spacing, also while one is being written, unless it is forced', async (t) => {
  const { context, folder } = contextIn(t)
  mkdirSync(folder.at('collections'))
  writeFileSync(folder.at('collections/other.tar.zst'), '')
  await collectEvidence.plan('', context)
  writeFileSync(folder.at('collections/haechi-x.tar.zst.partial'), '')
  await assert.rejects(async () => collectEvidence.plan('', context), /a collection was begun \d+ s ago/)
  await collectEvidence.plan('', { ...context, force: true })
  const { collection } = context.settings
  const settings = { ...context.settings, collection: { ...collection, spacingMs: 0 } }
  await collectEvidence.plan('', { ...context, settings })
  // A changed time does not make a package older.
  utimesSync(folder.at('collections/haechi-x.tar.zst.partial'), 1, 1)
  await assert.rejects(async () => collectEvidence.plan('', context), /ago/)
})

test('without room no collection is begun, and with little it is small', async (t) => {
  await assert.rejects(
    async () => collectEvidence.plan('', contextIn(t, { leastFreeBytes: 2 ** 60 }).context),
    /no room/,
  )
  const { context } = contextIn(t, { maxBytes: 3 * 1024 ** 2 })
  assert.match((await collectEvidence.plan('', context)).steps[0] ?? '', /and 3 MiB\)/)
  await assert.rejects(
    async () => collectEvidence.plan('', contextIn(t, { folder: 'here' }).context),
    /no absolute path/,
  )
})

test('what is no process is refused', async (t) => {
  const { context } = contextIn(t)
  for (const target of [
    'x',
    '1,',
    '0',
    '12;13',
    '99999999',
    Array.from({ length: 65 }, (_, i) => i + 1).join(','),
  ])
    await assert.rejects(async () => collectEvidence.plan(target, context), /no process|more than 64/, target)
})

test('a program that fails says why', { timeout: 60_000 }, async (t) => {
  const { context } = contextIn(t, { encryptTo: ['age1nonsense'] })
  const { results } = await collectEvidence.apply(await collectEvidence.plan('', context), context)
  assert.equal(results[0]?.ok, false)
  assert.match(results[0].text, /age1nonsense is no public key of age/)
})

test('it cannot be undone', async (t) => {
  const { context } = contextIn(t)
  await assert.rejects(collectEvidence.undo({ target: '', data: {}, time: '' }, context), /cannot be undone/)
})

test('durations are whole', () => {
  assert.deepEqual([0, 1500, 20_000, 300_000, 5_400_000, 3_600_000, 86_400_000, 200_000].map(formatted), [
    '0 s',
    '1 s',
    '20 s',
    '5 min',
    '90 min',
    '1 h',
    '1 d',
    '200 s',
  ])
})
