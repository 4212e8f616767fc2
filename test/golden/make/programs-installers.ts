// Golden samples of installers: Inno Setup and InstallShield, written by hand from their published structures. Needs xz and
// bzip2 for the packed data, python3 for RC4.

import { createHash } from 'node:crypto'
import { crc32, deflateRawSync, deflateSync } from 'node:zlib'

import { PeWriter, addResource } from '../../../src/engine/parsers/pe/pe-writer.ts'
import { payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, index * 4)
  return bytes
}
const longs = (...values: readonly number[]): Buffer => words(...values.flatMap((value) => [value, 0]))
const bytes = (...parts: readonly (Uint8Array | string)[]): Buffer => Buffer.from(joined(...parts))

// ── Inno Setup ──

const dictionary = 1 << 20
const lzma1 = (data: Uint8Array): Buffer => {
  const raw = shop.run('xz', ['--format=raw', `--lzma1=dict=${dictionary}`, '-c'], data)
  return bytes(Buffer.of(0x5d), words(dictionary), raw)
}
/** The dictionary's size as the exponent of two and a half bits. */
const lzma2 = (data: Uint8Array): Buffer =>
  bytes(Buffer.of(16), shop.run('xz', ['--format=raw', `--lzma2=dict=${dictionary}`, '-c'], data))
const bzip2 = (data: Uint8Array): Buffer => bytes(shop.run('bzip2', ['-c'], data))
const zlib = (data: Uint8Array): Buffer => deflateSync(data)
const stored = (data: Uint8Array): Buffer => Buffer.from(data)

/** A block of headers since 4.0.9; before, its sizes are written in another way. */
function block(data: Uint8Array, version: number): Buffer {
  const packed = version >= 40_106 ? lzma1(data) : deflateSync(data)
  const pieces: Buffer[] = []
  for (let at = 0; at < packed.length; at += 4096) {
    const piece = packed.subarray(at, at + 4096)
    pieces.push(words(crc32(piece)), piece)
  }
  const body = Buffer.concat(pieces)
  const sizes =
    version >= 40_009 ? bytes(words(body.length), Buffer.of(1)) : words(packed.length, data.length)
  return bytes(words(crc32(sizes)), sizes, body)
}

interface InnoFile {
  readonly data: Uint8Array
  /** What is in the chunk in its place, if not the data: calls made absolute. */
  readonly filtered?: Uint8Array
}

interface InnoOptions {
  /** As in the name of the version's headers. */
  readonly name: string
  readonly version: number
  readonly pack: (data: Uint8Array) => Buffer
  readonly files: readonly InnoFile[]
  readonly password?: string
  readonly isElsewhere?: boolean
}

const digests = (version: number, data: Uint8Array): Buffer => {
  if (version >= 60_400) return createHash('sha256').update(data).digest()
  if (version >= 50_309) return createHash('sha1').update(data).digest()
  if (version >= 40_200) return createHash('md5').update(data).digest()
  return words(crc32(data))
}

/** In the order of Shared.Struct.pas of each version. */
function flagBits(
  version: number,
  { isFiltered, isEncrypted }: { isFiltered: boolean; isEncrypted: boolean },
): Buffer {
  const isNewest = version >= 60_403
  const names = [
    'version',
    ...(isNewest ? [] : ['noVersion']),
    ...(version >= 40_010 ? ['utc'] : []),
    ...(version >= 40_100 && !isNewest ? ['uninstaller'] : []),
    ...(version >= 40_108 ? ['filtered'] : []),
    ...(version >= 40_200 && !isNewest ? ['touch'] : []),
    ...(version >= 40_202 ? ['encrypted'] : []),
    ...(version >= 40_205 ? ['compressed'] : []),
    ...(version >= 50_113 && !isNewest ? ['break'] : []),
    ...(version >= 50_507 && version < 60_300 ? ['sign', 'signOnce'] : []),
  ]
  const set = names.map(
    (name) =>
      (name === 'filtered' && isFiltered) || (name === 'encrypted' && isEncrypted) || name === 'compressed',
  )
  const flags = Buffer.alloc(Math.ceil(set.length / 8))
  for (const [bit, isSet] of set.entries())
    if (isSet) flags[bit >> 3] = (flags[bit >> 3] ?? 0) | (1 << (bit & 7))
  return flags
}

