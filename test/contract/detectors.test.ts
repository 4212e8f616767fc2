// The contract suite of every detector of the table. A new detector needs something that it finds, nothing else.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { loadHashLists } from '../../src/engine/detectors/hash/index.ts'
import { createDetectors } from '../../src/engine/detectors/index.ts'
import { checkDetector, findingsOf } from '../support/detector-contract.ts'
import { eicar } from '../support/samples.ts'

const listed = Buffer.from('a listed object')
const hashOf = (kind: string): string => createHash(kind).update(listed).digest('hex')
const list = [
  `${hashOf('sha256')}:Any`,
  `${hashOf('sha1')}:${listed.length}:Sized`,
  `${hashOf('md5')}:9999:Other`,
]
const { database } = loadHashLists([{ name: 'list', bytes: Buffer.from(list.join('\n')) }])
const detectors = createDetectors({ hash: database })
const known: Readonly<Record<string, readonly Uint8Array[]>> = { eicar: [Buffer.from(eicar)], hash: [listed] }

test('the ids of the detectors are unique', () => {
  const ids = detectors.map((detector) => detector.id)
  assert.deepEqual(ids, ['eicar', 'hash'])
})

test('an empty hash database adds no detector', () => {
  const empty = createDetectors({ hash: loadHashLists([]).database })
  assert.deepEqual(
    empty.map((detector) => detector.id),
    ['eicar'],
  )
})

for (const detector of detectors) checkDetector(detector, known[detector.id] ?? [])

test('the listed object is found by every entry that fits it', () => {
  assert.deepEqual(
    detectors.flatMap((detector) => findingsOf(detector, listed)),
    ['Any 0', 'Sized 0'],
  )
})
