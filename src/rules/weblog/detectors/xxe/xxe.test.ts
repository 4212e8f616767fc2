import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { xxeDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return xxeDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('declarations of entities and inclusions are told', () => {
  for (const value of [
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///srv/x">]>',
    '<!ENTITY % p SYSTEM "http://h.test/x.dtd">',
    '<!DOCTYPE r SYSTEM "http://h.test/r.dtd">',
    '<xi:include href="file:///srv/x"/>',
    '<xsl:stylesheet version="1.0">',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'xxe', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('documents without them are nothing', () => {
  for (const value of [
    '<!DOCTYPE html>',
    '<?xml version="1.0" encoding="utf-8"?><a>1</a>',
    'an ENTITY is a SYSTEM',
    'a < b & c;',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})