/** Salt, then RC4 by python3: OpenSSL has it no more. */
function encrypted(packed: Buffer, version: number, password: string): Buffer {
  const salt = Buffer.from('saltsalt')
  const hash = createHash(version >= 50_309 ? 'sha1' : 'md5')
    .update(salt)
    .update(Buffer.from(password, 'utf16le'))
  const script = `
import sys
key, data = bytes.fromhex(sys.argv[1]), sys.stdin.buffer.read()
s, j, out = list(range(256)), 0, bytearray()
for i in range(256):
    j = (j + s[i] + key[i % len(key)]) % 256
    s[i], s[j] = s[j], s[i]
i = j = 0
for b in bytes(1000) + data:
    i = (i + 1) % 256
    j = (j + s[i]) % 256
    s[i], s[j] = s[j], s[i]
    out.append(b ^ s[(s[i] + s[j]) % 256])
sys.stdout.buffer.write(out[1000:])
`
  return bytes(salt, shop.run('python3', ['-c', script, hash.digest('hex')], packed))
}

function innoBody({ name, version, pack, files, password, isElsewhere = false }: InnoOptions): {
  header: Buffer
  data: Buffer
} {
  const packed = pack(Buffer.concat(files.map(({ data, filtered = data }) => filtered)))
  const content = password === undefined ? packed : encrypted(packed, version, password)
  let at = 0
  const rows = files.map(({ data, filtered }) => {
    const offset = at
    at += data.length
    const slice = isElsewhere ? 1 : 0
    const flags = flagBits(version, {
      isFiltered: filtered !== undefined,
      isEncrypted: password !== undefined,
    })
    return bytes(
      words(slice, slice),
      version >= 60_500 ? longs(0) : words(0),
      longs(offset, data.length, packed.length),
      digests(version, data),
      Buffer.alloc(16),
      flags,
      version >= 60_300 && version < 60_403 ? Buffer.of(0) : '',
    )
  })
  const setup = Buffer.from(`${'An ordinary installer'.repeat(3)} {app} ${payload} (as a text of the script)`)
  const id = Buffer.alloc(64)
  id.write(name, 'latin1')
  const encryption = version >= 60_500 ? Buffer.alloc(53) : ''
  const header = bytes(id, encryption, block(setup, version), block(Buffer.concat(rows), version))
  return { header, data: bytes('zlb\x1a', content) }
}

/** Since 5.1.5 the table of offsets is a resource, before it stands where the DOS header says. */
function innoSetup(options: InnoOptions): Buffer {
  const { header, data } = innoBody(options)
  const { version } = options
  const build = (table: Buffer): Buffer => addResource(new PeWriter(), [10, 11111, 0], table).build()
  const start = build(Buffer.alloc(64)).length
  const [at, dataAt] = [start, options.isElsewhere === true ? 0 : start + header.length]
  if (version >= 60_500) {
    const table = bytes(
      Buffer.from('rDlPtS\xcd\xe6\xd7{\x0b*', 'latin1'),
      words(2),
      longs(0, 0),
      words(0, 0),
      longs(at, dataAt),
      words(0),
    )
    return bytes(build(bytes(table, words(crc32(table)))), header, data)
  }
  if (version >= 50_105) {
    const table = bytes(Buffer.from('rDlPtS\xcd\xe6\xd7{\x0b*', 'latin1'), words(1, 0, 0, 0, 0, at, dataAt))
    return bytes(build(bytes(table, words(crc32(table)), Buffer.alloc(64))).subarray(0, start), header, data)
  }
  const [magic, more] = version >= 40_106 ? ['rDlPtS07\x87eVx', 0] : ['rDlPtS06\x87eVx', 1]
  const table = bytes(Buffer.from(magic, 'latin1'), words(...Array<number>(4 + more).fill(0), at, dataAt))
  const program = new PeWriter({ overlay: Buffer.alloc(start - 1024) }).build()
  const tableAt = 1024
  program.write('Inno', 0x30, 'latin1')
  words(tableAt, ~tableAt).copy(program, 0x34)
  bytes(table, words(crc32(table))).copy(program, tableAt)
  return bytes(program, header, data)
}

