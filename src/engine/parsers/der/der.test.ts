import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bits, der, integer, octets, oid, sequence } from './der-writer.ts'
import {
  arcsOf,
  contentsOf,
  DerCursor,
  int32Of,
  oidOf,
  readItem,
  textOf,
  timeOf,
  utcTimeOf,
} from './index.ts'

function item(bytes: Uint8Array): NonNullable<ReturnType<typeof readItem>> {
  const found = readItem(bytes, 0, bytes.length)
  assert.ok(found)
  return found
}

test('an element has its class, tag and range', () => {
  const { tagClass, isConstructed, tag, from, to, end } = item(der(0xa3, Buffer.alloc(300)))
  assert.deepEqual(
    { tagClass, isConstructed, tag, from, to, end },
    {
      tagClass: 2,
      isConstructed: true,
      tag: 3,
      from: 4,
      to: 304,
      end: 304,
    },
  )
})

test('a long identifier gives a large tag', () => {
  assert.equal(item(Buffer.of(0x1f, 0x81, 0x80, 0x01, 0)).tag, 16_385)
  assert.equal(readItem(Buffer.of(0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 0, 7), undefined)
})

test('an indefinite length ends at the mark of its own level', () => {
  const inner = Buffer.from('24800401610401620000', 'hex')
  const bytes = Buffer.concat([Buffer.of(0x30, 0x80), inner, integer(7), Buffer.of(0, 0), Buffer.of(0xee)])
  const outer = item(bytes)
  assert.equal(outer.end, bytes.length - 1)
  const cursor = DerCursor.into(outer)
  assert.equal(cursor.next()?.tag, 4)
  assert.equal(int32Of(cursor.next()), 7)
  assert.ok(cursor.isAtEnd)
})

test('elements that do not end in their room are none', () => {
  for (const hex of [
    '',
    '30',
    '3001',
    '3080',
    '308000',
    '30820001',
    '308101',
    '0480',
    '3085ffffffffff00',
    '30ff',
    '1f80',
  ]) {
    const bytes = Buffer.from(hex, 'hex')
    assert.equal(readItem(bytes, 0, bytes.length), undefined, hex)
  }
})

test('indefinite lengths nest only so far', () => {
  const bytes = Buffer.concat([...Array.from({ length: 40 }, () => Buffer.of(0x30, 0x80)), Buffer.alloc(80)])
  assert.equal(readItem(bytes, 0, bytes.length), undefined)
})

test('object identifiers are decoded to numbers', () => {
  assert.equal(oidOf(item(oid('1.2.840.113549.1.7.2'))), '1.2.840.113549.1.7.2')
  assert.equal(oidOf(item(oid('2.5.4.3'))), '2.5.4.3')
  assert.equal(oidOf(item(Buffer.from('0603883703', 'hex'))), '2.999.3')
  assert.equal(oidOf(item(der(6, Buffer.from('2a8fffffffffffffff7f', 'hex')))), '1.2.1152921504606846975')
  assert.equal(oidOf(item(der(6, Buffer.of(0x2a, 0x86)))), undefined)
  assert.equal(oidOf(item(der(6))), undefined)
  assert.equal(oidOf(item(der(7, Buffer.of(0x2a)))), undefined)
  assert.equal(arcsOf(item(der(7, Buffer.of(0x2a)))), '1.2')
})

test('integers of 32 bits are signed', () => {
  assert.equal(int32Of(item(integer(0x7f, 0xff, 0xff, 0xff))), 0x7fffffff)
  assert.equal(int32Of(item(integer(0xff))), -1)
  assert.equal(int32Of(item(integer(0x80, 0, 0, 0))), -0x80000000)
  assert.equal(int32Of(item(integer(0, 0x80, 0, 0, 0))), undefined)
  assert.equal(int32Of(item(octets(Buffer.of(1)))), undefined)
})

test('character strings keep to their alphabets', () => {
  assert.equal(textOf(item(der(0x13, "A-1 (b)'"))), "A-1 (b)'")
  assert.equal(textOf(item(der(0x13, 'a & b'))), undefined)
  assert.equal(textOf(item(der(0x16, 'a & b'))), 'a & b')
  assert.equal(textOf(item(der(0x16, '\xe9'))), undefined)
  assert.equal(textOf(item(der(0x14, 'a\x01'))), undefined)
  assert.equal(textOf(item(der(0x0c, Buffer.from('é')))), '\xc3\xa9')
  assert.equal(textOf(item(der(0x0c, '\xe9'))), undefined)
  assert.equal(textOf(item(der(0x1e, '\0a'))), undefined)
})

test('times are seconds since 1970', () => {
  const time = (tag: number, text: string): number | undefined => timeOf(item(der(tag, text)))
  assert.equal(time(0x17, '700101000000Z'), 0)
  assert.equal(time(0x17, '491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59) / 1000)
  assert.equal(time(0x17, '500101000000Z'), Date.UTC(1950, 0, 1) / 1000)
  assert.equal(time(0x17, '2002031205+0130'), Date.UTC(2020, 1, 3, 10, 35) / 1000)
  assert.equal(time(0x18, '20240229120000Z'), Date.UTC(2024, 1, 29, 12) / 1000)
  assert.equal(time(0x18, '00990101000000Z'), new Date('0099-01-01T00:00:00Z').getTime() / 1000)
  assert.equal(time(0x17, '230229000000Z'), undefined)
  assert.equal(time(0x17, '230101240000Z'), undefined)
  assert.equal(time(0x17, 'yesterday'), undefined)
  assert.equal(utcTimeOf(item(der(0x18, '20240229120000Z'))), undefined)
})

test('a cursor leaves alone what is not the optional element', () => {
  const cursor = DerCursor.into(item(sequence(integer(1), der(0xa1, bits(Buffer.of(1))))))
  assert.equal(cursor.optional(0), undefined)
  assert.equal(int32Of(cursor.expect(2)), 1)
  assert.equal(cursor.optional(0), undefined)
  assert.deepEqual(contentsOf(cursor.optional(1)!), Buffer.from('03020001', 'hex'))
  assert.equal(cursor.next(), undefined)
})

test('any bytes: elements stay in their room', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
      const found = readItem(bytes, at, bytes.length)
      if (found === undefined) return
      assert.ok(
        at < found.from && found.from <= found.to && found.to <= found.end && found.end <= bytes.length,
      )
      arcsOf(found)
      int32Of(found)
      textOf(found)
      timeOf(found)
    }),
  )
})
