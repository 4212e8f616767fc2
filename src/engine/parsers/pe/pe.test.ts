import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { authenticode, identity, nameOf } from '../pkcs7/signature-writer.ts'
import { parsePe, type Pe } from './index.ts'
import { addImports, addResource, halves, PeWriter, versionInfo, withSignatures, words } from './pe-writer.ts'

function parsed(bytes: Uint8Array): Pe {
  const pe = parsePe(bytes)
  assert.ok(pe)
  return pe
}

test('headers and sections are read', () => {
  const writer = new PeWriter({ overlay: Buffer.from('appended') })
  writer.add(Buffer.alloc(600, 0x90))
  const pe = parsed(writer.build())
  const { headers, sections, directories, overlay, entryPointOffset } = pe
  assert.equal(headers.machine, 0x14c)
  assert.equal(headers.timestamp, 0x5f000000)
  assert.equal(headers.characteristics, 0x102)
  assert.equal(headers.optional?.magic, 0x10b)
  assert.equal(headers.optional.imageBase, 0x400000n)
  assert.deepEqual(headers.optional.linkerVersion, { major: 14, minor: 16 })
  assert.deepEqual(headers.optional.osVersion, { major: 6, minor: 0 })
  assert.equal(headers.optional.sizeOfStackReserve, 0x100000n)
  assert.equal(directories.length, 16)
  assert.equal(entryPointOffset, 0x410)
  assert.deepEqual(overlay, { offset: 0x800, size: 8 })
  assert.deepEqual(sections, [
    {
      name: '.text',
      fullName: '.text',
      virtualSize: 600,
      virtualAddress: 0x1000,
      rawSize: 0x400,
      rawOffset: 0x400,
      relocationsOffset: 0,
      lineNumbersOffset: 0,
      relocationCount: 0,
      lineNumberCount: 0,
      characteristics: 0x60000020,
    },
  ])
})

test('PE32+ has wide fields', () => {
  const { headers } = parsed(new PeWriter({ is64: true, imageBase: 0xfffffff140000000n }).build())
  assert.equal(headers.optional?.isPe32Plus, true)
  assert.equal(headers.optional.imageBase, 0xfffffff140000000n)
  assert.equal(headers.optional.baseOfData, undefined)
  assert.equal(headers.optional.directoryCount, 16)
})

test('what is no PE file is none', () => {
  const bytes = new PeWriter().build()
  assert.equal(parsePe(Buffer.alloc(0)), undefined)
  assert.equal(parsePe(Buffer.from('MZ')), undefined)
  assert.equal(parsePe(bytes.subarray(0, 0x100 + 23)), undefined)
  assert.ok(parsePe(bytes.subarray(0, 0x100 + 24)))
  bytes[0x101] = 0
  assert.equal(parsePe(bytes), undefined)
})

test('a file that ends in its headers has what is whole', () => {
  const bytes = new PeWriter().build()
  const cut = parsed(bytes.subarray(0, 0x100 + 24 + 95))
  assert.equal(cut.headers.optional, undefined)
  assert.equal(cut.sections.length, 0)
  assert.equal(cut.entryPointOffset, undefined)
  const noDirectories = parsed(bytes.subarray(0, 0x100 + 24 + 100))
  assert.equal(noDirectories.headers.optional?.directoryCount, 16)
  assert.equal(noDirectories.directories.length, 0)
})

test('a section name of a GNU linker is looked up in the string table', () => {
  const writer = new PeWriter()
  const table = writer.add(Buffer.from('\x20\0\0\0.gnu_debuglink\0', 'latin1'))
  const bytes = writer.build()
  bytes.writeUInt32LE(writer.offset(table), 0x100 + 12)
  bytes.write('/4\0\0\0\0', 0x100 + 24 + 224)
  const [section] = parsed(bytes).sections
  assert.equal(section?.name, '/4')
  assert.equal(section.fullName, '.gnu_debuglink')
})

test('addresses become offsets as the loader maps them', () => {
  const writer = new PeWriter()
  writer.add(Buffer.alloc(0x300))
  const bytes = writer.build()
  const row = 0x100 + 24 + 224
  bytes.writeUInt32LE(0x2000, row + 8)
  const pe = parsed(bytes)
  assert.equal(pe.offsetOfRva(0x10), 0x10)
  assert.equal(pe.offsetOfRva(0xfff), 0xfff)
  assert.equal(pe.offsetOfRva(0x1000), 0x400)
  assert.equal(pe.offsetOfRva(0x13ff), 0x7ff)
  // In the section, but not in the file.
  assert.equal(pe.offsetOfRva(0x1400), undefined)
  assert.equal(pe.offsetOfRva(0x3000), undefined)
  // Pointers are rounded down to sectors.
  bytes.writeUInt32LE(0x5ff, row + 20)
  assert.equal(parsed(bytes).offsetOfRva(0x1001), 0x401)
})

