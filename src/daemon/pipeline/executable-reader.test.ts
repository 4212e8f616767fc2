import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import type { Judged } from '../../api/clamd/index.ts'
import { ExecutableReader } from './executable-reader.ts'
import type { ExecutableFacts } from './messages.ts'

const found: Judged = {
  kind: 'verdict',
  verdict: {
    status: 'found',
    detections: [
      { name: 'Test', detector: 'hash', chain: ['x'], offset: 0, sha256: '' },
      { name: 'Test', detector: 'yara', chain: ['x'], offset: 0, sha256: '' },
    ],
    reasons: [],
    size: 4,
    ms: 1,
  },
}

function program(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'program')
  writeFileSync(path, content)
  return path
}

function keyOf(path: string): string {
  const { ino, ctimeNs, size } = statSync(path, { bigint: true })
  return `8:1:${ino}:${ctimeNs}:${size}`
}

function reader(judge: () => Promise<Judged>): {
  reader: ExecutableReader
  next: () => Promise<ExecutableFacts>
} {
  const answers: ExecutableFacts[] = []
  let wake: () => void = () => {}
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })
  return {
    reader: new ExecutableReader({
      judge,
      answer: (facts) => {
        answers.push(...facts)
        wake()
      },
    }),
    async next() {
      while (answers.length === 0) await woken()
      return answers.shift() ?? { key: '' }
    },
  }
}

// A pid that no process has: the name is what is left.
const gone = 4_194_305

test('an executable is hashed and judged, by its name when the process is gone', async (t) => {
  const path = program(t, 'some program')
  const { reader: reads, next } = reader(() => Promise.resolve(found))
  const key = keyOf(path)
  reads.add([{ key, pid: gone, path }])
  assert.deepEqual(await next(), {
    key,
    sha256: createHash('sha256').update('some program').digest('hex'),
    verdict: { status: 'found', names: ['Test'] },
  })
})

test('the link of a living process comes first, whatever the name leads to', async (t) => {
  const path = program(t, 'another file')
  const { reader: reads, next } = reader(() => Promise.resolve({ kind: 'withdrawn' }))
  const key = keyOf(process.execPath)
  reads.add([{ key, pid: process.pid, path }])
  const facts = await next()
  assert.match(facts.sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.equal(facts.verdict, undefined)
})

test('a file that was changed, before or while it is read, has no digest', async (t) => {
  const path = program(t, 'first')
  const key = keyOf(path)
  const { reader: reads, next } = reader(() => {
    writeFileSync(path, 'second, longer')
    return Promise.resolve(found)
  })
  reads.add([{ key, pid: gone, path }])
  assert.deepEqual(await next(), { key })
  reads.add([{ key, pid: gone, path }])
  assert.deepEqual(await next(), { key })
})

test('more than a bound is answered at once with nothing, and after the stop nothing is read', async (t) => {
  const path = program(t, 'x')
  const { reader: reads, next } = reader(() => new Promise(() => {}))
  reads.add(Array.from({ length: 4097 }, (_, index) => ({ key: `${index}`, pid: gone, path })))
  assert.deepEqual(await next(), { key: '4096' })
})
