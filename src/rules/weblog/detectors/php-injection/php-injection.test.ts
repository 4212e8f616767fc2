import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { phpInjectionDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return phpInjectionDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('code of PHP is told', () => {
  for (const value of [
    '<?php echo 1;',
    '<?=`id`?>',
    'x; phpinfo();',
    "system('ls')",
    '$_POST["x"]',
    'eval(base64_decode($x))',
    '{${phpinfo()}}',
    'shell_exec/**/("id")',
    'auto_prepend_file=/tmp/x',
    "('sys'.'tem')('id');",
    '$f(1)',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'php-injection', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('other code, prose and XML declarations are nothing', () => {
  for (const value of [
    '<?xml version="1.0"?>',
    'print this page (again)',
    'the eval() function considered harmful by many',
    'f(x) = 2x',
    '$1 (page does not exist)',
    'price in US$ (net)',
    'system (beta)',
    'include me in the list',
    'chr 5 (blue)',
    'sleep well (tonight)',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
