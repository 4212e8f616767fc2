import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'

import {
  addImports,
  addResource,
  halves,
  PeWriter,
  versionInfo,
  words,
} from '../../engine/parsers/pe/pe-writer.ts'
import { memorySource } from '../source.ts'
import { entropyOf } from './entropy.ts'
import { hashesOf } from './hashes.ts'
import { linkerTimeOf } from './linker-time.ts'
import { type PeReport, readPe } from './read-pe.ts'

const nowMs = Date.UTC(2026, 5, 1)

function report(bytes: Buffer): PeReport {
  const read = readPe(memorySource(bytes), nowMs)
  assert.ok(read)
  return read
}

function kinds({ anomalies }: PeReport): string[] {
  return anomalies.map(({ kind }) => kind)
}

test('header, kind and flags have the names of the format', () => {
  const writer = new PeWriter({ is64: true, imageBase: 0x180000000n, characteristics: 0x2022 })
  writer.add(Buffer.alloc(32, 0x90))
  const read = report(writer.build())
  assert.equal(read.kind, 'library')
  assert.equal(read.bits, 64)
  assert.equal(read.machine, 'AMD64')
  assert.equal(read.subsystem, 'WINDOWS_CUI')
  assert.equal(read.imageBase, '0x180000000')
  assert.deepEqual(read.characteristics, ['EXECUTABLE_IMAGE', 'LARGE_ADDRESS_AWARE', 'DLL'])
  assert.deepEqual(read.dllCharacteristics, ['DYNAMIC_BASE', 'NX_COMPAT', 'TERMINAL_SERVER_AWARE'])
  assert.equal(read.linkerVersion, '14.16')
  assert.equal(read.sections[0]?.access, 'r-x')
  assert.equal(read.sections[0].hasCode, true)
})

test('imports come by library, by name and by number, delayed ones marked', () => {
  const writer = new PeWriter()
  addImports(writer, { 'KERNEL32.dll': ['Sleep'], 'ws2_32.dll': [115, 'send'], 'own.dll': [7] })
  addImports(writer, { 'urlmon.dll': ['URLDownloadToFileW'] }, { isDelayed: true })
  const read = report(writer.build())
  assert.deepEqual(read.imports, [
    { library: 'KERNEL32.dll', kind: 'normal', functions: [{ name: 'Sleep' }] },
    {
      library: 'ws2_32.dll',
      kind: 'normal',
      functions: [{ name: 'WSAStartup', ordinal: 115 }, { name: 'send' }],
    },
    { library: 'own.dll', kind: 'normal', functions: [{ ordinal: 7 }] },
    { library: 'urlmon.dll', kind: 'delayed', functions: [{ name: 'URLDownloadToFileW' }] },
  ])
  const listed = 'kernel32.sleep,ws2_32.wsastartup,ws2_32.send,own.ord7'
  assert.equal(read.importHash, createHash('md5').update(listed).digest('hex'))
})

test('version information has both its texts and its numbers', () => {
  const info = versionInfo({ CompanyName: 'Exämple', FileDescription: 'Test', OriginalFilename: 'a.exe' })
  // VS_FIXEDFILEINFO: signature, structure version, file version, product version.
  const fixed = info.indexOf(Buffer.alloc(8, 1))
  words(0xfeef04bd, 0x10000, 0x0002_0001, 0x0004_0003, 0x0006_0005, 0x0008_0007).copy(info, fixed)
  const read = report(addResource(new PeWriter(), [16, 1, 1033], info).build())
  assert.deepEqual(read.versionInfo, {
    strings: { CompanyName: 'Exämple', FileDescription: 'Test', OriginalFilename: 'a.exe' },
    fileVersion: '2.1.4.3',
    productVersion: '6.5.8.7',
  })
  assert.deepEqual(read.resources, [{ type: 'VERSION', id: '1', language: 1033, size: info.length }])
})

test('the manifest says as whom a program wants to run', () => {
  const manifest = '<requestedExecutionLevel uiAccess="false" level="requireAdministrator"/>'
  const read = report(addResource(new PeWriter(), [24, 1, 0], Buffer.from(manifest)).build())
  assert.equal(read.requestedExecutionLevel, 'requireAdministrator')
})