const wanted = {
  'KERNEL32.dll': ['ExitProcess', 'GetProcAddress'],
  'WS2_32.dll': [115, 1000],
  'a.sys': ['f'],
}
const importText = 'kernel32.exitprocess,kernel32.getprocaddress,ws2_32.wsastartup,ws2_32.ord1000,a.f'

for (const is64 of [false, true]) {
  test(`imports of ${is64 ? 'PE32+' : 'PE32'} have names, ordinals and a hash`, () => {
    const pe = parsed(addImports(new PeWriter({ is64 }), wanted, { is64 }).build())
    assert.deepEqual(
      pe.imports.map(({ name, functions }) => [
        name,
        functions.map((imported) => [imported.name, imported.ordinal]),
      ]),
      [
        [
          'KERNEL32.dll',
          [
            ['ExitProcess', undefined],
            ['GetProcAddress', undefined],
          ],
        ],
        [
          'WS2_32.dll',
          [
            ['WSAStartup', 115],
            ['ord1000', 1000],
          ],
        ],
        ['a.sys', [['f', undefined]]],
      ],
    )
    const [first, second] = pe.imports[0]!.functions
    assert.equal(second!.rva - first!.rva, is64 ? 8 : 4)
    assert.equal(pe.importHash, createHash('md5').update(importText).digest('hex'))
  })
}

test('delayed imports are read, with addresses of both kinds', () => {
  for (const base of [0, 0x400000]) {
    const pe = parsed(addImports(new PeWriter(), wanted, { isDelayed: true, base }).build())
    assert.deepEqual(
      pe.delayedImports.map(({ name }) => name),
      Object.keys(wanted),
    )
    assert.equal(pe.delayedImports[0]?.functions[1]?.name, 'GetProcAddress')
    assert.ok(pe.delayedImports[0].functions[0]!.rva < 0x400000)
    assert.deepEqual(pe.imports, [])
  }
})

test('names that cannot be names are left out', () => {
  const pe = parsed(
    addImports(new PeWriter(), { 'a b.dll': ['f'], 'b.dll': ['g h', 'é', 'i'], 'c.dll': ['\x01'] }).build(),
  )
  assert.deepEqual(
    pe.imports.map(({ name, functions }) => [name, functions.map((imported) => imported.name)]),
    [['b.dll', ['i']]],
  )
})

test('a program without imports has the hash of nothing', () => {
  assert.equal(parsed(new PeWriter().build()).importHash, 'd41d8cd98f00b204e9800998ecf8427e')
})

function withExports(): PeWriter {
  const writer = new PeWriter({ characteristics: 0x2102 })
  const code = writer.add(Buffer.alloc(16, 0xc3))
  const start = writer.next
  // Header, three functions, three names, of which the last is a second one, three indexes, then the texts.
  const functions = start + 40
  const names = functions + 12
  const indexes = names + 12
  const texts = indexes + 8
  const text = 'EXAMPLE.dll\0Alpha\0Beta\0OTHER.Function\0'
  const at = (part: string): number => texts + text.indexOf(part)
  const table = Buffer.concat([
    words(0, 0x11223344, 0, texts, 5, 3, 3, functions, names, indexes),
    words(code, 0x99999, at('OTHER')),
    words(at('Alpha'), at('Beta'), at('Function')),
    halves(2, 0, 2, 0),
    Buffer.from(text),
  ])
  return writer.directory(0, writer.add(table), table.length)
}

test('exports have ordinals, names and forwarders', () => {
  const { exports } = parsed(withExports().build())
  assert.equal(exports?.libraryName, 'EXAMPLE.dll')
  assert.equal(exports.timestamp, 0x11223344)
  assert.deepEqual(exports.functions, [
    { name: 'Beta', ordinal: 5, rva: 0x1000, offset: 0x400, forwardName: undefined },
    { name: undefined, ordinal: 6, rva: 0x99999, offset: undefined, forwardName: undefined },
    {
      name: 'Alpha',
      ordinal: 7,
      rva: exports.functions[2]!.rva,
      offset: undefined,
      forwardName: 'OTHER.Function',
    },
  ])
})

