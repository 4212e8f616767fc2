import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits } from '../../limits.ts'
import { bits, der, integer, oid, sequence, set } from '../der/der-writer.ts'
import { type Macho, type MachoSymbol, parseMacho } from './index.ts'
import { codeSignature, type Layout, MachoWriter, uleb, universal } from './macho-writer.ts'
import { parseXml } from './xml.ts'

const budget = new Budget(defaultLimits)
const little = new MachoWriter({ is64: true, order: 'little' })

const layouts: readonly Layout[] = [
  { is64: false, order: 'little' },
  { is64: false, order: 'big' },
  { is64: true, order: 'little' },
  { is64: true, order: 'big' },
]

function parsed(bytes: Uint8Array): Macho {
  const macho = parseMacho(bytes)
  assert.ok(macho)
  return macho
}

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('latin1')
const texts = (list: readonly Uint8Array[]): (string | undefined)[] => list.map(text)

for (const layout of layouts) {
  test(`the load commands of a ${layout.is64 ? 64 : 32}-bit ${layout.order}-endian file are read`, () => {
    const w = new MachoWriter(layout)
    const bytes = w.file({
      commands: [
        w.segment('__TEXT', [0x1000, 0x2000, 0, 0x2000], [w.section('__text', '__TEXT', 0x1100, 0x80)]),
        w.path(0x0c, '/usr/lib/libSystem.B.dylib', 2, 0x04c7_0102, 0x0001_0000),
        w.path(0x8000_001c, '@loader_path/lib'),
        w.path(0x0e, '/usr/lib/dyld'),
        w.command(0x1b, Buffer.from('00112233445566778899aabbccddeeff', 'hex')),
        w.command(0x2a, w.u64(0x123456789abcd)),
        w.command(0x32, w.u32(1, 0x000a_0f01, 0x000b_0000, 1, 3, 0x02b7_0400)),
        w.command(0x25, w.u32(0x0009_0300, 0x000d_0001)),
        w.command(0x2d, w.u32(2), Buffer.from('-lfoo\0-lbar\0')),
        w.command(0x8000_0028, w.u64(0x1180, 0x8000)),
      ],
    })
    const [file] = parsed(bytes).files
    assert.ok(file)
    assert.equal(file.header.cputype, 0x0100_0007)
    assert.equal(file.header.ncmds, 10)
    assert.equal(file.header.reserved, layout.is64 ? 0 : undefined)
    const { commands } = file
    const [segment] = commands.segments
    assert.equal(text(segment?.segname), '__TEXT')
    assert.deepEqual([segment?.vmaddr, segment?.vmsize, segment?.filesize], [0x1000n, 0x2000n, 0x2000n])
    assert.deepEqual([segment?.maxprot, segment?.initprot, segment?.nsects], [7, 5, 1])
    const section = segment?.sections[0]
    assert.equal(text(section?.sectname), '__text')
    assert.deepEqual(
      [section?.addr, section?.size, section?.offset, section?.flags],
      [0x1100n, 0x80n, 0x1000, 0x8000_0400],
    )
    assert.equal(section?.reserved3, layout.is64 ? 3 : undefined)
    const [dylib] = commands.dylibs
    assert.equal(text(dylib?.name), '/usr/lib/libSystem.B.dylib')
    assert.deepEqual([dylib?.current_version, dylib?.compatibility_version], ['1223.1.2', '1.0.0'])
    assert.deepEqual(texts(commands.rpaths), ['@loader_path/lib'])
    assert.equal(text(commands.dynamicLinker), '/usr/lib/dyld')
    assert.equal(commands.uuid, '00112233-4455-6677-8899-AABBCCDDEEFF')
    assert.equal(commands.sourceVersion, '291.21.56.42.13')
    assert.deepEqual(commands.buildVersion, {
      platform: 1,
      minos: '10.15.1',
      sdk: '11.0.0',
      ntools: 1,
      tools: [{ tool: 3, version: '695.4' }],
    })
    assert.deepEqual(commands.minVersion, { device: 0x25, version: '9.3.0', sdk: '13.0.1' })
    assert.deepEqual(texts(commands.linkerOptions), ['-lfoo', '-lbar'])
    assert.equal(file.entryOffset, 0x1180n)
    assert.equal(commands.main?.stackSize, 0x8000n)
  })
}

