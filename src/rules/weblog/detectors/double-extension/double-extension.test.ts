import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Part } from '../../detector.ts'
import { valuesOf } from '../../decode/values.ts'
import { doubleExtensionDetector } from './index.ts'

function isFound(raw: string, place: 'path' | 'query' = 'path'): boolean {
  const part: Part = { place, name: '', raw, values: valuesOf(raw, place === 'path' ? 'path' : 'form') }
  return part.values.some((value) => doubleExtensionDetector.detect(value, part) !== undefined)
}

test('names that look like one thing and run as another are found', () => {
  for (const path of [
    '/uploads/photo.php.jpg',
    '/uploads/photo.PhP5.png',
    '/uploads/photo.jpg.php',
    '/a/shell.asp;.jpg',
    '/a/b.php%00.jpg',
    '/a/b.php::$DATA',
    '/a/b.aspx.',
    '/a/b.php%20',
    '/files/logo.gif/x.php',
  ]) {
    assert.ok(isFound(path), path)
  }
  assert.ok(isFound('avatar.phtml.gif', 'query'))
})

test('a path without a dot, a version, or an ordinary name is nothing', () => {
  for (const path of [
    '/',
    '/about',
    '/jquery-3.7.1.min.js',
    '/v1.2.3/a.tar.gz',
    '/index.php',
    '/a.b.c/index.html',
    '/php.net.png',
    '/my.asparagus.jpg',
    '/index.php/photo.jpg',
    '/docs/setup.py.txt',
  ]) {
    assert.equal(isFound(path), false, path)
  }
  for (const text of ['http://x.example/a.php.jpg', 'how to rename a.php.jpg', 'www.php.net']) {
    assert.equal(isFound(text, 'query'), false, text)
  }
})
