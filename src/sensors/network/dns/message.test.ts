import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { parseDnsMessage } from './message.ts'

function hex(...parts: readonly string[]): Uint8Array {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex')
}

// example.com, A, IN
const question = '07 6578616d706c65 03 636f6d 00 0001 0001'

test('a question is read', () => {
  const message = parseDnsMessage(hex('abcd 0100 0001 0000 0000 0000', question))
  assert.deepEqual(message, {
    id: 0xabcd,
    response: false,
    responseCode: 'NOERROR',
    name: 'example.com',
    type: 'A',
    addresses: [],
    truncated: false,
  })
})

test('an answer with an alias gives the addresses of both families', () => {
  const alias = 'c00c 0005 0001 0000003c 0006 03 777777 c00c'
  const four = 'c029 0001 0001 0000012c 0004 5db8d822'
  const six = 'c029 001c 0001 0000012c 0010 26062800022000010248189325c81946'
  const message = parseDnsMessage(hex('0001 8180 0001 0003 0000 0000', question, alias, four, six))
  assert.equal(message?.response, true)
  assert.deepEqual(message?.addresses, [
    { ip: '93.184.216.34', ttl: 300 },
    { ip: '2606:2800:220:1:248:1893:25c8:1946', ttl: 300 },
  ])
  assert.equal(message?.truncated, false)
})

test('a refusal has its code, and unknown types and codes their number', () => {
  assert.equal(parseDnsMessage(hex('0001 8183 0001 0000 0000 0000', question))?.responseCode, 'NXDOMAIN')
  const odd = parseDnsMessage(hex('0001 818f 0001 0000 0000 0000 00 ff00 0001'))
  assert.deepEqual([odd?.responseCode, odd?.type, odd?.name], ['RCODE15', 'TYPE65280', '.'])
})

test('what stops early says so and keeps what came before', () => {
  const four = 'c00c 0001 0001 0000012c 0004 5db8d822'
  const cut = parseDnsMessage(hex('0001 8180 0001 0002 0000 0000', question, four, 'c00c 0001 0001 00'))
  assert.deepEqual([cut?.addresses.length, cut?.truncated], [1, true])
  const said = parseDnsMessage(hex('0001 8380 0001 0000 0000 0000', question))
  assert.equal(said?.truncated, true)
  // More answers than anybody sends: the first are kept.
  const many = parseDnsMessage(hex('0001 8180 0001 0064 0000 0000', question, four.repeat(100)))
  assert.deepEqual([many?.addresses.length, many?.truncated], [64, true])
})

test('bytes that terminals and readers could take for something else are escaped', () => {
  const message = parseDnsMessage(hex('0001 0100 0001 0000 0000 0000 06 1b5b2e5c20e9 00 0001 0001'))
  assert.equal(message?.name, '\\027[\\.\\\\\\032\\233')
})

test('names that loop, point forward, are too long, or are not there are no names', () => {
  const header = '0001 0100 0001 0000 0000 0000'
  const bad: Record<string, string> = {
    'points to itself': 'c00c 0001 0001',
    'points forward': 'c00e 00 0001 0001',
    'loops over a label': '01 61 c00c 0001 0001',
    'reserved label type': '41 61 00 0001 0001',
    'label longer than the message': '3f 61',
    'no end': '01 61',
    'half a pointer': '01 61 c0',
    'longer than 255': `${`3f${'61'.repeat(63)}`.repeat(4)}00 0001 0001`,
    'no type': '01 61 00 0001',
  }
  for (const [why, bytes] of Object.entries(bad))
    assert.equal(parseDnsMessage(hex(header, bytes)), undefined, why)
  // 253 characters is the longest name there is.
  const longest = `${`3f${'61'.repeat(63)}`.repeat(3)}3d${'61'.repeat(61)}00 0001 0001`
  assert.equal(parseDnsMessage(hex(header, longest))?.name.length, 253)
  assert.equal(parseDnsMessage(hex('0001 0100 0002 0000 0000 0000', question)), undefined)
  assert.equal(parseDnsMessage(hex('0001 0100 0001')), undefined)
})

test('no bytes make the parser throw or its answer large', () => {
  const start = fc.constant(hex('0001 8180 0001 0003 0000 0000', question))
  const rest = fc.uint8Array({ maxLength: 600 })
  fc.assert(
    fc.property(
      fc.oneof(
        rest,
        fc.tuple(start, rest).map((parts) => Buffer.concat(parts)),
      ),
      (bytes) => {
        const message = parseDnsMessage(bytes)
        if (message === undefined) return
        assert.ok(message.name.length <= 4 * 255 && message.addresses.length <= 64)
        assert.match(message.name, /^[!-~]+$/)
      },
    ),
    { numRuns: 500 },
  )
})
