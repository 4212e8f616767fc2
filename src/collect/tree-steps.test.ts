import assert from 'node:assert/strict'
import { test } from 'node:test'

import { memoryTree } from '../../test/support/memory-tree.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import type { FileItem, Profile, StepContext } from './step.ts'
import { readTargets } from './targets/read-targets.ts'
import type { TargetList } from './targets/index.ts'
import { type CollectedTree, treeSteps } from './tree-steps.ts'

function listOf(targets: string, { system = 'windows', order = 1 } = {}): TargetList {
  return readTargets(
    `system: ${system}\nid: list-${order}\ntitle: A list\norder: ${order}\ntargets:\n${targets}`,
    'list',
  )
}

async function run(
  trees: readonly CollectedTree[],
  lists: readonly TargetList[],
  changes: Partial<StepContext> = {},
): Promise<{ items: FileItem[]; notes: string[]; ids: string[] }> {
  const notes: string[] = []
  const context: StepContext = {
    profile: 'full',
    root: '',
    note: (text) => {
      notes.push(text)
    },
    leftMs: () => 1000,
    maxFileBytes: 1_000_000,
    suspects: [],
    ...changes,
  }
  const items: FileItem[] = []
  const steps = treeSteps(trees, lists)
  for (const step of steps) {
    if (!step.profiles.includes(context.profile)) continue
    for await (const item of step.collect(context)) if (item.kind === 'file') items.push(item)
  }
  return { items, notes, ids: steps.map(({ id }) => id) }
}

function contentOf(item: FileItem): string | undefined {
  const source = item.open()
  if (source === undefined) return undefined
  using opened = source
  return Buffer.from(opened.read(0, opened.size)).toString('latin1')
}

function windows(files: Parameters<typeof memoryTree>[1]): { tree: EvidenceTree } {
  return { tree: memoryTree('windows', files) }
}

test('lists are taken in their order, each volume for itself, and only those of the system', async () => {
  const trees = [
    { ...windows({ '/a': 'one' }), volume: 'volume1' },
    { tree: memoryTree('linux', { '/a': 'two' }), volume: 'volume2' },
  ]
  const any = "  - { id: a, about: A, paths: ['/a'] }\n"
  const lists = [
    listOf(any, { order: 2 }),
    listOf(any, { order: 1 }),
    listOf(any, { system: 'linux', order: 3 }),
  ]
  const { items, ids } = await run(trees, lists)
  assert.deepEqual(ids, ['list-1-volume1', 'list-2-volume1', 'list-3-volume2'])
  assert.deepEqual(
    items.map((item) => [item.volume, item.file.path, contentOf(item)]),
    [
      ['volume1', '/a', 'one'],
      ['volume1', '/a', 'one'],
      ['volume2', '/a', 'two'],
    ],
  )
})

test('a tree of which nobody knows the system is searched with all lists', async () => {
  const any = "  - { id: a, about: A, paths: ['/a'] }\n"
  const { ids } = await run(
    [{ tree: memoryTree('unknown', { '/a': '1' }) }],
    [listOf(any), listOf(any, { system: 'linux', order: 2 })],
  )
  assert.deepEqual(ids, ['list-1', 'list-2'])
})

test('the quick profile takes what is meant for it', async () => {
  const list = listOf(
    "  - { id: q, about: Q, profiles: [quick], paths: ['/q'] }\n  - { id: f, about: F, paths: ['/f'] }\n",
  )
  const taken = async (profile: Profile): Promise<string[]> =>
    (await run([windows({ '/q': '1', '/f': '2' })], [list], { profile })).items.map(({ file }) => file.path)
  assert.deepEqual(await taken('quick'), ['/q'])
  assert.deepEqual(await taken('full'), ['/f'])
})

