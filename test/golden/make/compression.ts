// Golden samples of the compressed streams. Needs bzip2, xz, lzip, lz4, zstd, compress, python3 and tar of Debian.

import { createHash } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { randomBytes } from '../../support/random.ts'
import { eicar } from '../../support/samples.ts'
import { tarOf } from '../../support/tar-writer.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()
const run = shop.run.bind(shop)

const lines = Array.from({ length: 900 }, (_, i) => `line ${(i * 7919) % 1000} of an ordinary text\n`).join(
  '',
)
/** Long enough for matches over some distance; what is behind it is found only if all of it is decoded. */
const tarball = tarOf([
  { name: 'readme.txt', data: lines },
  { name: 'noise', data: randomBytes(3000, 7) },
  { name: 'eicar.com', data: eicar },
])
const ordinary = `An ordinary text.\n${lines.slice(0, 900)}`
const inTar = 'eicar.com'

interface Tool {
  readonly id: string
  readonly version: string
  readonly pack: (input: string | Uint8Array, ...options: readonly string[]) => Uint8Array
  /** Sets of options worth a sample each. */
  readonly options: readonly (readonly string[])[]
}

/** What is said of every compressor: alone, joined, with something behind it, and damaged. */
function samplesOf({ id, version, pack, options }: Tool): GoldenSample[] {
  const covers = [id]
  const whole = pack(eicar)
  return [
    ...options.map((set) => ({
      title: `a tar archive${set.length === 0 ? '' : `, ${set.join(' ')}`}`,
      made: `${version} ${set.join(' ')}`.trim(),
      covers,
      finds: [inTar],
      bytes: pack(tarball, ...set),
    })),
    {
      title: 'one file',
      made: version,
      covers,
      finds: ['decoded'],
      bytes: whole,
    },
    {
      title: 'something appended',
      made: `${version}, and a gzip file behind it`,
      covers,
      finds: ['decoded'],
      bytes: joined(pack('nothing to see'), gzipSync(eicar)),
    },
    {
      title: 'cut off in the middle',
      made: `${version}, the last half missing`,
      covers: [],
      finds: [],
      reasons: ['damaged decoded'],
      bytes: pack(randomBytes(2000, 3)).slice(0, 1100),
    },
    { title: 'an ordinary text', made: version, covers: [], finds: [], bytes: pack(ordinary) },
  ]
}

/** Two streams of halves in one file, as their tools join and read them. */
function joinedSample({ id, version, pack }: Tool): GoldenSample {
  return {
    title: 'a file in two streams',
    made: `${version}, twice`,
    covers: [id],
    finds: ['decoded'],
    bytes: joined(pack(eicar.slice(0, 31)), pack(eicar.slice(31))),
  }
}

function badSum({ version, pack }: Tool, at: number): GoldenSample {
  return {
    title: 'a wrong checksum',
    made: `${version}, one byte changed`,
    covers: [],
    finds: ['decoded'],
    reasons: ['damaged decoded'],
    bytes: broken(pack(eicar), at),
  }
}

const bzip2: Tool = {
  id: 'bzip2',
  version: 'bzip2 1.0.8',
  pack: (input, ...options) => run('bzip2', ['-c', ...options], input),
  options: [[], ['-1']],
}
const xz: Tool = {
  id: 'xz',
  version: 'xz 5.4.1',
  pack: (input, ...options) => run('xz', ['-c', ...options], input),
  options: [
    [],
    ['--check=sha256', '-9'],
    ['--check=crc32', '--block-size=8192'],
    ['--check=none', '--lzma2=preset=6,lc=1,lp=2,pb=1'],
    ['--delta=dist=3', '--lzma2'],
    ...['x86', 'powerpc', 'ia64', 'arm', 'armthumb', 'sparc', 'arm64'].map((name) => [
      `--${name}`,
      '--lzma2',
    ]),
  ],
}
const lzma: Tool = {
  id: 'lzma',
  version: 'xz 5.4.1 --format=lzma',
  pack: (input, ...options) => run('xz', ['--format=lzma', '-c', ...options], input),
  options: [[], ['--lzma1=preset=6,lc=0,lp=2,pb=0']],
}
const lzip: Tool = {
  id: 'lzip',
  version: 'lzip 1.23',
  pack: (input, ...options) => run('lzip', ['-c', ...options], input),
  options: [[], ['-0'], ['-9', '-b', '100000']],
}
const lz4: Tool = {
  id: 'lz4',
  version: 'lz4 1.9.4',
  pack: (input, ...options) => run('lz4', ['-c', ...options], input),
  options: [[], ['-9', '-BD', '-BX', '-B4', '--content-size'], ['-l'], ['--no-frame-crc']],
}
const zstd: Tool = {
  id: 'zstd',
  version: 'zstd 1.5.4',
  pack: (input, ...options) => run('zstd', ['-c', ...options], input),
  options: [[], ['-19'], ['--fast=3', '--no-check'], ['--ultra', '-22', '--long=27']],
}

