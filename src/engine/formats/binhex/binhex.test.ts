import assert from 'node:assert/strict'
import { test } from 'node:test'

import { binhexOf } from '../../../../test/support/binhex-writer.ts'
import { checkFormat } from '../../../../test/support/format-contract.ts'
import { randomBytes } from '../../../../test/support/random.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { unpack } from '../../../../test/support/unpack.ts'
import { binhex } from './binhex.ts'
import { crc16 } from './header.ts'

const flat = { formats: [binhex], isFlat: true } as const

checkFormat(binhex, {
  files: [binhexOf({ name: 'eicar.com', data: Buffer.from(eicar) })],
  contains: eicar,
  others: samples,
})

test('the check value of CRC-16/XMODEM is right', () => {
  assert.equal(crc16(Buffer.from('123456789'), 0), 0x31c3)
})

test('runs, marks and random bytes come back in both forks', () => {
  const data = Buffer.concat([
    Buffer.alloc(1000),
    Buffer.alloc(5, 0x90),
    Buffer.from(randomBytes(3000, 4)),
    Buffer.alloc(3, 0x90),
  ])
  const resource = Buffer.from(randomBytes(500, 5))
  const result = unpack(binhexOf({ name: 'a', data, resource }), flat)
  assert.deepEqual(
    result.members.map(({ text }) => Buffer.from(text, 'latin1')),
    [data, resource],
  )
  assert.deepEqual(result.faults, [])
})

test('a program that names the words is no such file', () => {
  const text = Buffer.from('x = "(This file must be converted with BinHex 4.0)"\n:text\n')
  assert.deepEqual(unpack(text, flat).members, [])
})
