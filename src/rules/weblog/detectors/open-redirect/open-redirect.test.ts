import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { openRedirectDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return openRedirectDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('addresses that pass for paths are told', () => {
  for (const value of [
    '//evil.test/',
    '/\\evil.test',
    'https:evil.test',
    '///evil.test/..',
    'https://trusted.test@evil.test/',
    '/https://evil.test',
    '\\\\evil.test/x',
    '//\t/evil.test',
    'http://0xC6336407/',
    '/javascript:alert(1)',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'open-redirect', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('paths and addresses of sites are nothing', () => {
  for (const value of [
    '/account/settings?tab=2',
    'https://www.example.org/a/b?c=d#e',
    '/login?next=https://www.example.org/',
    'someone@example.org',
    '// a comment in code',
    '1/2',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
