import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'node:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'

import {
  fileItem,
  memorySink,
  packageOf,
  piecesOf,
  stepOf,
  writeSteps,
} from '../../../test/support/collect-package.ts'
import { must } from '../../../test/support/must.ts'
import type { CollectItem } from '../step.ts'
import {
  type CaseFile,
  type CollectedPackage,
  fileSink,
  hostSigningKey,
  openPackage,
  readPublicKey,
  readSigningKey,
  streamSink,
  toolDigest,
  verifyPackage,
} from './index.ts'
import { publicKeyHex } from './signature.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-package-test-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))
let packages = 0

async function opened(bytes: Uint8Array): Promise<CollectedPackage> {
  packages += 1
  const path = join(folder, `${packages}.tar.zst`)
  writeFileSync(path, bytes)
  return openPackage(path)
}

function caseOf(value: CollectedPackage): CaseFile {
  return value.caseFile as CaseFile
}

/** Lines of the manifest as objects, by path. */
async function entries(bytes: Uint8Array): Promise<Map<string, Record<string, unknown>>> {
  const { readFrames } = await import('./frame-reader.ts')
  const found = new Map<string, Record<string, unknown>>()
  for await (const { content } of readFrames(piecesOf(bytes)))
    for (const [line] of content?.toString('latin1').matchAll(/^\{"previous":.*\}$/gm) ?? []) {
      const entry = JSON.parse(line) as Record<string, unknown>
      found.set(String(entry['path']), entry)
    }
  return found
}

test('a step that hangs is cut off, one that throws is noted, and the next ones run', async () => {
  const sink = memorySink()
  let isReturned = false
  const hanging = stepOf(
    'hanging',
    async function* hang() {
      try {
        yield fileItem({ path: '/first', content: '1' })
        for (;;) {
          await wait(20)
          yield { kind: 'rows', name: 'ticks', rows: [{ tick: 1 }] }
        }
      } finally {
        isReturned = true
      }
    },
    200,
  )
  const stuck = stepOf('stuck', async () => Promise.withResolvers<CollectItem[]>().promise, 100)
  const failing = stepOf('failing', async function* fail(context) {
    yield { kind: 'rows', name: 'some', rows: [{ a: 1 }] }
    context.note('half of it was missing')
    throw new Error('no such table')
  })
  const last = stepOf('last', () => [fileItem({ path: '/last', content: '2' })])
  const start = performance.now()
  const result = await writeSteps([hanging, stuck, failing, last], sink)
  assert.ok(performance.now() - start < 5000)
  assert.deepEqual(
    result.case.steps.map(({ id, outcome, fault }) => [id, outcome, fault]),
    [
      ['hanging', 'cut-off', 'it did not end in its time'],
      ['stuck', 'cut-off', 'it did not end in its time'],
      ['failing', 'failed', 'no such table'],
      ['last', 'done', undefined],
    ],
  )
  assert.ok(result.case.log.some(({ step, text }) => step === 'failing' && text === 'half of it was missing'))
  await wait(50)
  assert.equal(isReturned, true, 'the generator was told to end')
  assert.equal((await verifyPackage(piecesOf(sink.bytes()))).isRight, true)
  using collected = await opened(sink.bytes())
  assert.deepEqual([...collected.rows('some')], [{ a: 1 }])
  assert.equal(must(collected.trees[0]).stat('/last')?.size, 1)
  assert.equal(caseOf(collected).caseId, 'case-1')
})

test('rows that never end, or throw in the middle, keep what came before', async () => {
  async function* endless(): AsyncGenerator<object> {
    yield { a: 1 }
    await Promise.withResolvers<void>().promise
  }
  function* broken(): Generator<object> {
    yield { b: 1 }
    throw new Error('table gone')
  }
  const sink = memorySink()
  const { case: told } = await writeSteps(
    [
      stepOf('broken', () => [
        { kind: 'rows', name: 'broken', rows: broken() },
        { kind: 'rows', name: 'after', rows: [{ c: 1 }] },
      ]),
      stepOf('endless', () => [{ kind: 'rows', name: 'endless', rows: endless() }], 100),
    ],
    sink,
  )
  using collected = await opened(sink.bytes())
  assert.deepEqual([...collected.rows('endless')], [{ a: 1 }])
  assert.deepEqual([...collected.rows('broken')], [{ b: 1 }])
  assert.deepEqual([...collected.rows('after')], [{ c: 1 }])
  const texts = told.log.map(({ text }) => text)
  assert.ok(texts.includes('live/endless.jsonl is not complete: the time of the step was over'), texts.join())
  assert.ok(texts.includes('broken is not complete: table gone'), texts.join())
})

