import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import * as fc from 'fast-check'

import { AppError } from '../../../base/app-error.ts'
import { Btf, readBtf } from './btf.ts'

function kernelHasTypes(t: TestContext): boolean {
  if (existsSync('/sys/kernel/btf/vmlinux')) return true
  t.skip('this kernel does not tell its types')
  return false
}

interface TypeOf {
  readonly name: string
  readonly kind: number
  readonly size: number
  readonly members?: readonly (readonly [name: string, type: number, bits: number])[]
  readonly bitfields?: boolean
}

/** BTF as the kernel's documentation describes it. */
function btfOf(types: readonly TypeOf[]): Buffer {
  let strings = '\0'
  const place = (name: string): number => {
    if (name === '') return 0
    if (!strings.includes(`\0${name}\0`)) strings += `${name}\0`
    return strings.indexOf(`\0${name}\0`) + 1
  }
  const words: number[] = []
  for (const { name, kind, size, members = [], bitfields = false } of types) {
    words.push(place(name), ((bitfields ? 0x8000_0000 : 0) | (kind << 24) | members.length) >>> 0, size)
    if (kind === 1) words.push(0)
    for (const [member, type, bits] of members) words.push(place(member), type, bits)
  }
  const head = Buffer.alloc(24)
  head.writeUInt16LE(0xeb9f, 0)
  head.writeUInt8(1, 2)
  head.writeUInt32LE(24, 4)
  head.writeUInt32LE(words.length * 4, 12)
  head.writeUInt32LE(words.length * 4, 16)
  head.writeUInt32LE(strings.length, 20)
  return Buffer.concat([head, Buffer.from(Uint32Array.from(words).buffer), Buffer.from(strings, 'latin1')])
}

const example = btfOf([
  { name: 'u32', kind: 1, size: 4 },
  {
    name: 'inner',
    kind: 4,
    size: 8,
    members: [
      ['low', 1, 0],
      ['high', 1, 32],
    ],
  },
  {
    name: '',
    kind: 5,
    size: 8,
    members: [
      ['whole', 1, 0],
      ['parts', 5, 0],
    ],
  },
  {
    name: 'outer',
    kind: 4,
    size: 24,
    members: [
      ['flag', 1, 0],
      ['', 3, 64],
      ['bit', 1, 128 + (1 << 24)],
    ],
    bitfields: true,
  },
  { name: 'alias', kind: 8, size: 6 },
  { name: '', kind: 10, size: 2 },
  { name: 'outer', kind: 12, size: 1 },
  { name: 'btf_trace_thing', kind: 8, size: 1 },
])

test('members are found through anonymous unions, typedefs and qualifiers', () => {
  const btf = new Btf(example)
  assert.equal(btf.offsetOf('inner.high'), 4)
  assert.equal(btf.offsetOf('outer.whole'), 8)
  assert.equal(btf.offsetOf('outer.parts.high'), 12)
  assert.equal(btf.offsetOf('outer.bit'), 16)
  assert.equal(btf.sizeOf('outer'), 24)
  assert.equal(btf.functionId('outer'), 7)
  assert.equal(btf.tracepointId('thing'), 8)
})

test('what the kernel does not have is told', () => {
  const btf = new Btf(example)
  assert.equal(btf.findOffset('outer.nothing'), undefined)
  assert.equal(btf.findOffset('nothing.low'), undefined)
  assert.equal(btf.functionId('inner'), undefined)
  assert.equal(btf.functionId(''), undefined)
  assert.throws(() => btf.offsetOf('inner.lo'), /inner\.lo/)
  assert.throws(() => btf.sizeOf('out'), /out/)
  assert.throws(() => readBtf('/nowhere'), AppError)
})

test('bytes that are no BTF are refused, never more', () => {
  const damaged = fc.tuple(
    fc.nat(example.length - 1),
    fc.integer({ min: 0, max: 255 }),
    fc.nat(example.length),
  )
  fc.assert(
    fc.property(damaged, ([at, value, length]) => {
      const bytes = Buffer.from(example.subarray(0, length))
      if (at < length) bytes[at] = value
      try {
        const btf = new Btf(bytes)
        btf.findOffset('outer.parts.high')
        btf.functionId('outer')
      } catch (thrown) {
        assert.ok(thrown instanceof AppError, String(thrown))
      }
    }),
    { numRuns: 500 },
  )
})

test('the running kernel tells where its own members lie', (t) => {
  if (!kernelHasTypes(t)) return
  const btf = readBtf()
  // struct list_head and struct qstr have had these layouts always.
  assert.equal(btf.offsetOf('list_head.prev'), 8)
  assert.equal(btf.sizeOf('list_head'), 16)
  assert.equal(btf.offsetOf('qstr.name'), 8)
  assert.equal(btf.offsetOf('fs_struct.root.dentry') - btf.offsetOf('fs_struct.root.mnt'), 8)
  assert.ok(btf.offsetOf('task_struct.mm') > 0)
  assert.ok((btf.tracepointId('sched_process_exec') ?? 0) > 0)
})
