import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { sstiDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return sstiDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('expressions that compute, call or reach classes are told', () => {
  for (const value of [
    '{{6*9}}',
    '${3*3}',
    '<%= 5 * 5 %>',
    '#{9-1}',
    "{{'a'*9}}",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    '{{ config.items() }}',
    '{% import os %}',
    '<#assign x=1>',
    '#set($x=7)',
    '%{(#a=1)}',
    '${T(java.lang.System).getenv()}',
    '{{ cycler.next.x }}',
    '${user.getClass().forName("x")}',
    '%{#_memberAccess["x"]}',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'ssti', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('templates’ plain variables and texts about them are nothing', () => {
  for (const value of [
    '{{name}}',
    'Hello ${user}',
    '{{PLURAL:$1|page|pages}}',
    '100 % {sure}',
    'a {{GENDER:$1|he|she}} b',
    'the __init__ method of a class in Python',
    '5 * 5 = 25',
    'color: #{',
    'how the {% for %} tag is used in templates',
    '[[Main Page]]',
    '{"a":{"b":1}}',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