test('large rows and bytes become parts that are read as one', async () => {
  const row = { text: 'x'.repeat(1000) }
  const rows = Array.from({ length: 10_000 }, (_, number) => ({ ...row, number }))
  const chunk = Buffer.alloc(3_000_001, 'memory')
  const bytes = await packageOf([
    { kind: 'rows', name: 'many', rows },
    { kind: 'bytes', name: 'memory/12.bin', chunks: Array.from({ length: 7 }, () => chunk) },
    { kind: 'rows', name: 'many', rows: [{ number: 10_000 }] },
    { kind: 'rows', name: '../../etc/passwd', rows: [{ a: 1n }] },
    { kind: 'rows', name: 'nothing', rows: [] },
  ])
  assert.equal((await verifyPackage(piecesOf(bytes))).isRight, true)
  using collected = await opened(bytes)
  assert.deepEqual(
    [...collected.rows('many')].map(({ number }) => number),
    Array.from({ length: 10_001 }, (_, number) => number),
  )
  assert.equal([...collected.live('many.jsonl')].length, 3)
  const parts = [...collected.live('memory/12.bin')]
  assert.equal(parts.length, 3)
  assert.deepEqual(
    Buffer.concat(parts.map((part) => Buffer.from(part.read(0, part.size)))),
    Buffer.concat(Array.from({ length: 7 }, () => chunk)),
  )
  assert.deepEqual(collected.liveNames.toSorted(), [
    '_/_/etc/passwd.jsonl',
    'many.jsonl',
    'memory/12.bin',
    'nothing.jsonl',
  ])
  assert.deepEqual([...collected.rows('_/_/etc/passwd')], [{ a: '1' }])
})

test('what is left out by a limit is in the manifest with its reason', async () => {
  const items = [
    fileItem({ path: '/big', content: Buffer.alloc(5000) }),
    fileItem({ path: '/one', content: Buffer.alloc(900) }),
    fileItem({ path: '/two', content: Buffer.alloc(900) }),
    fileItem({ path: '/small', content: 'ok' }),
    { kind: 'rows', name: 'rows', rows: Array.from({ length: 100 }, () => ({ a: 'row' })) },
  ] as const
  const bytes = await packageOf(items, {
    limits: { maxBytes: 1200, maxFileBytes: 4000, maxMs: 60_000, maxFileMs: 60_000 },
  })
  const told = await entries(bytes)
  assert.equal(told.get('/big')?.['left'], 'larger than 4000 bytes')
  assert.equal(told.get('/big')?.['size'], 5000)
  assert.equal(told.get('/one')?.['left'], undefined)
  assert.equal(told.get('/two')?.['left'], 'the package has reached its limit')
  assert.equal(told.get('/small')?.['left'], undefined)
  using collected = await opened(bytes)
  const file = caseOf(collected)
  assert.deepEqual(file.counts.left, { 'larger than 4000 bytes': 1, 'the package has reached its limit': 1 })
  assert.ok(
    file.log.some(
      ({ text }) => text === 'live/rows.jsonl is not complete: the package has reached its limit',
    ),
  )
  const tree = must(collected.trees[0])
  assert.equal(tree.stat('/big')?.size, 5000)
  assert.equal(tree.open('/big'), undefined)
})