/** The header of .lzma with the size in place of "unknown", and no end mark: as LZMA Utils and the SDK write files. */
function lzmaOfKnownSize(input: string): Uint8Array {
  const code = [
    'import lzma, sys',
    'data = sys.stdin.buffer.read()',
    "raw = lzma.compress(data, format=lzma.FORMAT_RAW, filters=[{'id': lzma.FILTER_LZMA1, 'dict_size': 65536}])",
    "sys.stdout.buffer.write(b'\\x5d' + (65536).to_bytes(4, 'little') + len(data).to_bytes(8, 'little') + raw)",
  ]
  return run('python3', ['-c', code.join('\n')], input)
}

const skippable = joined(Buffer.from('502a4d1805000000', 'hex'), 'hello')

writeGoldenSamples('bzip2', [...samplesOf(bzip2), joinedSample(bzip2), badSum(bzip2, 12)])
writeGoldenSamples('xz', [
  ...samplesOf(xz),
  joinedSample(xz),
  {
    title: 'two streams with padding between them',
    made: 'xz 5.4.1, twice, eight zeros between',
    covers: ['xz'],
    finds: ['decoded'],
    bytes: joined(xz.pack(eicar.slice(0, 31)), new Uint8Array(8), xz.pack(eicar.slice(31))),
  },
  badSum(xz, -24),
])
writeGoldenSamples('lzma', [
  ...samplesOf(lzma),
  {
    title: 'of known size, without an end mark',
    made: 'lzma of Python 3 (FILTER_LZMA1), its header written by hand',
    covers: ['lzma'],
    finds: ['decoded'],
    bytes: lzmaOfKnownSize(eicar),
  },
])
writeGoldenSamples('lzip', [...samplesOf(lzip), joinedSample(lzip), badSum(lzip, -20)])
writeGoldenSamples('lz4', [
  ...samplesOf(lz4),
  joinedSample(lz4),
  badSum(lz4, -1),
  {
    title: 'a skippable frame between two',
    made: 'lz4 1.9.4, twice, a skippable frame by hand between',
    covers: ['lz4'],
    finds: ['decoded'],
    bytes: joined(lz4.pack(eicar.slice(0, 31)), skippable, lz4.pack(eicar.slice(31))),
  },
])
writeGoldenSamples('zstd', [
  ...samplesOf(zstd),
  joinedSample(zstd),
  badSum(zstd, -1),
  {
    title: 'behind a skippable frame',
    made: 'zstd 1.5.4, a skippable frame by hand before it, as pzstd writes one',
    covers: ['zstd'],
    finds: ['decoded'],
    bytes: joined(skippable, zstd.pack(eicar)),
  },
])
writeGoldenSamples('compress', [
  ...[[], ['-b', '10'], ['-b', '13']].map((set) => ({
    title: `a tar archive ${set.join(' ')}`.trim(),
    made: `ncompress 4.2.4.6 ${set.join(' ')}`.trim(),
    covers: ['compress'],
    finds: [inTar],
    bytes: run('compress', ['-c', ...set], tarball),
  })),
  {
    title: 'one file',
    made: 'ncompress 4.2.4.6',
    covers: ['compress'],
    finds: ['decoded'],
    bytes: run('compress', ['-c', '-f'], eicar),
  },
  {
    title: 'a code that stands for nothing',
    made: 'by hand: the codes 65 and 400 of nine bits',
    covers: [],
    finds: [],
    reasons: ['damaged decoded'],
    bytes: Uint8Array.of(0x1f, 0x9d, 0x90, 65, 0x20, 0x03),
  },
  {
    title: 'an ordinary text',
    made: 'ncompress 4.2.4.6',
    covers: [],
    finds: [],
    bytes: run('compress', ['-c'], ordinary),
  },
])
writeGoldenSamples('zlib', [
  {
    title: 'a tar archive',
    made: 'node:zlib deflateSync',
    covers: ['zlib'],
    finds: [inTar],
    bytes: new Uint8Array(deflateSync(tarball)),
  },
  ...[0, 1, 6, 9].map((level) => ({
    title: `one file, level ${level}`,
    made: `node:zlib deflateSync, level ${level}`,
    covers: ['zlib'],
    finds: ['decoded'],
    bytes: new Uint8Array(deflateSync(eicar, { level })),
  })),
  {
    title: 'something appended',
    made: 'node:zlib deflateSync, and a gzip file behind it',
    covers: ['zlib'],
    finds: ['decoded'],
    bytes: joined(deflateSync('nothing to see'), gzipSync(eicar)),
  },
  {
    title: 'cut off',
    made: 'node:zlib deflateSync, the end missing',
    covers: [],
    finds: [],
    reasons: ['damaged decoded'],
    bytes: new Uint8Array(deflateSync(lines).subarray(0, 1500)),
  },
  {
    title: 'a text that begins like one',
    made: 'by hand',
    covers: [],
    finds: [],
    bytes: joined(`x^2 + y^2 = z^2\n${lines}`),
  },
  {
    title: 'an ordinary text',
    made: 'node:zlib deflateSync',
    covers: [],
    finds: [],
    bytes: new Uint8Array(deflateSync(ordinary)),
  },
])
writeGoldenSamples('gzip', [
  {
    title: 'a tar archive',
    made: 'node:zlib gzipSync',
    covers: ['gzip'],
    finds: [inTar],
    bytes: new Uint8Array(gzipSync(tarball)),
  },
  {
    title: 'a file with its name, in two members',
    made: 'gzip 1.12 -N, node:zlib gzipSync',
    covers: ['gzip'],
    finds: ['name.txt'],
    bytes: namedGzip(),
  },
  {
    title: 'a wrong checksum',
    made: 'node:zlib gzipSync, one byte changed',
    covers: [],
    finds: ['decoded'],
    reasons: ['damaged decoded'],
    bytes: broken(new Uint8Array(gzipSync(eicar)), -8),
  },
  {
    title: 'an ordinary text',
    made: 'node:zlib gzipSync',
    covers: [],
    finds: [],
    bytes: new Uint8Array(gzipSync(ordinary)),
  },
])