test('what is too large or too small is told, or left', async () => {
  const list = listOf("  - { id: a, about: A, maxBytes: 5, minBytes: 2, paths: ['/*'] }\n")
  const { items, notes } = await run([windows({ '/one': '1', '/five': '12345', '/six': '123456' })], [list])
  assert.deepEqual(
    items.map((item) => [item.file.path, item.file.size, contentOf(item)]),
    [
      ['/five', 5, '12345'],
      ['/six', 6, undefined],
    ],
  )
  assert.deepEqual(notes, ['/six has 6 bytes, more than 5: its content is not taken'])
  const limited = await run([windows({ '/five': '12345' })], [list], { maxFileBytes: 4 })
  assert.equal(limited.items.map(contentOf)[0], undefined)
})

test('of a target without content only the fact is taken, and nothing is noted', async () => {
  const list = listOf("  - { id: a, about: A, content: none, paths: ['/pagefile.sys'] }\n")
  const { items, notes } = await run([windows({ '/pagefile.sys': 'secret' })], [list])
  assert.deepEqual([items[0]?.file.size, items.map(contentOf)[0], notes.length], [6, undefined, 0])
})

test('a stream is taken where there is one, whatever the letters', async () => {
  const list = listOf("  - { id: a, about: A, paths: ['/*:zone.identifier', '/x:none'] }\n")
  const { items } = await run(
    [windows({ '/x': 'content', '/x:Zone.Identifier': '[ZoneTransfer]', '/y': '1' })],
    [list],
  )
  assert.deepEqual(
    items.map((item) => [item.file.path, item.stream, item.file.size, contentOf(item)]),
    [['/x', 'Zone.Identifier', 14, '[ZoneTransfer]']],
  )
})

test('of a journal the zeros in front are not taken, and not more than its end', async () => {
  const block = 65_536
  const journal = Buffer.concat([Buffer.alloc(5 * block), Buffer.alloc(2 * block, 'J'), Buffer.from('end')])
  const files = { '/$Extend/$UsnJrnl': '', '/$Extend/$UsnJrnl:$J': journal }
  const of = (maxBytes: number): TargetList =>
    listOf(`  - { id: j, about: J, content: tail, maxBytes: ${maxBytes}, paths: ['/$Extend/$UsnJrnl:$J'] }\n`)
  const whole = await run([windows(files)], [of(1_000_000)])
  assert.equal(whole.items[0]?.file.size, 2 * block + 3)
  assert.equal(whole.items.map(contentOf)[0], journal.subarray(5 * block).toString('latin1'))
  assert.match(
    whole.notes[0] ?? '',
    new RegExp(`UsnJrnl:\\$J: taken from byte ${5 * block} of ${journal.length} on`),
  )
  const cut = await run([windows(files)], [of(10)])
  assert.equal(cut.items.map(contentOf)[0], 'JJJJJJJend')
  const zeros = await run(
    [windows({ ...files, '/$Extend/$UsnJrnl:$J': Buffer.alloc(3 * block) })],
    [of(1_000_000)],
  )
  assert.equal(zeros.items[0]?.file.size, 3 * block)
})

test('when the time is over the search ends, and says where', async () => {
  const list = listOf("  - { id: a, about: A, paths: ['/**/a'] }\n")
  const { items, notes } = await run([windows({ '/b/a': '1' })], [list], { leftMs: () => 0 })
  assert.equal(items.length, 0)
  assert.match(notes[0] ?? '', /time was over/)
})

test('homes of an examined host are those of its own accounts', async () => {
  const list = listOf("  - { id: h, about: H, paths: ['%home%/.bash_history'] }\n", { system: 'linux' })
  const files = {
    '/etc/passwd': 'www:x:33:33::/var/www:/bin/sh\n',
    '/var/www/.bash_history': 'wget evil',
    '/root/.bash_history': 'ls',
  }
  const { items } = await run([{ tree: memoryTree('linux', files) }], [list])
  assert.deepEqual(items.map((item) => contentOf(item) ?? '').toSorted(), ['ls', 'wget evil'])
})
