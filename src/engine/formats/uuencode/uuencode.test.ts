import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { goldenSamples } from '../../../../test/support/golden.ts'
import { samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { uuencode } from './uuencode.ts'

const flat = { formats: [uuencode], isFlat: true } as const
const cat = 'begin 644 cat.txt\n#0V%T\n`\nend\n'

checkFormat(uuencode, { files: [Buffer.from(`text\n${cat}`)], contains: 'Cat', others: samples })

test('files at the beginning, behind text and behind each other', () => {
  assert.deepEqual(listed(unpack(Buffer.from(`${cat}x\n${'y '.repeat(100_000)}\n${cat}`), flat)), [
    'cat.txt=Cat',
    'cat.txt=Cat',
  ])
})

test('the word alone is none', () => {
  for (const text of [
    'begin 644 here\nis text that goes on\n',
    'begin\n#0V%T\n',
    'x begin 644 a\n#0V%T\n',
    'begin 9x4 a\n#0V%T\n',
  ]) {
    assert.equal(
      uuencode.matches({
        chain: ['x'],
        depth: 0,
        head: Buffer.from(text),
        source: { size: 0, read: (at, n) => Buffer.from(text).subarray(at, at + n) },
      }),
      false,
      text,
    )
  }
})

test('the golden samples give what sharutils was given', () => {
  const [first] = goldenSamples('uuencode')
  assert.equal(unpack(first?.bytes ?? Buffer.alloc(0), flat).members[0]?.size, 68)
})