const text = (content: string): InnoFile => ({ data: Buffer.from(content) })
const ordinary = text('An ordinary file of the installer.\n'.repeat(8))
/** A call in a program: relative as it is installed, absolute as it is packed. */
const program = bytes(Buffer.alloc(100, 0x90), Buffer.of(0xe8), words(-60), Buffer.alloc(30, 0xc3), payload)
const absolute = (isFlipped: boolean): Buffer => {
  const changed = Buffer.from(program)
  const target = (-60 + 105) & 0xffffff
  changed.writeUIntLE(target, 101, 3)
  changed[104] = isFlipped ? 0 : 0xff
  return changed
}
const two = [ordinary, text(eicar)]
const made = "by hand from Inno Setup's Shared.Struct.pas"
const newest = { name: 'Inno Setup Setup Data (5.5.7) (u)', version: 50_507, files: two } as const
const innoSample = (
  title: string,
  options: InnoOptions,
): { title: string; made: string; covers: string[]; finds: string[]; bytes: Uint8Array } => ({
  title,
  made,
  covers: ['inno'],
  finds: ['setup headers', 'file 2'],
  bytes: innoSetup(options),
})
const locked = innoSetup({ ...newest, pack: lzma2, password: 'secret' })
const whole = innoSetup({ ...newest, pack: zlib })

writeGoldenSamples('inno', [
  innoSample('5.5.7, LZMA2', { ...newest, pack: lzma2 }),
  innoSample('5.5.7, LZMA', { ...newest, pack: lzma1 }),
  innoSample('5.5.7, bzip2', { ...newest, pack: bzip2 }),
  innoSample('5.2.3, zlib', {
    ...newest,
    name: 'Inno Setup Setup Data (5.2.3)',
    version: 50_203,
    pack: zlib,
  }),
  innoSample('6.2.0, LZMA2', {
    ...newest,
    name: 'Inno Setup Setup Data (6.1.0) (u)',
    version: 60_100,
    pack: lzma2,
  }),
  innoSample('6.4.0, LZMA2', {
    ...newest,
    name: 'Inno Setup Setup Data (6.4.0)',
    version: 60_400,
    pack: lzma2,
  }),
  innoSample('6.5.0, LZMA2', {
    ...newest,
    name: 'Inno Setup Setup Data (6.5.0)',
    version: 60_500,
    pack: lzma2,
  }),
  innoSample('4.2.0, bzip2', {
    ...newest,
    name: 'Inno Setup Setup Data (4.2.0)',
    version: 40_200,
    pack: bzip2,
  }),
  innoSample('4.1.4, zlib', {
    ...newest,
    name: 'Inno Setup Setup Data (4.1.4)',
    version: 40_104,
    pack: zlib,
  }),
  {
    ...innoSample('a program with calls, 5.5.7', {
      ...newest,
      files: [{ data: program, filtered: absolute(true) }],
      pack: lzma2,
    }),
    finds: ['file 1'],
  },
  {
    ...innoSample('a program with calls, 5.2.3', {
      name: 'Inno Setup Setup Data (5.2.3)',
      version: 50_203,
      files: [{ data: program, filtered: absolute(false) }],
      pack: lzma1,
    }),
    finds: ['file 1'],
  },
  {
    title: 'encrypted, with its password',
    made,
    covers: ['inno'],
    finds: ['file 2'],
    passwords: ['wrong', 'secret'],
    bytes: locked,
  },
  {
    title: 'encrypted, without its password',
    made,
    covers: [],
    finds: ['setup headers'],
    reasons: ['encrypted chunk 1'],
    passwords: ['wrong'],
    bytes: locked,
  },
  {
    title: 'with the files in another file',
    made,
    covers: [],
    finds: ['setup headers'],
    reasons: ['missing-volume chunk 1'],
    bytes: innoSetup({ ...newest, pack: stored, isElsewhere: true }),
  },
  {
    title: 'a wrong checksum of a file',
    made: `${made}, one byte of the second file changed before packing`,
    covers: [],
    finds: [],
    reasons: ['damaged file 1'],
    bytes: innoSetup({
      ...newest,
      files: [{ data: ordinary.data, filtered: broken(new Uint8Array(ordinary.data), 9) }],
      pack: lzma2,
    }),
  },
  {
    title: 'cut off in its data',
    made: `${made}, the end missing`,
    covers: [],
    finds: ['setup headers'],
    reasons: ['damaged file 1', 'damaged file 2'],
    bytes: whole.subarray(0, -80),
  },
])

