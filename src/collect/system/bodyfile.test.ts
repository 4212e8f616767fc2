import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { bodyName, modeText } from './bodyfile.ts'

test('modes are written as fls writes them', () => {
  const expected: readonly (readonly [number, string])[] = [
    [0o100644, 'r/rrw-r--r--'],
    [0o104755, 'r/rrwsr-xr-x'],
    [0o104644, 'r/rrwSr--r--'],
    [0o102755, 'r/rrwxr-sr-x'],
    [0o041777, 'd/drwxrwxrwt'],
    [0o041776, 'd/drwxrwxrwT'],
    [0o120777, 'l/lrwxrwxrwx'],
    [0o020600, 'c/crw-------'],
    [0o060660, 'b/brw-rw----'],
    [0o010644, 'p/prw-r--r--'],
    [0o140755, 's/srwxr-xr-x'],
  ]
  for (const [mode, text] of expected) assert.equal(modeText(mode), text)
})

test('no name ends a field or a line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const name = bodyName(Buffer.from(bytes).toString('latin1'))
      // eslint-disable-next-line no-control-regex -- none of them may be left
      assert.doesNotMatch(name, /[|\u0000-\u001f\u007f]/)
    }),
  )
})

test('what is text stays as it is', () => {
  assert.equal(bodyName(Buffer.from('/한글/a b').toString('latin1')), '/한글/a b')
  assert.equal(bodyName('/a\u00ffb'), String.raw`/a\xffb`)
})
