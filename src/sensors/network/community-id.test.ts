import assert from 'node:assert/strict'
import { test } from 'node:test'

import { communityId } from './community-id.ts'

test('the id is that of the specification, in both directions', () => {
  const client = { ip: '128.232.110.120', port: 34_855 }
  const server = { ip: '66.35.250.204', port: 80 }
  assert.equal(communityId('tcp', client, server), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=')
  assert.equal(communityId('tcp', server, client), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=')
  const asker = { ip: '192.168.1.52', port: 54_585 }
  const resolver = { ip: '8.8.8.8', port: 53 }
  assert.equal(communityId('udp', asker, resolver), '1:d/FP5EW3wiY1vCndhwleRRKHowQ=')
  assert.equal(communityId('udp', resolver, asker), '1:d/FP5EW3wiY1vCndhwleRRKHowQ=')
  const six = { ip: 'fe80::200:86ff:fe05:80da', port: 135 }
  assert.notEqual(
    communityId('tcp', six, { ip: '::1', port: 0 }),
    communityId('udp', six, { ip: '::1', port: 0 }),
  )
})

test('of two ports of one address the smaller comes first', () => {
  const one = { ip: '127.0.0.1', port: 80 }
  const other = { ip: '127.0.0.1', port: 40_000 }
  assert.equal(communityId('tcp', one, other), communityId('tcp', other, one))
})

test('what is not known has no id', () => {
  assert.equal(communityId('tcp', { ip: '1.2.3.4' }, { ip: '1.2.3.5', port: 1 }), undefined)
  assert.equal(communityId('tcp', { port: 1 }, { ip: '1.2.3.5', port: 1 }), undefined)
  assert.equal(communityId('tcp', { ip: '::1', port: 1 }, { ip: '1.2.3.5', port: 1 }), undefined)
})
