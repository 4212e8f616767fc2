import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { ldapDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return ldapDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('filters that are closed and opened again are told', () => {
  for (const value of [
    'admin)(|(uid=*))',
    '*)(objectClass=*',
    'x)(&(cn=a',
    '*(|(mail=*))',
    "x' or name()='a' or 'x'='y",
    'a)!(sn=b',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'ldap', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('brackets in texts are nothing', () => {
  for (const value of [
    '(1+2)+(3+4)',
    'a (b) (c)',
    'f(x)*g(y)',
    '*',
    'admin@example.org',
    'position (left)',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
