import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { writeElf } from '../../parsers/elf/elf-writer.ts'
import { PeWriter } from '../../parsers/pe/pe-writer.ts'
import { elf } from './elf.ts'

const flat = { formats: [elf], isFlat: true } as const

test('what is behind the tables is an overlay, in both classes and byte orders', () => {
  for (const is64 of [true, false]) {
    for (const order of ['little', 'big'] as const) {
      const bytes = writeElf({ is64, order })
      assert.deepEqual(unpack(bytes, flat).members, [])
      assert.deepEqual(listed(unpack(Buffer.concat([bytes, Buffer.from('appended')]), flat)), [
        'overlay=appended',
      ])
      assert.deepEqual(unpack(Buffer.concat([bytes, Buffer.alloc(50)]), flat).members, [])
    }
  }
})

test('a section that begins as a program does is an object, under its name', () => {
  const bytes = writeElf({ is64: true, order: 'little' })
  const program = new PeWriter().build()
  // Room for it where the code is.
  const wider = Buffer.concat([bytes, program])
  const table = Number(wider.readBigUInt64LE(40))
  wider.writeBigUInt64LE(BigInt(bytes.length), table + 64 + 24)
  wider.writeBigUInt64LE(BigInt(program.length), table + 64 + 32)
  assert.deepEqual(
    unpack(wider, flat).members.map(({ chain, size }) => [chain, size]),
    [['section .text', program.length]],
  )
})

test('tables that lie do not hold it up', () => {
  for (const place of [32, 40, 54, 56, 58, 60, 62]) {
    for (const value of [0, 1, 0xff, 0xffff]) {
      const bytes = Buffer.concat([writeElf({ is64: true, order: 'little' }), Buffer.from('appended')])
      bytes.writeUInt16LE(value, place)
      assert.equal(unpack(bytes, flat).limit, undefined)
    }
  }
})
