import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parseProcessStat, readProcessStat } from './process-stat.ts'

test('a name with parentheses and blanks does not move the fields', () => {
  const rest = 'S 1 7 7 34816 7 4194304 1 0 0 0 30 12 0 0 20 0 3 0 4711 1000 250 '
  assert.deepEqual(parseProcessStat(`42 (a) b (c)) ${rest}18446744073709551615 0\n`), {
    pid: 42,
    name: 'a) b (c)',
    state: 'S',
    parent: 1,
    session: 7,
    tty: 34_816,
    startTicks: 4711,
    cpuTicks: 42,
    threads: 3,
    rssPages: 250,
  })
})

test('what is no stat line gives nothing', () => {
  for (const text of ['', '12', ')(', '12 (x']) assert.equal(parseProcessStat(text), undefined)
  assert.equal(readProcessStat(0), undefined)
})

test('our own process is found with its parent', () => {
  const own = readProcessStat(process.pid)
  assert.equal(own?.pid, process.pid)
  assert.equal(own.parent, process.ppid)
  assert.ok(own.startTicks > 0)
})