test('the entry point of a thread is found through the segments, for each processor', () => {
  const registers: readonly (readonly [cputype: number, width: 32 | 64, index: number, count: number])[] = [
    [0x7, 32, 10, 16],
    [0x0100_0007, 64, 16, 21],
    [0xc, 32, 15, 17],
    [0x0100_000c, 64, 32, 34],
    [0x12, 32, 0, 40],
    [0x0100_0012, 64, 0, 39],
    [0x6, 32, 17, 18],
    [0xd, 32, 31, 34],
    [0xe, 32, 1, 18],
  ]
  for (const [cputype, width, index, count] of registers) {
    const values = Array.from({ length: count }, (_, at) => (at === index ? 0x5010 : 1))
    const state = width === 64 ? little.u64(...values) : little.u32(...values)
    const thread = little.command(0x05, little.u32(4, 42), state)
    const segment = little.segment('__TEXT', [0x5000, 0x1000, 0x200, 0x1000])
    const [file] = parsed(little.file({ cputype, commands: [segment, thread] })).files
    assert.equal(file?.entryOffset, 0x210n, `processor ${cputype}`)
    const [other] = parsed(little.file({ cputype, commands: [thread] })).files
    assert.equal(other?.entryOffset, undefined)
  }
})

test('a command that is too short for its kind is skipped, one that leaves the file ends the list', () => {
  const uuid = little.command(0x1b, Buffer.alloc(16, 1))
  const short = little.command(0x2a, Buffer.alloc(4))
  const rpath = little.path(0x8000_001c, '/x')
  const [file] = parsed(little.file({ commands: [short, rpath, uuid] })).files
  assert.equal(file?.commands.sourceVersion, undefined)
  assert.equal(file?.commands.rpaths.length, 1)
  const beyond = little.u32(0x1b, 0x1000)
  const [cut] = parsed(little.file({ commands: [rpath, beyond, uuid] })).files
  assert.equal(cut?.commands.rpaths.length, 1)
  assert.equal(cut?.commands.uuid, undefined)
})

const names = Buffer.from('\0_main\0_Printf\0_puts\0', 'latin1')

function withSymbols(...symbols: readonly Buffer[]): Buffer {
  const table = Buffer.concat(symbols)
  return little.file({
    commands: [little.command(0x02, little.u32(0x800, symbols.length, 0x900, names.length))],
    data: [
      { at: 0x800, bytes: table },
      { at: 0x900, bytes: names },
    ],
  })
}

test('symbols have their names; without binding information they are the imports and exports', () => {
  const bytes = withSymbols(
    little.symbol(1, 0x0f, 1, 0x1000),
    little.symbol(7, 0x01, 0, 0),
    little.symbol(0, 0x24, 1, 0),
    little.symbol(15, 0x0e, 1, 0x20),
    little.symbol(5000, 0x01, 0, 0),
  )
  const [file] = parsed(bytes).files
  const symbols: readonly MachoSymbol[] = file?.symbols(budget) ?? []
  assert.deepEqual(
    symbols.map(({ name, n_type, n_sect, n_value }) => [text(name), n_type, n_sect, n_value]),
    [
      ['_main', 0x0f, 1, 0x1000n],
      ['_Printf', 0x01, 0, 0n],
      ['_puts', 0x0e, 1, 0x20n],
    ],
  )
  assert.deepEqual(texts(file?.readImports(budget) ?? []), ['_Printf'])
  assert.deepEqual(texts(file?.readExports(budget) ?? []), ['_main'])
})

function withDyldInfo(bind: Buffer, exports: Buffer, lazy = Buffer.alloc(0)): Buffer {
  const fields = [0, 0, 0x800, bind.length, 0, 0, 0xa00, lazy.length, 0xc00, exports.length]
  return little.file({
    commands: [little.command(0x8000_0022, little.u32(...fields))],
    data: [
      { at: 0x800, bytes: bind },
      { at: 0xa00, bytes: lazy },
      { at: 0xc00, bytes: exports },
    ],
  })
}

