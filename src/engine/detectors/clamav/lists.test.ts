// Hash lists, allow lists, metadata of members, ignored names, the order of names. All as clamscan 1.4.6 answers.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { binary, bytesOf, hex, load } from './fixture.ts'

function digest(algorithm: string, object: string): string {
  return createHash(algorithm).update(bytesOf(object)).digest('hex')
}

test('files are on a list by digest and size, or by the digest alone', () => {
  const object = `${binary}some content`
  const size = object.length
  const engine = load({
    'a.hdb': [`${digest('md5', object)}:${size}:Md5`, `${digest('md5', object)}:${size + 1}:WrongSize`],
    'a.hsb': [`${digest('sha1', object)}:*:AnySha1:73`, `${digest('sha256', object)}:${size}:Sha256`],
  })
  assert.deepEqual(engine.names(object), ['Md5', 'AnySha1', 'Sha256'])
  assert.deepEqual(engine.names(`${object}.`), [])
})

test('nothing is found in a file on an allow list, nor in what it contains', () => {
  const outer = `${binary}outer marker`
  const engine = load({
    'a.fp': `${digest('md5', outer)}:${outer.length}:Fine`,
    'a.sfp': `${digest('sha256', 'also fine')}:*:Fine:73`,
    'a.ndb': [`Marker:0:*:${hex('marker')}`, `Also:0:*:${hex('also')}`],
  })
  assert.deepEqual(engine.names(outer), [])
  assert.deepEqual(engine.names('also fine'), [])
  assert.deepEqual(engine.names(`${outer}!`), ['Marker'])
  const inner = { name: 'inner', bytes: bytesOf(`${binary}inner marker`) }
  assert.deepEqual(engine.namesWithin([{ name: 'outer', bytes: bytesOf(outer) }, inner]), [])
  assert.deepEqual(engine.namesWithin([{ name: 'other', bytes: bytesOf('PK\x03\x04') }, inner]), ['Marker'])
})

test('members are found by name, size and container', () => {
  const engine = load({
    'a.cdb': [
      'Name:CL_TYPE_ANY:*:evil\\.exe$:*:*:*:*:*:*',
      'Size:CL_TYPE_ZIP:*:*:*:13:*:*:*:*',
      'Range:CL_TYPE_ANY:*:evil:*:10-20:*:*:*:*',
      'Outer:CL_TYPE_ANY:4:*:*:*:*:*:*:*',
      'Tar:CL_TYPE_POSIX_TAR:*:evil:*:*:*:*:*:*',
      'Unknown:CL_TYPE_ZIP:*:evil:5:*:*:*:*:*',
    ],
  })
  assert.equal(engine.compiled.counts.unusable['container attribute'], 1)
  const zip = { name: 'a.zip', bytes: bytesOf('PK\x03\x04') }
  const member = { name: 'dir/evil.exe', bytes: bytesOf('\0\x01\x02 content..') }
  assert.deepEqual(engine.namesWithin([zip, member]), ['Name', 'Size', 'Range', 'Outer'])
  assert.deepEqual(engine.namesWithin([{ name: 'evil.exe', bytes: member.bytes }]), [])
  assert.deepEqual(engine.namesWithin([{ name: 'a.gz', bytes: bytesOf('\x1f\x8b\x08\0') }, member]), [])
})

test('the containers around an object are a condition', () => {
  const rest = `0;${hex('marker')}`
  const engine = load({
    'a.ldb': [
      `Zip;Engine:81-255,Target:0,Container:CL_TYPE_ZIP;${rest}`,
      `None;Engine:81-255,Target:0,Container:CL_TYPE_ANY;${rest}`,
      `Both;Engine:81-255,Target:0,Intermediates:CL_TYPE_GZ>CL_TYPE_ZIP;${rest}`,
      `Second;Engine:81-255,Target:0,Intermediates:CL_TYPE_GZ>CL_TYPE_ANY;${rest}`,
    ],
  })
  const member = { name: 'm', bytes: bytesOf(`${binary}marker`) }
  const zip = { name: 'z', bytes: bytesOf('PK\x03\x04') }
  const gzip = { name: 'g', bytes: bytesOf('\x1f\x8b\x08\0') }
  assert.deepEqual(engine.namesWithin([member]), ['None'])
  assert.deepEqual(engine.namesWithin([zip, member]), ['Zip'])
  assert.deepEqual(engine.namesWithin([gzip, zip, member]), ['Zip', 'Both'])
  // ANY stands for no object: the one before it is the innermost.
  assert.deepEqual(engine.namesWithin([zip, gzip, member]), ['Second'])
})

test('ignored names and databases for unwanted applications are not loaded; their names come last', () => {
  const engine = load({
    'a.ndb': [
      `PUA.First:0:*:${hex('marker')}`,
      `Ignored:0:*:${hex('marker')}`,
      `Real:0:*:${hex('the marker')}`,
    ],
    'a.ndu': `PUA.Other:0:*:${hex('marker')}`,
    'a.ign2': 'Ignored',
  })
  assert.deepEqual(engine.names(`${binary}the marker`), ['Real', 'PUA.First'])
  assert.equal(engine.database.counts.ignored, 1)
})

test('names come in the order of clamscan: own target, all targets, hashes, logical signatures', () => {
  const object = 'GIF89a marker and another'
  const engine = load({
    'a.ldb': [
      `Logical.Any;Engine:81-255,Target:0;0;${hex('marker')}`,
      `Logical.Own;Engine:81-255,Target:5;0;${hex('marker')}`,
    ],
    'a.ndb': [
      `Later:0:*:${hex('another')}`,
      `Wild:0:*:${hex('mar')}??6572`,
      `Plain:0:*:${hex('marker')}`,
      `Own:5:*:${hex('another')}`,
    ],
    'a.hdb': `${digest('md5', object)}:${object.length}:Hash`,
  })
  assert.deepEqual(engine.names(object), [
    'Own',
    'Plain',
    'Later',
    'Wild',
    'Hash',
    'Logical.Own',
    'Logical.Any',
  ])
})

test('names of databases without a signature are marked, and each is reported once', () => {
  const engine = load({ 'a.ndb': [`Twice:0:*:${hex('one')}`, `Twice:0:*:${hex('two')}`] })
  assert.deepEqual(
    engine.database.bodies.map(({ name }) => name),
    ['Twice.UNOFFICIAL', 'Twice.UNOFFICIAL'],
  )
  assert.equal(engine.compiled.counts.bodies, 2)
  assert.deepEqual(engine.names(`${binary}one two`), ['Twice'])
})

test('what is read and not used is counted; rules are handed on', () => {
  const { database } = load({
    'a.pdb': 'H:example.org',
    'a.idb':
      'I:GROUP1:GROUP2:0818080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'a.yar': 'rule Some { condition: true }',
  })
  assert.equal(database.counts.unsupported['pdb'], 1)
  assert.deepEqual(
    database.yara.map(({ official }) => official),
    [false],
  )
})
