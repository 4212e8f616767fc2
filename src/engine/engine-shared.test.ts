// Several instances at once, in threads: one database in memory, the same verdicts everywhere.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'

import type { EngineAnswer, EngineTask } from '../../test/support/engine-thread.ts'
import { withFolder } from '../../test/support/folder.ts'
import { eicar, samples } from '../../test/support/samples.ts'
import { tarOf } from '../../test/support/tar-writer.ts'
import { runThread } from '../../test/support/thread.ts'
import { zipOf } from '../../test/support/zip-writer.ts'
import type { Verdict } from '../model/index.ts'
import { attachScanner } from './attach.ts'
import { attach, type Engine, load } from './index.ts'

const listed = Buffer.from('a listed object')
const hash = createHash('sha256').update(listed).digest('hex')
const objects: Uint8Array[] = [
  Buffer.from(eicar),
  listed,
  Buffer.from('clean'),
  new Uint8Array(0),
  zipOf([{ name: 'inner.tar.gz', data: gzipSync(tarOf([{ name: 'eicar.com', data: eicar }])) }]),
  zipOf([{ name: 'listed', data: listed }]),
  zipOf([{ name: 'locked', data: 'x', password: 'unknown' }]),
  ...Object.values(samples).flat(),
  ...Object.values(samples)
    .flat()
    .map((bytes) => bytes.slice(0, bytes.length >> 1)),
]

function task(engine: Engine, more: Partial<EngineTask> = {}): EngineTask {
  return {
    shared: engine.shared,
    objects,
    rounds: 1,
    start: new Int32Array(new SharedArrayBuffer(4)).fill(1),
    ...more,
  }
}

const module = new URL('../../test/support/engine-thread.ts', import.meta.url)
const inThread = (given: EngineTask): Promise<EngineAnswer> => runThread<EngineAnswer>(module, given)

const untimed = (verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.map((verdict) => ({ ...verdict, ms: 0 }))
const here = (engine: Engine): Verdict[] => {
  const instance = engine.instance()
  return untimed(objects.map((bytes) => instance.scan(bytes, { name: 'object' })))
}

function loadListed(t: TestContext): Engine {
  const folder = withFolder(t)
  const lines = Array.from({ length: 2000 }, (_, index) =>
    createHash('sha256').update(`${index}`).digest('hex'),
  )
  const text = [...lines.map((line) => `${line}:10:Other.${line.slice(0, 8)}`), `${hash}:Test.Listed`]
  return load({ hashLists: [folder.file('list', text.join('\n'))], passwords: ['secret'] })
}

test('an engine that another thread attaches to gives the same verdicts and the same version', async (t) => {
  const engine = loadListed(t)
  const answer = await inThread(task(engine))
  const expected = here(engine)
  assert.deepEqual(untimed(answer.verdicts), expected)
  assert.deepEqual(answer.version, engine.version())
  const kinds = new Set(expected.map(({ status }) => status))
  assert.deepEqual(kinds, new Set(['found', 'clean', 'partial']))
})

test('the threads do not copy the database: what one writes into it the others see', async (t) => {
  const engine = loadListed(t)
  const { bytes } = engine.shared.hash.names
  for (const stamp of [0xa5, 0x5a]) {
    await inThread(task(engine, { stamp, objects: [] }))
    assert.equal(new Uint8Array(bytes).at(-1), stamp)
  }
})

test('everything of the database that grows is shared memory, and what is posted besides is small', (t) => {
  const { hash: parts, ...rest } = loadListed(t).shared
  let bytes = 0
  const visit = (value: unknown): void => {
    if (value instanceof SharedArrayBuffer) bytes += value.byteLength
    else if (typeof value === 'object' && value !== null) {
      assert.ok(!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer))
      for (const part of Object.values(value)) visit(part)
    }
  }
  visit(parts)
  assert.ok(bytes > 2000 * 16)
  assert.ok(JSON.stringify(rest).length < 1000)
})

test('attaching in this thread shares as well: both engines have the very same buffers', (t) => {
  const engine = loadListed(t)
  const other = attach(engine.shared)
  assert.equal(other.shared.hash.tables.sha256.digests, engine.shared.hash.tables.sha256.digests)
  engine.unload()
  assert.equal(other.instance().scan(listed).detections[0]?.name, 'Test.Listed')
})

test('an engine that is attached to scan gives the same verdicts, and does not cure', (t) => {
  const engine = loadListed(t)
  const scanner = attachScanner(engine.shared)
  assert.deepEqual(
    untimed(objects.map((object) => scanner.instance().scan(object))),
    untimed(objects.map((object) => engine.instance().scan(object))),
  )
  const cure = (): unknown => scanner.instance().cure(0, { write: () => {} })
  assert.throws(cure, { name: 'AppError', code: 'unsupported' })
})

test('four instances in parallel threads agree in every round, with each other and with a single one', async (t) => {
  const engine = loadListed(t)
  const expected = here(engine)
  const start = new Int32Array(new SharedArrayBuffer(4))
  const running = Array.from({ length: 4 }, () => inThread(task(engine, { rounds: 25, start })))
  setTimeout(() => {
    Atomics.store(start, 0, 1)
    Atomics.notify(start, 0)
  }, 300)
  for (const { verdicts, changes } of await Promise.all(running)) {
    assert.equal(changes, 0)
    assert.deepEqual(untimed(verdicts), expected)
  }
})

test('instances of one engine in one thread do not disturb each other, also inside each other’s scan', () => {
  const engine = load()
  const [one, two] = [engine.instance(), engine.instance()]
  const seen: string[] = []
  const outer = one.scan(zipOf([{ name: 'eicar.com', data: eicar }]), {
    trace: () => {
      seen.push(two.scan(Buffer.from('clean')).status)
    },
  })
  assert.equal(outer.status, 'found')
  assert.deepEqual(new Set(seen), new Set(['clean']))
})
