import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Reason, Verdict } from '../../model/index.ts'
import { answerLines, answerOf, pathFault, statsText, versionLine } from './replies.ts'

function judged(status: Verdict['status'], more: Partial<Verdict> = {}): Parameters<typeof answerOf>[0] {
  return { kind: 'verdict', verdict: { status, detections: [], reasons: [], size: 1, ms: 1, ...more } }
}

const detection = (name: string): Verdict['detections'][number] => ({
  name,
  detector: 'hash',
  chain: ['x'],
  offset: 0,
  sha256: '',
})
const reason = (code: Reason['code'], message: string): Reason => ({ code, chain: ['x'], message })

test('clean is OK, found is one line for each name, failed is an error', () => {
  assert.deepEqual(answerOf(judged('clean'), 'error'), { kind: 'ok' })
  const found = answerOf(
    judged('found', { detections: [detection('A.B'), detection('C'), detection('A.B')] }),
    'error',
  )
  assert.ok(found)
  assert.deepEqual(answerLines('/x', found), ['/x: A.B FOUND', '/x: C FOUND'])
  const failed = answerOf(judged('failed', { reasons: [reason('unreadable', 'EIO: i/o error')] }), 'ok')
  assert.ok(failed)
  assert.deepEqual(answerLines('/x', failed), ['/x: EIO, i/o error. ERROR'])
})

test('partial is OK only when that is asked for', () => {
  const codes: readonly Reason['code'][] = [
    'depth',
    'members',
    'bytes',
    'ratio',
    'time',
    'encrypted',
    'unsupported-method',
    'damaged',
    'fault',
    'unreadable',
    'preempted',
    'deadline',
  ]
  for (const code of codes) {
    const partial = judged('partial', { reasons: [reason(code, 'why')] })
    assert.deepEqual(answerOf(partial, 'error'), { kind: 'error', message: 'Not scanned completely, why.' })
    const found = answerOf(partial, 'found')
    assert.ok(found?.kind === 'found')
    assert.match(found.names.join(), /^Heuristics\.(?:Limits\.Exceeded|Encrypted|Unreadable)\.\w+$/)
    assert.deepEqual(answerOf(partial, 'ok'), { kind: 'ok' })
  }
  assert.equal(answerOf(judged('partial'), 'error')?.kind, 'error')
})

test('what a file says cannot end a line, nor look like a name and its verdict', () => {
  const evil = 'x\n/y: OK\0/z: OK'
  for (const answer of [
    answerOf(judged('found', { detections: [detection(evil)] }), 'error'),
    answerOf(judged('partial', { reasons: [reason('damaged', evil)] }), 'error'),
    answerOf(judged('failed', { reasons: [reason('unreadable', evil.repeat(100))] }), 'error'),
  ]) {
    assert.ok(answer)
    for (const line of answerLines('/f', answer)) {
      assert.doesNotMatch(line, /[\n\0]/)
      assert.equal(line.split(': ').length, 2)
      assert.match(line, /(?:FOUND|ERROR)$/)
      assert.ok(line.length < 300)
    }
  }
})

test('text goes out as UTF-8', () => {
  const answer = answerOf(judged('found', { detections: [detection('Ünï')] }), 'error')
  assert.ok(answer)
  const [line = ''] = answerLines('x', answer)
  assert.equal(Buffer.from(line, 'latin1').toString(), 'x: Ünï FOUND')
})

test('faults of paths are worded as clamd words them', () => {
  assert.equal(pathFault('ENOENT'), 'File path check failure: No such file or directory.')
  assert.equal(pathFault('EXDEV'), 'File path check failure: EXDEV.')
  assert.deepEqual(answerOf({ kind: 'unopened', code: 'EACCES' }, 'ok'), {
    kind: 'error',
    message: 'Access denied.',
  })
  assert.deepEqual(answerOf({ kind: 'special' }, 'ok'), { kind: 'error', message: 'Not a regular file' })
  assert.equal(answerOf({ kind: 'withdrawn' }, 'ok'), undefined)
})

test('VERSION has the shape that monitoring parses', () => {
  const state = { engine: '9.8.7', database: 'ffffffffffffffff', loadedAt: new Date(2026, 2, 5, 7, 8, 9) }
  assert.equal(versionLine(state), 'ClamAV 1.4.6-haechi-9.8.7/268435455/Thu Mar  5 07:08:09 2026')
})

test('STATS lists what waits and what runs, on a line each', () => {
  const text = statsText(
    {
      threads: { live: 2, idle: 1, most: 4 },
      idleTimeoutMs: 30_000,
      waitingMs: [1, 2, 6],
      running: [{ label: 'SCAN /a b\nc', ms: 1500 }],
    },
    0.25,
  )
  const lines = text.split('\n')
  assert.deepEqual(lines.slice(0, 7), [
    'POOLS: 1',
    '',
    'STATE: VALID PRIMARY',
    'THREADS: live 2  idle 1 max 4 idle-timeout 30',
    'QUEUE: 3 items min_wait: 0.001000 max_wait: 0.006000 avg_wait: 0.003000',
    '\tSTATS 0.000250 ',
    String.raw`	SCAN 1.500000 /a b\nc`,
  ])
  assert.equal(lines.at(-1), 'END')
})
