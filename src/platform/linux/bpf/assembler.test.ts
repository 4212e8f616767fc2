import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Assembler } from './assembler.ts'
import { R } from './instructions.ts'

const hex = (assembler: Assembler): string => assembler.build().toString('hex')

// Expected bytes from binutils (bpf-as syntax in the titles) and RFC 9669.
test('instructions have the bytes of the specification', () => {
  assert.equal(hex(new Assembler().constant(R.r0, 0).exit()), 'b7000000000000009500000000000000')
  assert.equal(hex(new Assembler().move(R.r6, R.r1)), 'bf16000000000000')
  assert.equal(hex(new Assembler().load(8, R.r3, R.r9, 16)), '7993100000000000')
  assert.equal(hex(new Assembler().load(2, R.r1, R.fp, -8)), '69a1f8ff00000000')
  assert.equal(hex(new Assembler().store(4, R.fp, -4, R.r0)), '630afcff00000000')
  assert.equal(hex(new Assembler().storeConstant(1, R.r8, 3, -1)), '72080300ffffffff')
  assert.equal(hex(new Assembler().atomicAdd(R.r0, 8, R.r1)), 'db10080000000000')
  assert.equal(hex(new Assembler().set('and', R.r7, 0xfff)), '57070000ff0f0000')
  assert.equal(hex(new Assembler().swapBytes(R.r1, 2)), 'dc01000010000000')
  assert.equal(hex(new Assembler().call(130)), '8500000082000000')
  assert.equal(hex(new Assembler().map(R.r1, { fd: 5 })), '18110000050000000000000000000000')
  assert.equal(hex(new Assembler().constant64(R.r2, 0x1_8000_0000n)), '18020000000000800000000001000000')
})

test('jumps go to their labels, backwards too', () => {
  const loop = new Assembler().label('again').set('subtract', R.r1, 1).jumpIf(R.r1, 'ne', 0, 'again')
  assert.equal(hex(loop.exit()), '17010000010000005501feff000000009500000000000000')
  const skip = new Assembler().jump('end').constant(R.r0, 1).label('end').exit()
  assert.equal(hex(skip), '0500010000000000b7000000010000009500000000000000')
})

test('mistakes in a program are told when it is built', () => {
  assert.throws(() => new Assembler().jump('nowhere').build(), /nowhere/)
  assert.throws(() => new Assembler().label('a').label('a'), /twice/)
  assert.throws(() => new Assembler().load(8, R.r0, R.r1, 0x8000), /32768/)
})
