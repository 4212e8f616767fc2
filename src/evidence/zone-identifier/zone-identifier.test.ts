import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { readZoneIdentifier } from './zone-identifier.ts'

test('the zone and the addresses', () => {
  const text =
    '[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://a.example/?q=1\r\nHostUrl=https://b.example/x.zip\r\nHostIpAddress=192.0.2.7\r\n'
  assert.deepEqual(readZoneIdentifier(Buffer.from(text)), {
    zoneId: 3,
    zone: 'internet',
    referrerUrl: 'https://a.example/?q=1',
    hostUrl: 'https://b.example/x.zip',
    hostIpAddress: '192.0.2.7',
  })
  assert.deepEqual(
    readZoneIdentifier(Buffer.from('\ufeff[ZoneTransfer]\nzoneid = 99\nHostUrl=\n', 'utf16le')),
    { zoneId: 99 },
  )
})

test('without a zone there is none', () => {
  for (const text of ['', 'ZoneId=3', '[Other]\nZoneId=3', '[ZoneTransfer]\nZoneId=three'])
    assert.equal(readZoneIdentifier(Buffer.from(text)), undefined)
})

test('any bytes are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      readZoneIdentifier(bytes)
    }),
  )
})