test('resources have type, id and language, as numbers or names', () => {
  const contents = Buffer.from('contents')
  const pe = parsed(addResource(new PeWriter(), [10, 'PAYLOAD', 1033], contents).build())
  assert.equal(pe.resources?.timestamp, 0x12345678)
  assert.deepEqual(pe.resources.version, { major: 4, minor: 2 })
  const [resource] = pe.resources.items
  assert.deepEqual(resource?.type, { kind: 'number', number: 10 })
  assert.deepEqual(resource.language, { kind: 'number', number: 1033 })
  assert.equal(resource.id.kind, 'name')
  const { offset, length } = resource.id
  assert.equal(pe.bytes.toString('utf16le', offset, offset + length), 'PAYLOAD')
  assert.equal(pe.bytes.toString('latin1', resource.offset, resource.offset! + resource.length), 'contents')
})

test('a resource tree that loops ends', () => {
  const writer = new PeWriter()
  const count = 30_000
  const second = 16 + count * 8
  // Each of two directories leads to the second one, with every entry.
  const entries = Array.from({ length: count }, (_, index) => words(index, 0x80000000 + second))
  const directory = Buffer.concat([words(0, 0, 0), halves(0, count), ...entries])
  const tree = Buffer.concat([directory, directory])
  writer.directory(2, writer.add(tree), tree.length)
  const pe = parsed(writer.build())
  const started = performance.now()
  assert.equal(pe.resources, undefined)
  assert.ok(performance.now() - started < 1000)
})

test('version information is text of UTF-8', () => {
  const strings = { CompanyName: 'Exämple', ProductName: 'Thing', Empty: '' }
  const pe = parsed(addResource(new PeWriter(), [16, 1, 1033], versionInfo(strings)).build())
  assert.deepEqual(pe.versionInfo, [
    { key: 'CompanyName', value: Buffer.from('Exämple').toString('latin1') },
    { key: 'ProductName', value: 'Thing' },
    { key: 'Empty', value: '' },
  ])
})

test('a Rich header is decoded', () => {
  const key = 0x12345678
  const clear = words(0x536e6144, 0, 0, 0, 0x00937809, 7, 0x01050001, 2)
  const hidden = Buffer.from(clear)
  for (let at = 0; at < hidden.length; at += 4)
    hidden.writeUInt32LE((hidden.readUInt32LE(at) ^ key) >>> 0, at)
  const stub = Buffer.concat([hidden, Buffer.from('Rich'), words(key)])
  const { richHeader } = parsed(new PeWriter({ stub }).build())
  assert.deepEqual(richHeader, {
    offset: 0x80,
    length: clear.length,
    key,
    rawData: hidden.toString('latin1'),
    clearData: clear.toString('latin1'),
    tools: [
      { id: 0x93, version: 0x7809, times: 7 },
      { id: 0x105, version: 1, times: 2 },
    ],
  })
})

test('the path of the program database is found', () => {
  for (const [signature, before] of [
    ['RSDS', 20],
    ['NB10', 12],
    ['MTOC', 16],
  ] as const) {
    const writer = new PeWriter()
    const view = writer.add(
      Buffer.concat([Buffer.from(signature), Buffer.alloc(before), Buffer.from('C:\\x\xe4.pdb\0', 'latin1')]),
    )
    const entry = words(0, 0, 0, 2, 64, view, 0)
    writer.directory(6, writer.add(entry), entry.length)
    assert.equal(parsed(writer.build()).pdbPath, 'C:\\x\xe4.pdb', signature)
  }
})

test('the checksum does not depend on what is stored, and counts every byte', () => {
  const writer = new PeWriter()
  writer.add(Buffer.from('0123456789'.repeat(100)))
  const bytes = Buffer.concat([writer.build(), Buffer.of(0xda)])
  const { checksum } = parsed(bytes)
  // By hand: words of 16 bits, each carry added at once.
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at]! + ((bytes[at + 1] ?? 0) << 8)
    sum = (sum & 0xffff) + (sum >>> 16)
  }
  assert.equal(checksum, sum + bytes.length)
  bytes.writeUInt32LE(0xfedcba98, 0x100 + 24 + 64)
  assert.equal(parsed(bytes).checksum, checksum)
})

const signer = identity({ name: nameOf({ '2.5.4.3': 'Signer' }), serial: 1 })

