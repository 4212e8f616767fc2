import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { ssrfDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return ssrfDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('addresses that lead inside are told', () => {
  for (const value of [
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xA9FEA9FE/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:10.0.0.1]/',
    'http://127.0.0.1:6379/',
    'gopher://10.0.0.5:6379/_FLUSHALL',
    'http://localhost:8080/admin',
    'dict://h.test:11211/stat',
    'http://0177.0.0.1/',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'ssrf', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('addresses of other hosts are nothing', () => {
  for (const value of [
    'https://www.example.org/a?b=c',
    'http://198.51.100.7/x',
    'localhost',
    'mailto:someone@example.org',
    '12345678',
    'news: the host',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
