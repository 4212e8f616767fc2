import assert from 'node:assert/strict'
import { test } from 'node:test'

import { compileGlobs } from './glob.ts'

const cases: readonly (readonly [string, string, boolean])[] = [
  ['/var/lib/**', '/var/lib/a/b', true],
  ['/var/lib/**', '/var/lib', true],
  ['/var/lib/**', '/var/library', false],
  ['**/node_modules', '/a/b/node_modules', true],
  ['**/.git/**', '/a/.git/objects/x', true],
  ['/a/**/z', '/a/z', true],
  ['/a/**/z', '/a/b/c/z', true],
  ['/a/*/z', '/a/b/c/z', false],
  ['/a/*', '/a/.hidden', true],
  ['*.iso', '/deep/down/x.iso', true],
  ['*.iso', '/deep/x.iso/down', false],
  ['/a/?.c', '/a/b.c', true],
  ['/a/?.c', '/a/bb.c', false],
  ['/a/[a-c]x', '/a/bx', true],
  ['/a/[!a-c]x', '/a/bx', false],
  ['/a/{b,c{d,e}}/f', '/a/ce/f', true],
  ['/a/{b,c}', '/a/d', false],
  ['/a/\\*', '/a/*', true],
  ['/a/\\*', '/a/b', false],
  ['/a.b', '/aXb', false],
  ['/한글/*', '/한글/값', true],
]

for (const [glob, path, expected] of cases) {
  test(`${glob} ${expected ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(compileGlobs([glob]).matches(path), expected)
  })
}

test('no glob and no path takes long', () => {
  const hard = compileGlobs([`/**/${'a*'.repeat(20)}b/**/${'*a'.repeat(20)}`])
  const started = performance.now()
  assert.equal(hard.matches(`/${'a'.repeat(250)}`.repeat(16)), false)
  assert.ok(performance.now() - started < 1000)
})

test('braces cannot stand for endlessly many globs', () => {
  assert.throws(() => compileGlobs(['{a,b}'.repeat(20)]), RangeError)
})