// ── InstallShield ──

const header = (major: number, descriptor: { at: number; size: number }): Buffer =>
  bytes(
    'ISc(',
    words(
      major <= 9 ? 0x01000000 + major * 0x1000 : 0x02000000 + major * 100,
      0,
      descriptor.at,
      descriptor.size,
    ),
  )

interface ShieldFile {
  readonly name: string
  readonly data: string
  readonly isObfuscated?: boolean
  readonly isStored?: boolean
}

/** Pieces of deflated data, each with its length. */
const pieces = (data: string): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; at < data.length; at += 60) {
    const piece = deflateRawSync(data.slice(at, at + 60))
    const length = Buffer.alloc(2)
    length.writeUInt16LE(piece.length)
    parts.push(length, piece)
  }
  return Buffer.concat(parts)
}

const obfuscated = (data: Buffer): Buffer =>
  Buffer.from(
    data.map((byte, at) => {
      const sum = (byte + (at % 0x47)) & 0xff
      return ((sum << 2) | (sum >> 6)) ^ 0xd5
    }),
  )

const volumeHeaderBytes = 84

function cabinet(
  files: readonly ShieldFile[],
  major: number,
): { readonly hdr: Buffer; readonly cab: Buffer } {
  let at = volumeHeaderBytes
  const blobs: Buffer[] = []
  const rows: Buffer[] = []
  const texts: Buffer[] = [bytes('folder\0')]
  let textAt = 4 + 7
  for (const { name, data, isObfuscated = false, isStored = false } of files) {
    const packed = isStored ? Buffer.from(data) : pieces(data)
    const blob = isObfuscated ? obfuscated(packed) : packed
    const row = Buffer.alloc(0x57)
    row.writeUInt16LE((isObfuscated ? 2 : 0) | (isStored ? 0 : 4), 0)
    row.writeUInt32LE(data.length, 2)
    row.writeUInt32LE(packed.length, 10)
    row.writeUInt32LE(at, 18)
    createHash('md5').update(data).digest().copy(row, 26)
    row.writeUInt32LE(textAt, 58)
    row.writeUInt16LE(1, 85)
    rows.push(row)
    texts.push(bytes(`${name}\0`))
    textAt += name.length + 1
    blobs.push(blob)
    at += blob.length
  }
  const table = bytes(words(4), ...texts)
  const descriptor = Buffer.alloc(0x2e8)
  descriptor.writeUInt32LE(descriptor.length, 0x0c)
  descriptor.writeUInt32LE(table.length, 0x14)
  descriptor.writeUInt32LE(table.length, 0x18)
  descriptor.writeUInt32LE(1, 0x1c)
  descriptor.writeUInt32LE(files.length, 0x28)
  descriptor.writeUInt32LE(table.length, 0x2c)
  const list = bytes(descriptor, table, ...rows)
  const volume = Buffer.alloc(64)
  volume.writeUInt32LE(files.length - 1, 12)
  return {
    hdr: bytes(header(major, { at: 512, size: list.length }), Buffer.alloc(492), list),
    cab: bytes(header(major, { at: 0, size: 0 }), volume, ...blobs),
  }
}

