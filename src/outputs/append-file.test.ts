import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { AppendFile } from './append-file.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 5000
  while (!done()) {
    assert.ok(performance.now() < end, 'not within 5 s')
    await delay(5)
  }
}

test('lines are appended in order, to what is there', async (t) => {
  const path = join(folder(t), 'events.jsonl')
  writeFileSync(path, 'before\n')
  const file = new AppendFile(path, assert.fail)
  for (let index = 0; index < 1000; index++) file.append(`${index}\n`, 1)
  await file.close()
  const expected = Array.from({ length: 1000 }, (_, index) => `${index}\n`).join('')
  assert.equal(readFileSync(path, 'utf8'), `before\n${expected}`)
  assert.deepEqual([file.written, file.lost], [1000, 0])
})

test('after a rotation lines go to the new file', async (t) => {
  const path = join(folder(t), 'events.jsonl')
  const file = new AppendFile(path, assert.fail)
  file.append('one\n', 1)
  await until(() => file.written === 1)
  renameSync(path, `${path}.1`)
  await delay(1000)
  file.append('two\n', 1)
  await file.close()
  assert.deepEqual([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')], ['one\n', 'two\n'])
})

test('a file that cannot be written costs its lines, is told once, and is tried again', async (t) => {
  const where = join(folder(t), 'no', 'folder')
  writeFileSync(join(where, '../..', 'no'), 'a file where a folder should be')
  const notices: string[] = []
  const file = new AppendFile(join(where, 'x'), (message) => notices.push(message))
  file.append('1\n2\n', 2)
  await until(() => file.lost === 2)
  rmSync(join(where, '..'))
  file.append('3\n', 1)
  await until(() => file.written === 1)
  await file.close()
  assert.equal(notices.length, 1)
  assert.equal(readFileSync(join(where, 'x'), 'utf8'), '3\n')
})

test('what waits is bounded', async (t) => {
  const file = new AppendFile(join(folder(t), 'x'), assert.fail)
  const megabyte = `${'x'.repeat(1024 * 1024 - 1)}\n`
  for (let index = 0; index < 40; index++) file.append(megabyte, 1)
  assert.ok(file.lost >= 20)
  await file.close()
  assert.equal(file.written + file.lost, 40)
})