const bindName = (name: string): Buffer =>
  Buffer.concat([Buffer.of(0x40), Buffer.from(`${name}\0`, 'latin1')])

test('imports are read out of the binding programs, each once', () => {
  const bind = Buffer.concat([
    Buffer.of(0x11),
    bindName('_printf'),
    Buffer.concat([Buffer.of(0x51, 0x72), uleb(300), Buffer.of(0x90, 0x60, 0x7f)]),
    bindName('_malloc'),
    Buffer.concat([
      Buffer.of(0xc0),
      uleb(3),
      uleb(800),
      Buffer.of(0xa0),
      uleb(16),
      Buffer.of(0x20),
      uleb(200),
    ]),
    bindName('\xff'),
    bindName('_free'),
  ])
  const [file] = parsed(
    withDyldInfo(bind, Buffer.alloc(0), Buffer.concat([bindName('_malloc'), bindName('_abs')])),
  ).files
  assert.deepEqual(texts(file?.readImports(budget) ?? []), ['_printf', '_malloc', '_free', '_abs'])
})

test('exports are read out of the trie with their prefixes', () => {
  const terminal = (...parts: readonly Buffer[]): Buffer =>
    Buffer.concat([uleb(Buffer.concat(parts).length), ...parts])
  const stub = Buffer.concat([terminal(uleb(0x10), uleb(0x100), uleb(5)), Buffer.of(0)])
  const reexport = Buffer.concat([terminal(uleb(8), uleb(1), Buffer.from('_other\0')), Buffer.of(0)])
  const edge = (label: string, offset: number): Buffer =>
    Buffer.concat([Buffer.from(`${label}\0`), uleb(offset)])
  const root = Buffer.concat([Buffer.of(0, 1), edge('_a', 6)])
  const inner = (offset: number): Buffer =>
    Buffer.concat([
      terminal(uleb(0), uleb(0x200)),
      Buffer.of(2),
      edge('bc', offset),
      edge('d', offset + stub.length),
    ])
  const trie = Buffer.concat([root, inner(root.length + inner(50).length), stub, reexport])
  const [file] = parsed(withDyldInfo(Buffer.alloc(0), trie)).files
  assert.deepEqual(texts(file?.readExports(budget) ?? []), ['_a', '_ad', '_abc'])
})

test('a trie that goes round in circles, or spells out gigabytes, ends', () => {
  const circle = Buffer.concat([Buffer.of(2, 0, 0, 1), Buffer.from('a\0'), uleb(0)])
  assert.deepEqual(texts(parsed(withDyldInfo(Buffer.alloc(0), circle)).files[0]?.readExports(budget) ?? []), [
    '',
  ])
  // Each node is a symbol, and one letter longer than the one before.
  const nodes: Buffer[] = []
  for (let at = 0, index = 0; index < 30_000; index++) {
    const node = (next: number): Buffer =>
      Buffer.concat([Buffer.of(2, 0, 0, 1), Buffer.from('a\0'), uleb(next)])
    let bytes = node(at)
    bytes = node(at + bytes.length)
    bytes = node(at + bytes.length)
    nodes.push(bytes)
    at += bytes.length
  }
  const [file] = parsed(withDyldInfo(Buffer.alloc(0), Buffer.concat(nodes))).files
  const found = file?.readExports(budget) ?? []
  assert.ok(found.length > 1000)
  assert.ok(found.reduce((sum, { length }) => sum + length, 0) <= 64 * 1024 * 1024)
})

function signed(...blobs: readonly { magic: number; contents: Uint8Array }[]): Buffer {
  const signature = codeSignature(blobs)
  return little.file({
    commands: [little.command(0x1d, little.u32(0x400, signature.length))],
    data: [{ at: 0x400, bytes: signature }],
  })
}

const entitlements = (xml: string): readonly string[] =>
  parsed(signed({ magic: 0xfade7171, contents: Buffer.from(xml) })).files[0]?.readSignature(budget)
    .entitlements ?? []

