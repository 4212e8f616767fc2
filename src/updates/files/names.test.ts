import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { isLegalText } from '../../base/legal-text.ts'
import { extensionOf, isSafePath, isWanted } from './names.ts'

test('a safe path lies below its folder and on one line', () => {
  for (const path of ['a', 'a/b.yar', 'über/x y.txt', '...', 'a..b', '-rf'])
    assert.equal(isSafePath(path), true, path)
  const unsafe = [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/..',
    'a/./b',
    'a\\b',
    'a\0',
    'a\nb',
    '\u001b[31m',
    '\u0085',
  ]
  for (const path of [...unsafe, 'x'.repeat(201), 'a/'.repeat(17)])
    assert.equal(isSafePath(path), false, path)
})

test('no path that is safe leads out of its folder', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '/', '\\', 'b')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(part).map((parts) => parts.join('/')),
        fc.string(),
      ),
      (path) => {
        if (isSafePath(path)) assert.match(posix.join('/folder', path), /^\/folder\/./)
      },
    ),
  )
})

test('rules, databases, hash lists and licences are wanted, and nothing else', () => {
  for (const path of ['a.yar', 'x/B.YARA', 'm.ldb', 'l.txt', 'LICENSE', 'x/readme.md', 'COPYING']) {
    assert.equal(isWanted(path), true, path)
  }
  for (const path of ['a.sh', 'a', '.yar', '.hidden.yar', 'a.yar.exe', 'bytecode.cbc', 'a.yar/x.js']) {
    assert.equal(isWanted(path), false, path)
  }
  assert.deepEqual(['README.txt', 'licence', 'license-list.txt', 'licensed.txt'].map(isLegalText), [
    true,
    true,
    true,
    false,
  ])
  assert.deepEqual(['a.TAR', 'a', '.a', 'x.y/z'].map(extensionOf), ['tar', '', '', ''])
})
