import assert from 'node:assert/strict'
import { test } from 'node:test'

import { decodeScripts } from './script-encoder.ts'

test('a block is replaced by what it says, the text around it stays', () => {
  // Line ends, brackets and the at sign have escapes of their own.
  assert.equal(decodeScripts('<%#@~^AAAAAA==@#@&AAAAAA==^#~@%>'), '<%\r\n%>')
  assert.equal(decodeScripts('a#@~^AAAAAA==@!@*@$AAAAAA==^#~@b'), 'a<>@b')
})

test('at each of the 64 positions every character can be written', () => {
  const letters = Array.from({ length: 96 }, (_, at) => String.fromCharCode(32 + at)).filter(
    (letter) => letter !== '@',
  )
  for (let position = 0; position < 64; position++) {
    const decoded = new Set<string>()
    for (const letter of [...letters, '\t']) {
      const plain = decodeScripts(`#@~^AAAAAA==${'a'.repeat(position)}${letter}AAAAAA==^#~@`)
      decoded.add(plain.slice(position))
    }
    // The at sign, and tab, space to `~` without it: 95, of which `<` and `>` stand for themselves.
    assert.equal(decoded.size, 95)
  }
})

test('a sentence is read as ClamAV 1.4.6 reads it', () => {
  const body = '6\tP3MDKDP"+k;:\u007fPH+XY'
  assert.equal(decodeScripts(`#@~^FAAAAA==${body}bwcAAA==^#~@`), 'On Error Resume Next')
})

test('text above ASCII stays and does not take part', () => {
  assert.equal(decodeScripts('#@~^AAAAAA==\u00fd@#\u00feAAAAAA==^#~@'), '\u00fd\r\u00fe')
})

test('a block without an end stays as it is', () => {
  assert.equal(decodeScripts('#@~^AAAAAA==abc'), '#@~^AAAAAA==abc')
  assert.equal(decodeScripts('nothing'), 'nothing')
})