/** The digest of the file by Microsoft's description, for the layout of the writer. */
function digestOf(pe: Buffer): Buffer {
  const optional = 0x100 + 24
  return createHash('sha256')
    .update(pe.subarray(0, optional + 64))
    .update(pe.subarray(optional + 68, optional + 96 + 32))
    .update(pe.subarray(optional + 96 + 40))
    .digest()
}

function signedPe(): Buffer {
  const writer = new PeWriter({ overlay: Buffer.from('appended') })
  writer.add(Buffer.from('program'))
  const bytes = writer.build()
  const blob = authenticode({ signer, certificates: [signer], digest: digestOf(bytes) })
  return withSignatures(bytes, [blob, blob])
}

test('signatures in the certificate table are verified against the file', () => {
  const bytes = signedPe()
  const { signatures } = parsed(bytes)
  assert.equal(signatures.length, 2)
  assert.ok(signatures.every((signature) => signature.isVerified()))
  // Signing changes these.
  bytes.writeUInt32LE(0x1234, 0x100 + 24 + 64)
  assert.ok(parsed(bytes).signatures[0]?.isVerified())
  bytes[0x401]! ^= 1
  assert.ok(!parsed(bytes).signatures[0]?.isVerified())
})

test('a certificate table with a lying length ends where it is whole', () => {
  const bytes = signedPe()
  const table = bytes.readUInt32LE(0x100 + 24 + 96 + 32)
  const first = bytes.readUInt32LE(table)
  const second = table + Math.ceil(first / 8) * 8
  for (const length of [0, 7, 8, 0x7fffffff, 0xffffffff]) {
    bytes.writeUInt32LE(length, second)
    assert.equal(parsed(bytes).signatures.length, 1, `${length}`)
  }
})

/** Asks for everything. */
function readAll(pe: Pe): void {
  for (const signature of pe.signatures) {
    signature.isVerified()
    signature.fileDigest()
  }
  assert.ok(pe.imports.length + pe.delayedImports.length + pe.versionInfo.length + pe.importHash.length >= 32)
  for (const { name } of pe.exports?.functions ?? []) assert.ok(name === undefined || name.length <= 4096)
  assert.ok((pe.resources?.items.length ?? 0) <= 65_536)
  assert.ok(pe.checksum >= 0)
  assert.ok((pe.richHeader?.offset ?? 0) < pe.bytes.length)
  assert.ok((pe.pdbPath?.length ?? 0) <= 4096)
}

test('changed and cut files: no error, everything bounded', () => {
  const writer = withExports()
  addImports(writer, wanted)
  addImports(writer, wanted, { isDelayed: true })
  addResource(writer, [16, 'NAME', 1033], versionInfo({ CompanyName: 'x', ProductName: 'y' }))
  const whole = writer.build()
  const bytes = withSignatures(whole, [
    authenticode({ signer, certificates: [signer], digest: digestOf(whole) }),
  ])
  const change = fc.tuple(
    fc.nat(bytes.length - 4),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7fffffff, 0x80000000, 0xffffffff)),
  )
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(bytes.length), (changes, cut) => {
      const changed = Buffer.from(bytes)
      for (const [at, value] of changes) {
        if (value > 255) changed.writeUInt32LE(value, at)
        else changed[at] = value
      }
      for (const variant of [changed, changed.subarray(0, cut)]) {
        const pe = parsePe(variant)
        if (pe !== undefined) readAll(pe)
      }
    }),
    { numRuns: 300 },
  )
})

test('any bytes behind the two marks: no error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (tail) => {
      const start = Buffer.alloc(68)
      start.write('MZ')
      start.writeUInt32LE(64, 60)
      start.write('PE\0\0', 64, 'latin1')
      const pe = parsePe(Buffer.concat([start, tail]))
      if (pe !== undefined) readAll(pe)
    }),
  )
})

test('tables that point to one long name again and again stay small', () => {
  const writer = new PeWriter()
  const name = writer.add(Buffer.concat([halves(0), Buffer.alloc(100_000, 0x61), Buffer.alloc(2)]))
  const thunks = writer.add(Buffer.concat([...Array.from({ length: 16_000 }, () => words(name)), words(0)]))
  const library = writer.add('l.dll')
  const rows = Array.from({ length: 2000 }, () => words(thunks, 0, 0, library, thunks))
  writer.directory(1, writer.add(Buffer.concat([...rows, Buffer.alloc(20)])), 20)
  const { imports } = parsed(writer.build())
  let characters = 0
  for (const { functions } of imports) for (const imported of functions) characters += imported.name.length
  assert.ok(imports.length > 0 && characters <= 8 * 1024 * 1024 + 4096)
})
