import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../../test/support/random.ts'
import { zipOf } from '../../../../test/support/zip-writer.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { PeWriter } from '../pe/pe-writer.ts'
import { containerAt, findContainers, isReadAsZip, programEnd } from './index.ts'
import { SignatureSearch } from './signature-search.ts'

const everything = { withStreams: false, limit: 1000, isKnown: () => false } as const
const found = (bytes: Uint8Array, withStreams = false): string[] =>
  findContainers(bytesSource(bytes), { ...everything, withStreams, to: bytes.length }).found.map(
    ({ kind, offset }) => `${kind.id} ${offset}`,
  )

const program = new PeWriter().build()
/** 7z: a start header whose CRC-32 is right, with nothing behind it. */
const sevenZip = Buffer.from(`377abcaf271c00048d9bd50f${'00'.repeat(20)}`, 'hex')
const cabinet = Buffer.alloc(80)
cabinet.write('MSCF')
cabinet.writeUInt32LE(80, 8)
cabinet.writeUInt32LE(44, 16)
cabinet.writeUInt8(3, 24)
cabinet.writeUInt8(1, 25)
cabinet.writeUInt16LE(1, 28)

test('the search shows each place of a pattern, as a plain search does', () => {
  const patterns = ['abcde', 'cdeXY', '-lh5-', 'PE\0\0L', 'zz\0\0\0']
  const search = new SignatureSearch(patterns)
  for (let seed = 1; seed <= 30; seed++) {
    const random = randomBytes(3000, seed)
    const bytes = Buffer.from(random.map((byte) => 'abcdeXY-lh5PEz\0\0\0\0\0L'.charCodeAt(byte % 20)))
    for (const [index, pattern] of patterns.entries()) bytes.write(pattern, 100 * index + seed * 7, 'latin1')
    const hits = new Int32Array(5000)
    const shown = new Set(hits.subarray(0, search.find(bytes, hits)))
    for (const pattern of patterns) {
      for (
        let at = bytes.indexOf(pattern, 0, 'latin1');
        at >= 0;
        at = bytes.indexOf(pattern, at + 1, 'latin1')
      ) {
        assert.ok(shown.has(at), `${JSON.stringify(pattern)} at ${at}`)
      }
    }
  }
})

test('what begins anywhere is found, also across the pieces in which the source is read', () => {
  for (const at of [1, 63, 262_141, 262_143, 262_144, 524_287]) {
    for (const [id, bytes] of [
      ['pe', program],
      ['cab', cabinet],
      ['7z', sevenZip],
    ] as const) {
      assert.deepEqual(found(Buffer.concat([Buffer.alloc(at, 1), bytes])), [`${id} ${at}`])
    }
  }
})

test('a signature alone is nothing', () => {
  const signatures = [
    'Rar!\x1a\x07\0',
    'MSCF\0\0\0\0',
    '7z\xbc\xaf\x27\x1c',
    'PK\x03\x04\x14\0',
    'EGGA\0\x01',
    '%PDF-1.4\n',
  ]
  const more = [
    'ALZ\x01\n\0\0\0',
    '**ACE**',
    '-lh5-',
    '\x60\xea\x22\0',
    'PE\0\0L\x01',
    '\x7fELF\x02\x01\x01',
    'dex\n035\0',
  ]
  for (const text of [...signatures, ...more]) {
    const bytes = Buffer.concat([
      Buffer.alloc(40, 0x20),
      Buffer.from(text, 'latin1'),
      Buffer.alloc(300, 0x41),
    ])
    assert.deepEqual(found(bytes), [], text)
  }
})

test('nothing is told of inside an archive of known length, and inside a program it is', () => {
  const inArchive = Buffer.from(cabinet)
  const long = Buffer.concat([inArchive, program])
  long.writeUInt32LE(long.length, 8)
  assert.deepEqual(found(Buffer.concat([Buffer.alloc(5), long, sevenZip])), [
    'cab 5',
    `7z ${5 + long.length}`,
  ])
  const holder = new PeWriter()
  holder.add(cabinet)
  const bytes = holder.build()
  assert.deepEqual(found(Buffer.concat([Buffer.alloc(9), bytes])), [
    'pe 9',
    `cab ${9 + bytes.indexOf('MSCF')}`,
  ])
})

test('compressed streams count only behind the end of a line, and only in scripts', () => {
  const gzip = Buffer.from('1f8b0800000000000003', 'hex')
  const script = Buffer.concat([Buffer.from('#!/bin/sh\nexit 0\n'), gzip])
  assert.deepEqual(found(script, true), ['gzip 17'])
  assert.deepEqual(found(script), [])
  assert.deepEqual(found(Buffer.concat([Buffer.from('#!/bin/sh\nexit 0 '), gzip]), true), [])
})

test('a file full of signatures does not hide what is behind them, and an endless one is said so', () => {
  const flood = Buffer.from('PE\0\0L'.repeat(20_000), 'latin1')
  const { found: some, isCut } = findContainers(bytesSource(Buffer.concat([flood, program])), {
    ...everything,
    to: flood.length + program.length,
  })
  assert.deepEqual([some.map(({ kind }) => kind.id), isCut], [['pe'], false])
  const endless = Buffer.from('PE\0\0L'.repeat(70_000), 'latin1')
  assert.equal(findContainers(bytesSource(endless), { ...everything, to: endless.length }).isCut, true)
})

test('a program ends where its last section does, a DOS program where its pages do', () => {
  assert.equal(programEnd(bytesSource(program)), program.length)
  const dos = Buffer.alloc(600)
  dos.write('MZ')
  dos.writeUInt16LE(40, 2)
  dos.writeUInt16LE(2, 4)
  assert.equal(programEnd(bytesSource(dos)), 552)
  dos.writeUInt32LE(0x80, 60)
  dos.write('NE', 0x80)
  assert.equal(programEnd(bytesSource(dos)), undefined)
  assert.equal(programEnd(bytesSource(Buffer.from('text'))), undefined)
})

test('a zip is read from the whole file only with its end record at the end', () => {
  const zip = Buffer.from(zipOf([{ name: 'a', data: 'b' }]))
  const bytes = Buffer.concat([program, zip])
  assert.equal(isReadAsZip(bytesSource(bytes), program.length), true)
  assert.equal(isReadAsZip(bytesSource(bytes.subarray(0, -30)), program.length), false)
  assert.equal(isReadAsZip(bytesSource(bytes), 0), false)
})

test('what begins at a place is told by its header', () => {
  const source = bytesSource(Buffer.concat([program, cabinet]))
  assert.equal(containerAt(source, 0)?.kind.id, 'pe')
  assert.equal(containerAt(source, program.length)?.length, 80)
  assert.equal(containerAt(source, 4), undefined)
  assert.equal(containerAt(source, -1), undefined)
})
