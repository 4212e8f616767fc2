import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { protocolDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return protocolDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('smuggled requests and NUL bytes are told', () => {
  for (const value of ['a\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /x', 'a\0b']) {
    const found = judge(value)
    assert.equal(found?.detector, 'protocol', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('texts are nothing', () => {
  for (const value of ['Transfer-Encoding: chunked', 'GET /x']) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})

test('methods of the registry are nothing, dangerous ones are told', () => {
  for (const method of ['GET', 'PROPFIND', 'M-SEARCH', 'PRI'])
    assert.equal(judge(method, 'method'), undefined, method)
  assert.ok((judge('TRACE', 'method')?.confidence ?? 0) >= 60)
  assert.match(judge('JEFF', 'method')?.why ?? '', /unknown method JEFF/)
  assert.match(judge('\u0016\u0003\u0001', 'method')?.why ?? '', /no HTTP/)
})

test('one tunnel and one greeting of another protocol are weak signs', () => {
  for (const [value, place] of [
    ['CONNECT', 'method'],
    ['\u0016\u0003\u0001\0\u0001', 'path'],
  ] as const) {
    assert.ok((judge(value, place)?.confidence ?? 0) < 60, value)
  }
  assert.ok((judge('/a.php\0.jpg', 'path')?.confidence ?? 0) >= 60)
})