test('TLS callbacks are told, as they run before the entry point', () => {
  const writer = new PeWriter({ imageBase: 0x400000n })
  const callbacks = writer.add(words(0x401010, 0x401020, 0))
  const at = writer.add(words(0x401000, 0x401004, 0x401008, 0x400000 + callbacks, 0, 0))
  const read = report(writer.directory(9, at, 24).build())
  assert.deepEqual(read.tls, { callbacks: ['0x1010', '0x1020'], dataSize: 4 })
  assert.ok(kinds(read).includes('tls-callbacks'))
})

test('bound imports have their libraries, times and forwarders', () => {
  const writer = new PeWriter({
    stub: Buffer.concat([
      words(0x5f000000),
      halves(32, 1),
      words(0x5f000001),
      halves(40, 0),
      words(0, 0),
      words(0, 0),
      Buffer.from('a.dll\0\0\0b.dll\0'),
    ]),
  })
  const read = report(writer.directory(11, 0x80, 16).build())
  assert.deepEqual(read.boundImports, [
    {
      library: 'a.dll',
      time: '2020-07-04T04:05:20Z',
      forwarders: [{ library: 'b.dll', time: '2020-07-04T04:05:21Z' }],
    },
  ])
})

test('debug data name the program database', () => {
  const writer = new PeWriter()
  const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
  const data = writer.add(Buffer.concat([Buffer.from('RSDS'), guid, words(3), Buffer.from('C:\\x\\a.pdb\0')]))
  const entry = writer.add(
    Buffer.concat([words(0, 0x5f000000), halves(0, 0), words(2, 40, data, writer.offset(data))]),
  )
  const read = report(writer.directory(6, entry, 28).build())
  assert.deepEqual(read.debug, [
    {
      type: 'CODEVIEW',
      timeDateStamp: '0x5f000000',
      time: '2020-07-04T04:05:20Z',
      size: 40,
      pdbPath: 'C:\\x\\a.pdb',
      pdbGuid: '{33221100-5544-7766-8899-aabbccddeeff}',
      pdbAge: 3,
    },
  ])
})

test('a linker time is called one only where it can be one', () => {
  const kindOf = (stamp: number): string => linkerTimeOf(stamp, [], nowMs).kind
  assert.equal(kindOf(0), 'zero')
  assert.equal(kindOf(0x2a425e19), 'constant')
  assert.equal(kindOf(0xffffffff), 'impossible')
  assert.equal(kindOf(86_400), 'impossible')
  assert.equal(kindOf(nowMs / 1000 + 10 * 86_400), 'impossible')
  assert.deepEqual(linkerTimeOf(0x5f000000, [], nowMs), {
    stamp: '0x5f000000',
    kind: 'time',
    time: '2020-07-04T04:05:20Z',
  })
  const reproducible = [{ type: 'REPRO', timeDateStamp: '0x1', time: '', size: 0 }]
  assert.equal(linkerTimeOf(0x5f000000, reproducible, nowMs).kind, 'reproducible')
})

test('an overlay is what follows the sections, without the certificate table and its padding', () => {
  const writer = new PeWriter({ overlay: Buffer.from('PK\u0003\u0004 and more') })
  writer.add(Buffer.alloc(16))
  const read = report(writer.build())
  assert.equal(read.overlay?.kind, 'zip')
  assert.equal(read.overlay.size, 13)
  const zeros = new PeWriter({ overlay: Buffer.alloc(5) })
  zeros.add(Buffer.alloc(16))
  assert.equal(report(zeros.build()).overlay, undefined)
  const signed = new PeWriter({ overlay: Buffer.alloc(64, 1) })
  signed.add(Buffer.alloc(16))
  const offset = signed.build().length - 64
  const table = report(signed.directory(4, offset, 64).build())
  assert.equal(table.overlay, undefined)
  assert.deepEqual(table.certificateTable, { offset, size: 64 })
})

test('the rich header’s checksum tells whether it belongs to the program', () => {
  const build = (key: number): PeReport => {
    const clear = words(0x536e6144, 0, 0, 0, 0x0093_7809, 5)
    const xored = Buffer.from(clear)
    for (let at = 0; at < xored.length; at += 4) xored.writeUInt32LE((clear.readUInt32LE(at) ^ key) >>> 0, at)
    return report(new PeWriter({ stub: Buffer.concat([xored, Buffer.from('Rich'), words(key)]) }).build())
  }
  const wrong = build(0x11223344)
  assert.equal(wrong.richHeader?.isChecksumRight, false)
  assert.deepEqual(wrong.richHeader.tools, [{ id: 0x93, build: 0x7809, count: 5 }])
  // DOS header of the writer: MZ and the offset of the PE header, which does not count; 0x80 is where the data are.
  const rotated = ((0x00937809 << 5) | (0x00937809 >>> 27)) >>> 0
  const expected = (0x80 + 0x4d + (0x5a << 1) + rotated) >>> 0
  assert.equal(build(expected).richHeader?.isChecksumRight, true)
})