const shieldFiles: readonly ShieldFile[] = [
  { name: 'readme.txt', data: 'An ordinary text of the installer. '.repeat(6) },
  { name: 'eicar.com', data: eicar },
  { name: 'second.com', data: eicar, isObfuscated: true },
  { name: 'third.com', data: eicar, isStored: true },
]
const plainEntry = (name: string, data: Uint8Array | string): Buffer => {
  const content = bytes(data)
  return bytes(`${name}\0Disk1\\${name}\x001.0.0.0\0${content.length}\0`, content)
}
const interpreter = new PeWriter().build()
const structures = 'by hand from the structures that unshield describes'
const set = cabinet(shieldFiles, 9)
const newSet = cabinet(shieldFiles, 12)

/** By "InstallShield" rows: half bytes swapped, combined with the name. */
const hidden = (name: string, data: string): Buffer => {
  const packed = deflateSync(data)
  const mask = [0x13, 0x35, 0x86, 0x07]
  const content = Buffer.from(
    packed.map((byte, at) => {
      const index = (at % 1024) % name.length
      const mixed = byte ^ name.charCodeAt(index) ^ (~(mask[index % 4] ?? 0) & 0xff)
      return ((mixed << 4) | (mixed >> 4)) & 0xff
    }),
  )
  const row = Buffer.alloc(312)
  row.write(name, 'latin1')
  row.writeUInt32LE(6, 260)
  row.writeUInt32LE(content.length, 268)
  return bytes(row, content)
}
const hiddenStream = (...entries: readonly Buffer[]): Buffer => {
  const start = Buffer.alloc(46)
  start.write('InstallShield')
  start.writeUInt16LE(entries.length, 14)
  return bytes(start, ...entries)
}
/** `unshield` reads the same from the two files. */
shop.write('data1.hdr', set.hdr)
shop.write('data1.cab', set.cab)
shop.run('unshield', ['-d', 'out', 'x', 'data1.cab'])

const inside = ['overlay → folder/eicar.com', 'overlay → folder/second.com', 'overlay → folder/third.com']
writeGoldenSamples('installshield', [
  {
    title: 'a setup program with a cabinet and its header',
    made: structures,
    covers: ['installshield'],
    finds: inside,
    bytes: bytes(interpreter, plainEntry('data1.cab', set.cab), plainEntry('data1.hdr', set.hdr)),
  },
  {
    title: 'the same of version 12',
    made: structures,
    covers: ['installshield'],
    finds: inside,
    bytes: bytes(interpreter, plainEntry('data1.hdr', newSet.hdr), plainEntry('data1.cab', newSet.cab)),
  },
  {
    title: 'a setup program with plain files',
    made: structures,
    covers: ['installshield'],
    finds: ['overlay → eicar.com'],
    bytes: bytes(interpreter, plainEntry('readme.txt', 'ordinary'), plainEntry('eicar.com', eicar)),
  },
  {
    title: 'a setup program with hidden files',
    made: 'by hand from the structures that ISx describes',
    covers: ['installshield'],
    finds: ['overlay → eicar.com'],
    bytes: bytes(
      interpreter,
      hiddenStream(hidden('setup.ini', '[Startup]\r\n'.repeat(200)), hidden('eicar.com', eicar)),
    ),
  },
  {
    title: 'a header without its volume',
    made: structures,
    covers: [],
    finds: [],
    reasons: ['missing-volume data1.cab'],
    bytes: set.hdr,
  },
  {
    title: 'a volume without its header',
    made: structures,
    covers: [],
    finds: [],
    reasons: ['missing-volume data1.hdr'],
    bytes: set.cab,
  },
  {
    title: 'damaged data',
    made: `${structures}, one byte changed`,
    covers: [],
    finds: ['overlay → folder/third.com'],
    reasons: ['damaged overlay → folder/readme.txt'],
    bytes: bytes(
      interpreter,
      plainEntry('data1.hdr', set.hdr),
      plainEntry('data1.cab', broken(new Uint8Array(set.cab), 87)),
    ),
  },
  {
    title: 'ordinary',
    made: structures,
    covers: [],
    finds: [],
    bytes: bytes(interpreter, plainEntry('readme.txt', 'ordinary'), plainEntry('setup.ini', '[Startup]')),
  },
])
