import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { webshellDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'path', name = 'q'): AttackFinding | undefined {
  return webshellDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('shells are told by name and place', () => {
  for (const value of [
    '/c99.php',
    '/wp-content/uploads/2026/01/x.php',
    '/b374k-3.2.php',
    '/images/p0wny-shell.php',
    '/.well-known/acme-challenge/a.php',
    '/up/wso2.php',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'webshell', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('scripts of applications are nothing', () => {
  for (const value of [
    '/index.php',
    '/shellfish.php',
    '/wp-content/uploads/2026/01/x.jpg',
    '/images/resize.php',
    '/files/list.jsp',
    '/commander.php',
    '/r57',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})

test('what clients of one-line shells send is told', () => {
  assert.ok((judge('@eval(base64_decode($_POST[z0]));', 'body', 'x')?.confidence ?? 0) >= 60)
  assert.ok((judge('bind', 'query', 'act')?.confidence ?? 0) >= 60)
  assert.ok((judge('/var/www', 'query', 'd')?.confidence ?? 0) >= 60)
  assert.equal(judge('bind', 'query', 'mode'), undefined)
  assert.equal(judge('2026-01-01', 'query', 'd'), undefined)
})