test('what packers do shows: random code, writable code, names, an entry point elsewhere', () => {
  const writer = new PeWriter()
  writer.add(randomBytes(8192))
  const plain = writer.build()
  assert.ok(kinds(report(plain)).includes('high-entropy-code'))
  const row = 0x100 + 24 + 96 + 128
  const packed = Buffer.from(plain)
  packed.write('UPX0\0', row, 'latin1')
  packed.writeUInt32LE(0xe0000020, row + 36)
  assert.ok(kinds(report(packed)).includes('packer'))
  assert.ok(kinds(report(packed)).includes('writable-code'))
  const outside = Buffer.from(plain)
  outside.writeUInt32LE(0x90000, 0x100 + 24 + 16)
  assert.ok(kinds(report(outside)).includes('entry-outside'))
  const data = Buffer.from(plain)
  data.writeUInt32LE(0xc0000040, row + 36)
  assert.ok(kinds(report(data)).includes('entry-not-in-code'))
  assert.ok(kinds(report(data)).includes('no-imports'))
})

test('exports have names, numbers and forwarders, and holes in the table are left out', () => {
  const writer = new PeWriter({ characteristics: 0x2102 })
  const start = writer.next
  const size = 40 + 12 + 4 + 2 + 32
  const base = start
  const texts = base + 40 + 12 + 4 + 4
  const table = Buffer.concat([
    words(0, 0x5f000000, 0, texts + 20, 1, 3, 1, base + 40, base + 52, base + 56),
    words(0x2000, 0, texts),
    words(texts + 12),
    halves(0, 0),
    Buffer.from('OTHER.Func\0\0first\0\0\0own.dll\0', 'latin1'),
  ])
  assert.ok(table.length >= size - 4)
  writer.add(table)
  const read = report(writer.directory(0, start, table.length).build())
  assert.deepEqual(read.exports, {
    library: 'own.dll',
    time: '2020-07-04T04:05:20Z',
    functions: [
      { name: 'first', ordinal: 1, address: '0x2000' },
      { ordinal: 3, address: `0x${texts.toString(16)}`, forwarder: 'OTHER.Func' },
    ],
  })
})

test('entropy is that of all bytes, also where only a part of many is counted', () => {
  assert.equal(entropyOf(new Uint8Array(0)), 0)
  assert.equal(entropyOf(Buffer.alloc(1000, 7)), 0)
  assert.equal(entropyOf(Buffer.from([0, 1, 2, 3])), 2)
  const half = Buffer.alloc(20 * 1024 * 1024)
  half.fill(1, half.length / 2)
  assert.ok(Math.abs(entropyOf(half) - 1) < 0.01)
})

test('digests are those of the whole file', () => {
  const bytes = randomBytes(3_000_001)
  const hash = (name: string): string => createHash(name).update(bytes).digest('hex')
  assert.deepEqual(hashesOf(memorySource(bytes)), {
    md5: hash('md5'),
    sha1: hash('sha1'),
    sha256: hash('sha256'),
  })
})

test('what is no program is none', () => {
  assert.equal(readPe(memorySource(Buffer.from('MZ')), nowMs), undefined)
  assert.equal(readPe(memorySource(Buffer.alloc(1000)), nowMs), undefined)
})

test('whatever the bytes are, a report is made or none, in a bounded time', () => {
  const writer = addImports(new PeWriter(), { 'KERNEL32.dll': ['Sleep', 3] })
  addResource(writer, [16, 1, 1033], versionInfo({ CompanyName: 'x' }))
  const tls = writer.add(words(0x401000, 0x401004, 0x401008, 0x401000, 0, 0))
  const whole = writer
    .directory(9, tls, 24)
    .directory(6, tls, 560)
    .directory(11, 0x80, 64)
    .directory(14, tls, 72)
    .build()
  const change = fc.record({ at: fc.nat(whole.length - 1), by: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole.subarray(0, length))
      for (const { at, by } of changes) if (at < length) bytes[at] = by
      const read = readPe(memorySource(bytes), nowMs)
      assert.ok(read === undefined || JSON.stringify(read).length > 0)
    }),
    { numRuns: 300 },
  )
})