test('entitlements are the keys of the property list and the strings of its arrays', () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>com.apple.security.app-sandbox</key><true/>
<key>groups &amp; co</key><array>
<string>TEAM.a</string><!-- note --><string>TEAM.b</string><string>TEAM.a</string></array>
<key>tight</key><array><string>x</string></array>
<key><![CDATA[c]]>data&#65;</key></dict></plist>
`
  assert.deepEqual(entitlements(xml), [
    'com.apple.security.app-sandbox',
    'groups & co',
    'TEAM.a',
    ' note ',
    'TEAM.b',
    'tight',
    'cdataA',
  ])
})

test('a property list that is not well-formed has no entitlements', () => {
  const good = '<dict><key>a</key></dict>'
  assert.deepEqual(entitlements(good), ['a'])
  for (const bad of [
    '<dict><key>a</key>',
    '<dict><key>a</dict></key>',
    `${good}${good}`,
    `${good}text`,
    '<dict><key>a&unknown;</key></dict>',
    '<dict a="1" a="2"><key>a</key></dict>',
    '<dict><key>a\u0001</key></dict>',
    '<?xml encoding="UTF-8"?><dict><key>a</key></dict>',
  ]) {
    assert.deepEqual(entitlements(bad), [], bad)
  }
})

const attribute = (type: string, tag: number, value: string): Buffer =>
  set(sequence(oid(type), der(tag, value)))
const algorithm = sequence(oid('1.2.840.113549.1.1.11'), der(5))
const time = (date: string): Buffer => der(0x17, `${date}000000Z`)

function certificate(issuer: Buffer, subject: Buffer): Buffer {
  const validity = sequence(time('240101'), time('340101'))
  const key = sequence(algorithm, bits(Buffer.alloc(8)))
  const version = der(0xa0, integer(2))
  return sequence(
    sequence(version, integer(1), algorithm, issuer, validity, subject, key),
    algorithm,
    bits(Buffer.alloc(8)),
  )
}

function cms(...certificates: readonly Buffer[]): Buffer {
  const data = sequence(
    integer(1),
    set(sequence(oid('2.16.840.1.101.3.4.2.1'))),
    sequence(oid('1.2.840.113549.1.7.1')),
    der(0xa0, ...certificates),
    set(),
  )
  return sequence(oid('1.2.840.113549.1.7.2'), der(0xa0, data))
}

const certificatesOf = (...certificates: readonly Buffer[]): unknown =>
  parsed(signed({ magic: 0xfade0b01, contents: cms(...certificates) })).files[0]?.readSignature(budget)
    .certificates

// The expected texts are YARA-X's.
test('certificates have the names of issuer and subject', () => {
  const root = sequence(attribute('2.5.4.6', 0x13, 'US'), attribute('2.5.4.10', 0x0c, 'Root'))
  const both = set(sequence(oid('2.5.4.6'), der(0x0c, 'US')), sequence(oid('2.5.4.8'), der(0x0c, 'NY')))
  const leaf = sequence(
    both,
    attribute('2.5.4.3', 0x1e, '\0a\0b'),
    attribute('1.2.840.113549.1.9.1', 0x16, 'a@b.c'),
    attribute('2.5.4.97', 0x04, 'hi'),
  )
  assert.deepEqual(certificatesOf(certificate(root, root), certificate(root, leaf)), [
    { issuer: 'C=US, O=Root', subject: 'C=US, O=Root', is_self_signed: true },
    {
      issuer: 'C=US, O=Root',
      subject: 'C=US + ST=NY, CN=ab, Email=a@b.c, OID(2.5.4.97)=6869',
      is_self_signed: false,
    },
  ])
})

test('a certificate name with a text that is malformed is invalid, a malformed certificate ends the list', () => {
  const good = sequence(attribute('2.5.4.3', 0x0c, 'A'))
  const bad = sequence(attribute('2.5.4.3', 0x0c, '\xff'))
  const first = certificate(bad, good)
  assert.deepEqual(certificatesOf(first, sequence(), certificate(good, good)), [
    { issuer: '<X509Error: Invalid X.509 name>', subject: 'CN=A', is_self_signed: false },
  ])
})

test('a universal file has its files, one that holds a single file is that file', () => {
  const [a, b] = layouts.slice(1, 3).map((layout) => new MachoWriter(layout).file({ commands: [] }))
  for (const is64 of [false, true]) {
    const macho = parsed(
      universal(
        [
          { cputype: 7, bytes: a! },
          { cputype: 0x0100_0007, bytes: b! },
        ],
        is64,
      ),
    )
    assert.equal(macho.fatMagic, is64 ? 0xcafebabf : 0xcafebabe)
    assert.deepEqual(macho.archs[1], {
      cputype: 0x0100_0007,
      cpusubtype: 3,
      offset: 8192n,
      size: BigInt(b!.length),
      align: 12,
      reserved: is64 ? 9 : 0,
    })
    assert.deepEqual(
      macho.files.map(({ header }) => header.magic),
      [0xfeedface, 0xcffaedfe],
    )
  }
})

test('a universal file whose files are all the same bytes does not multiply them', () => {
  const bytes = little.file({ commands: [little.path(0x8000_001c, 'x'.repeat(60_000))] })
  const entry = [7, 3, 4096, bytes.length, 12]
  const header = new MachoWriter({ is64: false, order: 'big' }).u32(
    0xcafebabe,
    60,
    ...Array.from({ length: 60 }, () => entry).flat(),
  )
  const macho = parsed(Buffer.concat([header, Buffer.alloc(4096 - header.length), bytes]))
  assert.equal(macho.archs.length, 60)
  assert.ok(macho.files.length <= 3)
})

test('a header that is cut off is no Mach-O, and neither is a list of more files than there are', () => {
  const file = little.file({ commands: [] })
  assert.ok(parseMacho(file))
  assert.equal(parseMacho(file.subarray(0, 31)), undefined)
  assert.equal(parseMacho(universal([], false).subarray(0, 7)), undefined)
  assert.equal(parseMacho(Buffer.from('cafebabe00000005', 'hex')), undefined)
})

test('XML is read as a tree', () => {
  assert.deepEqual(parseXml("<a x='1'><b/>t<!--c-->u</a>"), {
    name: 'a',
    children: [
      { name: 'b', children: [] },
      { kind: 'text', text: 't' },
      { kind: 'comment', text: 'c' },
      { kind: 'text', text: 'u' },
    ],
  })
  assert.equal(parseXml('<a>'.repeat(5000) + '</a>'.repeat(5000)), undefined)
})

test('any bytes: everything can be asked for', () => {
  const strings = Buffer.from('\0_a\0_b\0')
  const signature = codeSignature([
    { magic: 0xfade7171, contents: Buffer.from('<dict><key>a</key></dict>') },
    { magic: 0xfade0b01, contents: cms(certificate(sequence(), sequence())) },
  ])
  const w = little
  const whole = w.file({
    commands: [
      w.segment('__TEXT', [0, 4096, 0, 4096], [w.section('__text', '__TEXT', 0, 1)]),
      w.command(0x02, w.u32(0x400, 2, 0x480, strings.length)),
      w.command(0x22, w.u32(0, 0, 0x500, 32, 0x500, 32, 0x500, 32, 0x500, 32)),
      w.command(0x1d, w.u32(0x600, signature.length)),
      w.command(0x2d, w.u32(3), Buffer.from('a\0b\0')),
      w.command(0x05, w.u32(4, 42), Buffer.alloc(200)),
    ],
    data: [
      { at: 0x400, bytes: w.symbol(1, 1, 1, 1) },
      { at: 0x480, bytes: strings },
      { at: 0x500, bytes: Buffer.concat([bindName('_x'), Buffer.alloc(32)]) },
      { at: 0x600, bytes: signature },
    ],
  })
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of changes) bytes[at] = byte
      for (const file of parseMacho(bytes.subarray(0, length))?.files ?? []) {
        void file.entryOffset
        file.symbols(budget)
        file.readExports(budget)
        file.readImports(budget)
        file.readSignature(budget)
      }
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '/', 'a', '"', '=', ' ', '&', '!', '-', '?') }),
      (source) => void parseXml(source),
    ),
  )
})
