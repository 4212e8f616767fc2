import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parameterParts, pathPart } from '../../decode/parts.ts'
import type { AttackFinding } from '../../detector.ts'
import { climbOf } from './climb.ts'
import { traversalDetector } from './index.ts'
import { plainPath } from './plain-path.ts'

function inQuery(raw: string, name = 'q'): AttackFinding | undefined {
  for (const part of parameterParts('query', { name, raw })) {
    for (const value of part.values) {
      const found = traversalDetector.detect(value, part)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function inPath(target: string): AttackFinding | undefined {
  const part = pathPart(target)
  return part.values
    .map((value) => traversalDetector.detect(value, part))
    .find((found) => found !== undefined)
}

test('a climb is counted by its segments, not by its letters', () => {
  assert.deepEqual(climbOf('a/../../b'), { ups: 2, above: 1, stays: 0, dots: 0 })
  assert.deepEqual(climbOf('..\\x/./....//c..'), { ups: 1, above: 1, stays: 1, dots: 1 })
  assert.deepEqual(climbOf('/..;/..\u0000/.\u0000./'), { ups: 3, above: 3, stays: 0, dots: 0 })
  assert.deepEqual(climbOf('v1..2/a...b/..hidden'), { ups: 0, above: 0, stays: 0, dots: 0 })
})

test('every way of writing a dot and a slash becomes plain', () => {
  for (const raw of [
    '%2e%2e%2fsecret',
    '%252e%252e%255csecret',
    '%c0%ae%c0%ae%c0%afsecret',
    '%e0%80%ae%e0%80%ae%e0%80%afsecret',
    '%f8%80%80%80%ae%f8%80%80%80%ae%f8%80%80%80%afsecret',
    '%uff0e%uff0e%u2215secret',
    '0x2e0x2e0x2fsecret',
    '..%c0%qfsecret',
    '%%32%%65%%32%%65%%32%%66secret',
  ]) {
    assert.match(plainPath(raw) ?? '', /^\.\.[/\\]secret$/, raw)
  }
  assert.equal(plainPath('caf%C3%A9/menu'), undefined)
})

test('paths that leave their place or name secrets are told', () => {
  for (const raw of [
    '../../../../srv/app/settings.py',
    '..%2f..%2f..%2fhome',
    '%c0%ae%c0%ae/%c0%ae%c0%ae/etc/shadow',
    '....//....//....//etc/passwd',
    'images\\..\\..\\windows\\win.ini',
    '/etc/passwd%00.png',
    '/proc/self/environ',
    'C:\\Windows\\System32\\config\\SAM',
    '/var/log/nginx/access.log',
    'WEB-INF/web.xml',
    '..2f..2f..2fetc2fpasswd',
    'Li4vLi4vLi4vZXRjL3Bhc3N3ZA==',
  ]) {
    const found = inQuery(raw)
    assert.equal(found?.class, 'traversal', raw)
    assert.ok(found.confidence >= 60, raw)
  }
  assert.equal(inPath('/cgi-bin/%2e%2e/%2e%2e/%2e%2e/etc/passwd')?.class, 'traversal')
  assert.equal(inPath('/static/..%252f..%252f..%252fetc/passwd')?.class, 'traversal')
})

test('wrappers and remote files are inclusions', () => {
  assert.match(inQuery('php://filter/convert.base64-encode/resource=index.php')?.why ?? '', /php:\/\/filter/)
  assert.equal(inQuery('phar://upload/a.jpg/x')?.class, 'traversal')
  assert.equal(inQuery('file:///srv/secret')?.class, 'traversal')
  assert.equal(inQuery('http://198.51.100.7/x', 'page')?.class, 'rfi')
  assert.equal(inQuery('http://attacker.example/shell.txt?')?.class, 'rfi')
  assert.equal(inQuery('https://www.example.org/news?id=4', 'url'), undefined)
})

test('ordinary paths, versions and sentences are nothing', () => {
  for (const raw of [
    'jquery-3.7.1.min.js',
    'docs/guide/index.html',
    'and/or',
    'Loading+...+please+wait...',
    'see+/etc/hosts+for+an+example',
    '2024..2026',
    'a..b',
    '%EC%9C%A0%EC%A0%80/%EC%82%AC%EC%A7%84.png',
    '%C0%AF%C0%AE',
    'https://example.org/a/../b',
    'File::Find',
  ]) {
    assert.ok((inQuery(raw)?.confidence ?? 0) < 60, raw)
  }
  for (const target of [
    '/a/../b.html',
    '/browserconfig.xml',
    '/etc/',
    '/js/app.min.js',
    '/files/win.initial.pdf',
  ]) {
    assert.equal(inPath(target), undefined, target)
  }
})
