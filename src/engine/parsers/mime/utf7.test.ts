import assert from 'node:assert/strict'
import { test } from 'node:test'

import { decodeUtf7 } from './utf7.ts'

test('the examples of RFC 2152 are decoded', () => {
  for (const [text, plain] of [
    ['A+ImIDkQ.', 'A≢Α.'],
    ['Hi Mom -+Jjo--!', 'Hi Mom -☺-!'],
    ['+ZeVnLIqe-', '日本語'],
    ['Item 3 is +AKM-1.', 'Item 3 is £1.'],
    ['1 +- 1 = 2', '1 + 1 = 2'],
    ['+2D3eCg-', '😊'],
    ['+ADw-script+AD4-', '<script>'],
  ] as const) {
    assert.equal(decodeUtf7(Buffer.from(text)), plain)
  }
})
