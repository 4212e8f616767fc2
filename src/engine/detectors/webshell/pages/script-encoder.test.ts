import assert from 'node:assert/strict'
import { test } from 'node:test'

import { decodeScripts } from './script-encoder.ts'

test('a block is replaced by what it says, the text around it stays', () => {
  // Every character of the first alphabet's turn is known from Microsoft's tool: `#` escapes are line ends and brackets.
  assert.equal(decodeScripts('<%#@~^AAAAAA==@#@&AAAAAA==^#~@%>'), '<%\r\n%>')
  assert.equal(decodeScripts('a#@~^AAAAAA==@!@*@$AAAAAA==^#~@b'), 'a<>@b')
})

test('each of the 64 positions decodes every printable character to another one', () => {
  const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter(
    (letter) => letter !== '@',
  )
  for (let position = 0; position < 64; position++) {
    const decoded = new Set<string>()
    for (const letter of printable) {
      const body = 'a'.repeat(position) + letter
      const plain = decodeScripts(`#@~^AAAAAA==${body}AAAAAA==^#~@`)
      assert.equal(plain.length, position + 1)
      decoded.add(plain.at(-1)!)
    }
    assert.equal(decoded.size, printable.length)
  }
})

test('a word that Microsoft’s encoder wrote is read', () => {
  // The first two letters of every page that begins with `On Error Resume Next`.
  const plain = decodeScripts('#@~^AAAAAA==6U,2MDK.,InkEs+,1+XYAAAAAA==^#~@')
  assert.equal(plain, 'On Error Resume Next')
})

test('text above ASCII stays and does not take part', () => {
  assert.equal(decodeScripts('#@~^AAAAAA==\u00fd@#\u00feAAAAAA==^#~@'), '\u00fd\r\u00fe')
})

test('a block without an end stays as it is', () => {
  assert.equal(decodeScripts('#@~^AAAAAA==abc'), '#@~^AAAAAA==abc')
  assert.equal(decodeScripts('nothing'), 'nothing')
})
