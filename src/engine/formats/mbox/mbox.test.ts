import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { mbox } from './mbox.ts'

const flat = { formats: [mbox], isFlat: true } as const
const from = 'From a@example.com Thu Jul 31 13:49:50 2008\n'

checkFormat(mbox, {
  files: [Buffer.from(`${from}X: y\n\n\n${from}X: z\n`)],
  contains: 'X: z\n',
  others: samples,
})

test('messages are split at From_ lines with a field behind them', () => {
  const box = `${from}A: 1\n\nFrom here on, at 12:00 in 2008, all is text.\n\n${from}no field\n\n${from}B: 2\n\n`
  assert.deepEqual(listed(unpack(Buffer.from(box), flat)), [
    `message-1=A: 1\n\nFrom here on, at 12:00 in 2008, all is text.\n\n${from}no field\n\n`,
    'message-2=B: 2\n\n',
  ])
})

test('quoted lines lose one mark', () => {
  const box = `${from}A: 1\n\n>From x\nFrom w\n>>From y\n> From z\n>other\na >From b\n`
  assert.deepEqual(listed(unpack(Buffer.from(box), flat)), [
    'message-1=A: 1\n\nFrom x\nFrom w\n>From y\n> From z\n>other\na >From b\n',
  ])
})

test('many messages take linear time', () => {
  const started = performance.now()
  const result = unpack(Buffer.from(`${from}A: 1\n\n\n`.repeat(20_000)), flat)
  assert.equal(result.members.length, 20_000)
  assert.ok(performance.now() - started < 3000)
})
