import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { Bookmarks } from './bookmarks.ts'
import { FileMemory } from './file-key.ts'
import { startAgent } from './index.ts'
import { resolveImage } from '../collect/windows/image-path.ts'
import { recordOfProcess } from './process-polling.ts'
import { RecordGaps } from './record-gaps.ts'
import { isRunnable } from './runnable.ts'
import { ScanQueue } from './scan-queue.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-agent-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

test(
  'on another system the agent says that it is for Windows',
  { skip: process.platform === 'win32' },
  () => {
    const options = { emit: () => undefined, channels: [], folders: [], polling: 'auto' } as const
    assert.throws(() => startAgent(options), { code: 'unsupported', message: /Windows only/ })
  },
)

test('numbers that are missing are told once; a log that began anew is no loss', () => {
  const gaps = new RecordGaps()
  assert.equal(gaps.see(10, 'a'), undefined)
  assert.equal(gaps.see(11, 'b'), undefined)
  assert.deepEqual(gaps.see(15, 'c'), { count: 3, from: 'b', to: 'c' })
  assert.equal(gaps.see(1, 'd'), undefined)
  assert.equal(gaps.see(2, 'e'), undefined)
})

test('a gap while the agent was off is told too', () => {
  assert.deepEqual(new RecordGaps(99).see(103, 'x'), { count: 3, from: 'x', to: 'x' })
  assert.equal(new RecordGaps(99).see(100, 'x'), undefined)
})

test('bookmarks come back; a torn file begins anew', (t) => {
  const path = join(folder(t), 'state.json')
  const first = new Bookmarks(path)
  first.set('Security', { bookmark: '<B/>', recordId: 7 })
  first.save()
  assert.deepEqual(new Bookmarks(path).get('Security'), { bookmark: '<B/>', recordId: 7 })
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20))
  assert.equal(new Bookmarks(path).get('Security'), undefined)
  writeFileSync(path, '{"Security":{"bookmark":3}}')
  assert.equal(new Bookmarks(path).get('Security'), undefined)
  assert.throws(() => {
    const lost = new Bookmarks('/no-such-folder/state.json')
    lost.set('x', { bookmark: '', recordId: 1 })
    lost.save()
  }, /cannot be written/)
})

test('paths of the registry become paths of files', () => {
  const env = { SystemRoot: 'C:\\Windows', ProgramFiles: 'C:\\Program Files' }
  const cases = {
    '%SystemRoot%\\system32\\svchost.exe': 'C:\\Windows\\system32\\svchost.exe',
    '%systemroot%\\a.exe': 'C:\\Windows\\a.exe',
    '\\SystemRoot\\System32\\drivers\\x.sys': 'C:\\Windows\\System32\\drivers\\x.sys',
    '\\??\\C:\\d\\x.sys': 'C:\\d\\x.sys',
    'System32\\drivers\\y.sys': 'C:\\Windows\\System32\\drivers\\y.sys',
    'mscoree.dll': 'C:\\Windows\\System32\\mscoree.dll',
    'D:\\%Unknown%\\z.exe': 'D:\\%Unknown%\\z.exe',
    '': '',
  }
  for (const [image, path] of Object.entries(cases)) assert.equal(resolveImage(image, env), path)
})

test('what was found out about a file holds until it changes', (t) => {
  const path = join(folder(t), 'file')
  writeFileSync(path, 'one')
  const memory = new FileMemory<number>()
  let asked = 0
  const find = (): number => (asked += 1)
  assert.deepEqual([memory.of(path, find), memory.of(path, find)], [1, 1])
  utimesSync(path, 1, 1)
  // Another file in between: the answer of the moment is gone.
  memory.of('/gone', () => 0)
  assert.equal(memory.of(path, find), 2)
  assert.deepEqual([memory.of('/gone', find), memory.of('/gone', find)], [3, 4])
})

test('a file is scanned when it has rested, later when somebody holds it, and given up in the end', () => {
  const scanned: string[] = []
  const givenUp: string[] = []
  let isBusy = true
  const queue = new ScanQueue({
    restMs: 100,
    scan: (path) => {
      if (path === 'held' && isBusy) return 'busy'
      scanned.push(path)
      return 'done'
    },
    onGivenUp: (path) => givenUp.push(path),
    onTooMany: () => assert.fail(),
  })
  queue.add('a', 0)
  queue.add('a', 50)
  queue.work(() => 120, 1000)
  assert.deepEqual(scanned, [], 'it was written 70 ms ago')
  queue.work(() => 150, 1000)
  queue.add('held', 200)
  queue.work(() => 300, 1000)
  assert.deepEqual([scanned, queue.size], [['a'], 1])
  isBusy = false
  queue.work(() => 400, 1000)
  assert.deepEqual(scanned, ['a', 'held'])
  isBusy = true
  queue.add('held', 500)
  for (let ms = 600; queue.size > 0; ms += 100) queue.work(() => ms, 1e9)
  assert.deepEqual(givenUp, ['held'])
  queue.add('dropped', 0)
  queue.drop('dropped')
  assert.equal(queue.size, 0)
})

test('work ends with its time, one file at least', () => {
  let now = 1000
  let count = 0
  const queue = new ScanQueue({
    restMs: 0,
    scan: () => {
      now += 30
      count += 1
      return 'done'
    },
    onGivenUp: () => undefined,
    onTooMany: () => undefined,
  })
  for (const path of ['a', 'b', 'c']) queue.add(path, 0)
  queue.work(() => now, 1020)
  assert.equal(count, 1)
})

test('programs are told by their first bytes, scripts and containers by their names', (t) => {
  const path = folder(t)
  const kinds = { 'a.txt': 'MZ…', 'b.PS1': 'x', 'c.txt': 'text', 'd.zip': 'PK' }
  for (const [name, text] of Object.entries(kinds)) writeFileSync(join(path, name), text)
  assert.deepEqual(
    Object.keys(kinds).map((name) => isRunnable(join(path, name))),
    [true, true, false, true],
  )
  assert.equal(isRunnable(join(path, 'none')), 'gone')
  assert.equal(isRunnable(path), 'gone')
})

test('a polled process is told as the audit would have told it', () => {
  const owner = { sid: 'S-1-5-21-1', name: 'PC\\kim', integritySid: 'S-1-16-8192' }
  const record = recordOfProcess(
    { pid: 8, parentPid: 4, name: 'a.exe', threads: 1, image: 'C:\\a.exe', owner },
    'PC',
  )
  assert.deepEqual(
    [
      record['NewProcessId'],
      record['ProcessId'],
      record['NewProcessName'],
      record['SubjectUserName'],
      record['SubjectDomainName'],
    ],
    ['8', '4', 'C:\\a.exe', 'kim', 'PC'],
  )
})
