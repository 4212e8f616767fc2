import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { deserializationDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return deserializationDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('serialised objects are told', () => {
  for (const value of [
    'O:4:"Evil":1:{s:1:"a";i:1;}',
    'rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA',
    'a:1:{i:0;O:3:"Foo":0:{}}',
    'aced00057372',
    '!!python/object/apply:os.system',
    Buffer.from('xx.ProcessBuilder'.toLowerCase()).toString('base64'),
    '{"$type":"System.Windows.Data.ObjectDataProvider, PresentationFramework"}',
    'gASVKAAAAAAAAACMBXBvc2l4',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'deserialization', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('plain data is nothing', () => {
  for (const value of [
    'a:2:{i:0;s:1:"x";i:1;i:5;}',
    '2:1',
    'aGVsbG8gd29ybGQgZm9vIGJhcg==',
    'Tokyo',
    'O: 4 people',
    'H4sIAAAAAAAA',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