/** A segment of br-format-v3 with a SHA-256, whose header says `mask` and what follows it. */
function brotliSegment(data: string, header: readonly number[], name = ''): Uint8Array {
  const sum = createHash('sha256').update(data).digest()
  return joined(Uint8Array.from(header), name, brotliCompressSync(data), sum)
}
const brotliMagic = Uint8Array.of(0xce, 0xb2, 0xcf, 0x81)
/** Check 7 is followed by a zero for SHA-256; odd bits make the parity even. */
const plainHeader = [0x87, 0]
const namedHeader = [0x47, 0, 0x82, 0x80 | 9]
const trailer = Uint8Array.of(0x27)
const half = [eicar.slice(0, 31), eicar.slice(31)] as const

/** A frame of brotli-mt. */
function threaded(data: string): Uint8Array {
  const packed = brotliCompressSync(data)
  const head = Buffer.alloc(16)
  head.writeUInt32LE(0x184d2a50, 0)
  head.writeUInt32LE(8, 4)
  head.writeUInt32LE(packed.length, 8)
  head.write('BR', 12)
  return joined(head, packed)
}

writeGoldenSamples('brotli', [
  {
    title: 'a .br file in two segments, with a name',
    made: 'node:zlib brotliCompressSync, framed by hand (br-format-v3.txt)',
    covers: ['brotli'],
    finds: ['eicar.com'],
    bytes: joined(
      brotliMagic,
      brotliSegment(half[0], namedHeader, 'eicar.com'),
      brotliSegment(half[1], plainHeader),
      trailer,
    ),
  },
  {
    title: 'a .br file with something appended',
    made: 'node:zlib brotliCompressSync, framed by hand, a gzip file behind it',
    covers: ['brotli'],
    finds: ['decoded'],
    bytes: joined(brotliMagic, brotliSegment(ordinary, plainHeader), trailer, gzipSync(eicar)),
  },
  {
    title: 'two frames of brotli-mt',
    made: 'node:zlib brotliCompressSync, framed by hand (brotli-mt)',
    covers: ['brotli'],
    finds: ['decoded'],
    bytes: joined(...half.map(threaded)),
  },
  {
    title: 'a wrong checksum',
    made: 'node:zlib brotliCompressSync, framed by hand, one byte changed',
    covers: [],
    finds: ['decoded'],
    reasons: ['damaged decoded'],
    bytes: broken(joined(brotliMagic, brotliSegment(eicar, plainHeader), trailer), -2),
  },
  {
    title: 'cut off',
    made: 'node:zlib brotliCompressSync, framed by hand, the end missing',
    covers: [],
    finds: [],
    reasons: ['damaged decoded'],
    bytes: joined(brotliMagic, brotliSegment(lines, plainHeader), trailer).slice(0, 1000),
  },
  {
    title: 'an ordinary text',
    made: 'node:zlib brotliCompressSync, framed by hand',
    covers: [],
    finds: [],
    bytes: joined(brotliMagic, brotliSegment(ordinary, plainHeader), trailer),
  },
])

function namedGzip(): Uint8Array {
  shop.write('name.txt', eicar.slice(0, 31))
  return joined(run('gzip', ['-c', '-N', 'name.txt']), gzipSync(eicar.slice(31)))
}
