import assert from 'node:assert/strict'
import { test } from 'node:test'

import { assert as check, property, uint8Array } from 'fast-check'

import { Attributes, dumpNetlink } from './netlink-dump.ts'
import { expressionOf } from './nft-expressions.ts'

test('attributes are read by type, nested ones too, and the last of several counts', () => {
  const inner = [8, 0, 1, 0, 0, 0, 1, 2]
  const bytes = Buffer.from([
    5,
    0,
    7,
    0,
    9,
    0,
    0,
    0,
    7,
    0,
    3,
    0,
    0x61,
    0x62,
    0,
    0,
    12,
    0,
    2,
    0x80,
    ...inner,
    5,
    0,
    7,
    0,
    11,
  ])
  const attributes = new Attributes(bytes, 0, bytes.length)
  assert.equal(attributes.u8(7), 11)
  assert.equal(attributes.text(3), 'ab')
  assert.equal(attributes.nested(2).u32be(1), 0x102)
  assert.deepEqual([attributes.u32(7), attributes.u32(99), attributes.has(3)], [undefined, undefined, true])
})

test('any bytes as attributes are read within themselves', () => {
  check(
    property(uint8Array({ maxLength: 300 }), (bytes) => {
      const attributes = new Attributes(Buffer.from(bytes), 0, bytes.length)
      for (let type = 0; type < 8; type++) {
        assert.ok((attributes.bytes(type)?.length ?? 0) <= bytes.length)
        for (const element of attributes.list(type)) assert.equal(typeof expressionOf(element), 'object')
      }
    }),
  )
})

test('a dump has every message; with a limit it says that it is cut', () => {
  // The interfaces: the loopback is always there.
  const request = { protocol: 0, type: 18, payload: new Uint8Array(16) }
  const names: (string | undefined)[] = []
  const end = dumpNetlink({ ...request, maxMessages: 1000 }, (buffer, message) => {
    names.push(new Attributes(buffer, message.start + 16, message.end).text(3))
  })
  assert.ok(names.includes('lo'))
  assert.equal(end.complete, true)
  let taken = 0
  const cut = dumpNetlink({ ...request, maxMessages: 0 }, () => taken++)
  assert.deepEqual([taken, cut.complete], [0, false])
})

test('a question that the kernel does not know is an error with its reason', () => {
  const request = { protocol: 12, type: (250 << 8) | 1, payload: new Uint8Array(4), maxMessages: 1 }
  assert.throws(() => dumpNetlink(request, () => assert.fail()), /netlink refuses with (?:EINVAL|EOPNOTSUPP)/)
})