test('files that vanish, fail, shrink or take too long are told, and never end the collection', async () => {
  const megabytes = Buffer.alloc(3_145_728, 'x')
  const items = [
    { ...fileItem({ path: '/gone' }), open: () => undefined },
    {
      ...fileItem({ path: '/denied' }),
      open: () => {
        throw new Error('EACCES')
      },
    },
    fileItem({ path: '/shrunk', content: 'abc', source: { size: 10 } }),
    fileItem({
      path: '/bad',
      content: megabytes,
      source: {
        read: (offset, length) => {
          if (offset === 0) throw new Error('EIO')
          return megabytes.subarray(offset, offset + length)
        },
      },
    }),
    {
      ...fileItem({ path: '/fifo', kind: 'other', mode: 0o010644 }),
      open: () => assert.fail('a FIFO is never opened'),
    },
    {
      ...fileItem({ path: '/socket', kind: 'other', mode: 0o140755 }),
      open: () => assert.fail('never opened'),
    },
    fileItem({ path: '/../up', content: 'no' }),
    fileItem({ path: '/etc', kind: 'folder' }),
  ] as const
  const bytes = await packageOf(items)
  const told = await entries(bytes)
  assert.match(String(told.get('/gone')?.['left']), /^it was gone/)
  assert.equal(told.get('/denied')?.['left'], 'it cannot be opened')
  assert.deepEqual(told.get('/denied')?.['problems'], ['EACCES'])
  assert.deepEqual(told.get('/shrunk')?.['unread'], [[3, 7]])
  assert.deepEqual(told.get('/shrunk')?.['problems'], ['it became shorter while it was read'])
  assert.deepEqual(told.get('/bad')?.['problems'], ['EIO'])
  assert.match(JSON.stringify(told.get('/bad')?.['unread']), /^\[\[0,\d+\]\]$/)
  assert.match(String(told.get('/socket')?.['left']), /never opened/)
  assert.equal(told.get('/fifo')?.['kind'], 'fifo')
  assert.match(String(told.get('/../up')?.['left']), /cannot stand in an archive/)
  assert.equal((await verifyPackage(piecesOf(bytes))).isRight, true)
  using collected = await opened(bytes)
  const tree = must(collected.trees[0])
  using shrunk = must(tree.open('/shrunk'))
  assert.equal(Buffer.from(shrunk.read(0, 20)).toString('latin1'), `abc${'\0'.repeat(7)}`)
  using bad = must(tree.open('/bad'))
  assert.equal(Buffer.from(bad.read(3_145_720, 8)).toString(), 'xxxxxxxx')
  assert.equal(tree.stat('/fifo')?.kind, 'other')
  assert.equal(tree.stat('/etc')?.kind, 'folder')
})

test('a file that takes longer than a file may ends with zeros', async () => {
  const content = Buffer.alloc(8_388_608, 'x')
  const slow = fileItem({
    path: '/slow',
    content,
    source: {
      read: (offset, length) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
        return content.subarray(offset, offset + length)
      },
    },
  })
  const bytes = await packageOf([slow, fileItem({ path: '/next', content: '1' })], {
    limits: { maxBytes: 1e9, maxFileBytes: 1e9, maxMs: 60_000, maxFileMs: 70 },
  })
  const told = (await entries(bytes)).get('/slow')
  assert.deepEqual(told?.['problems'], ['reading it took longer than a file may take'])
  const [, start, length] = /^\[\[(\d+),(\d+)\]\]$/.exec(JSON.stringify(told?.['unread'])) ?? []
  assert.ok(Number(start) > 0)
  assert.equal(Number(start) + Number(length), 8_388_608)
  assert.equal((await verifyPackage(piecesOf(bytes))).isRight, true)
})

test('the time of the whole collection, and a signal, end it with a package that is whole', async () => {
  const slow = stepOf('slow', async function* slow() {
    for (;;) {
      await wait(10)
      yield { kind: 'rows', name: 'ticks', rows: [{ a: 1 }] }
    }
  })
  const next = stepOf('next', () => [fileItem({ path: '/next', content: '1' })])
  const sink = memorySink()
  const limits = { maxBytes: 1e9, maxFileBytes: 1e9, maxMs: 100, maxFileMs: 1000 }
  const late = await writeSteps([slow, next], sink, { limits })
  assert.deepEqual(
    late.case.steps.map(({ outcome }) => outcome),
    ['cut-off', 'not-run'],
  )
  assert.equal((await verifyPackage(piecesOf(sink.bytes()))).isRight, true)
  const stopped = memorySink()
  const steps = await writeSteps([slow, next], stopped, { signal: AbortSignal.timeout(50) })
  assert.deepEqual(
    steps.case.steps.map(({ outcome }) => outcome),
    ['cut-off', 'not-run'],
  )
  assert.equal((await verifyPackage(piecesOf(stopped.bytes()))).isRight, true)
})

test('a file wanted by two steps is stored once', async () => {
  const sink = memorySink()
  const step = (id: string) => stepOf(id, () => [fileItem({ path: '/etc/passwd', content: 'x' })])
  const { case: told } = await writeSteps([step('one'), step('two')], sink)
  assert.equal(told.counts.files, 1)
  assert.equal(told.counts.items, 2)
})

