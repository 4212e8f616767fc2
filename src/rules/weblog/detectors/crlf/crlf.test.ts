import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { crlfDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return crlfDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('line breaks before headers and commands are told', () => {
  for (const value of [
    'x\r\nSet-Cookie: a=b',
    'x\nLocation: http://h.test/',
    'a\r\n\r\nGET /b HTTP/1.1',
    'x\r\nRCPT TO:<a@h.test>',
    '\r\nA1 SELECT INBOX',
    'x\u560d\u560aSet-Cookie: a=b',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'crlf', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('texts of several lines are nothing', () => {
  for (const value of [
    'first line\nsecond line',
    'Dear all,\r\n\r\nA list of names follows',
    'Go to the store.\nAt the store: shop',
    'GET it now',
    'to\nthe point',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