test('volumes are trees that fold case, and named streams are opened', async () => {
  const bytes = await packageOf([
    fileItem({ path: '/Windows/System32/config/SYSTEM', volume: 'C', content: 'regf' }),
    fileItem({ path: '/$Extend/$UsnJrnl', volume: 'C', stream: '$J', content: 'journal' }),
    fileItem({ path: '/data.txt', volume: 'D', content: 'd' }),
  ])
  using collected = await opened(bytes)
  const [c, d] = collected.trees
  assert.ok(c !== undefined && d !== undefined)
  assert.equal(c.system, 'windows')
  assert.equal(c.foldsCase, true)
  using hive = must(c.open('/windows/SYSTEM32/Config/system'))
  assert.equal(Buffer.from(hive.read(0, 4)).toString(), 'regf')
  assert.deepEqual(c.stat('/$Extend/$UsnJrnl')?.streams, ['$J'])
  using journal = must(c.open('/$Extend/$UsnJrnl', '$J'))
  assert.equal(Buffer.from(journal.read(3, 100)).toString(), 'rnal')
  assert.equal(c.open('/$Extend/$UsnJrnl'), undefined)
  assert.deepEqual([...d.list('/')], [{ name: 'data.txt', kind: 'file' }])
  assert.deepEqual(
    [...c.list('/')].map(({ name, kind }) => [name, kind]),
    [
      ['Windows', 'folder'],
      ['$Extend', 'folder'],
    ],
  )
})

test('a Windows without the name of its volume folds case too, a Linux does not', async () => {
  using windows = await opened(
    await packageOf([
      fileItem({ path: '/WINDOWS/system32/config/SYSTEM', content: 'upper' }),
      fileItem({ path: '/WINDOWS/system32/config/system', content: 'lower' }),
      fileItem({ path: '/$MFT', content: 'FILE' }),
    ]),
  )
  const [tree] = windows.trees
  assert.deepEqual([tree?.system, tree?.foldsCase], ['windows', true])
  for (const [name, content] of [
    ['/Windows/System32/Config/SYSTEM', 'upper'],
    ['/windows/system32/config/system', 'lower'],
    ['/$mft', 'FILE'],
  ] as const) {
    using source = must(tree?.open(name))
    assert.equal(Buffer.from(source.read(0, 9)).toString(), content)
  }
  assert.equal(tree?.stat('/windows/none'), undefined)
  using linux = await opened(
    await packageOf([
      fileItem({ path: '/etc/passwd', content: 'x' }),
      fileItem({ path: '/windows/a', content: 'x' }),
    ]),
  )
  const [other] = linux.trees
  assert.deepEqual([other?.system, other?.foldsCase], ['linux', false])
  assert.equal(other?.stat('/ETC/passwd'), undefined)
})

test('a file gets its name when it is whole, for its owner only, and replaces nothing', async () => {
  const path = join(folder, 'case.tar.zst')
  const sink = await fileSink(path)
  assert.equal(statSync(`${path}.partial`).mode & 0o777, 0o600)
  await assert.rejects(fileSink(path), /exists already/)
  await writeSteps([stepOf('files', () => [fileItem({ path: '/a', content: 'a' })])], sink)
  assert.equal(existsSync(`${path}.partial`), false)
  assert.equal((await verifyPackage(path)).isRight, true)
  await assert.rejects(fileSink(path), /exists already/)
})

test('an output that cannot be written ends the collection with its fault', async () => {
  const full = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('ENOSPC'))
    },
  })
  const endless = stepOf('endless', function* files() {
    for (let index = 0; ; index += 1)
      yield fileItem({ path: `/${index}`, content: Buffer.alloc(300_000, index) })
  })
  await assert.rejects(writeSteps([endless], streamSink(full)), /the output cannot be written: ENOSPC/)
  const closed = new PassThrough()
  closed.destroy()
  await assert.rejects(writeSteps([endless], streamSink(closed)), /cannot be written/)
})

test('the key of the host is made once, for its owner only', () => {
  const state = join(folder, 'state')
  const first = hostSigningKey(state)
  const second = hostSigningKey(state)
  assert.equal(publicKeyHex(first), publicKeyHex(second))
  const path = join(state, 'collect-signing.key')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(publicKeyHex(readSigningKey(path)), readPublicKey(`${path}.pub`))
  assert.equal(readPublicKey(readPublicKey(path)), readPublicKey(path))
  assert.throws(() => readSigningKey(join(state, 'none')), /cannot be read/)
  assert.match(readFileSync(path, 'latin1'), /BEGIN PRIVATE KEY/)
})

test('the digest of the tool is that of its files', () => {
  const tool = join(folder, 'tool')
  hostSigningKey(join(tool, 'src'))
  writeFileSync(join(tool, 'package.json'), '{}')
  const before = toolDigest(tool)
  assert.match(before, /^[0-9a-f]{64}$/)
  writeFileSync(join(tool, 'src', 'a.ts'), 'x')
  assert.notEqual(toolDigest(tool), before)
})
