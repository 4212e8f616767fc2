// Golden samples of zip. Needs zip, 7z and xz of Debian; the old methods are encoded in old-zip-methods.ts.

import { zstdCompressSync } from 'node:zlib'

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { randomBytes } from '../../support/random.ts'
import { eicar } from '../../support/samples.ts'
import { type ZipMember, zipOf } from '../../support/zip-writer.ts'
import { imploded, reduced, shrunk } from './old-zip-methods.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()
const run = shop.run.bind(shop)

const ordinary = 'An ordinary text, some of it said twice.\n'.repeat(60)
shop.write('eicar.com', eicar)
shop.write('readme.txt', ordinary)
shop.write('noise', randomBytes(700, 5))

let count = 0
function zip(...options: readonly string[]): Uint8Array {
  const name = `${++count}.zip`
  run('zip', ['-q', '-X', ...options, name, 'readme.txt', 'eicar.com'])
  return shop.read(name)
}

function sevenZip(...options: readonly string[]): Uint8Array {
  const name = `${++count}.zip`
  run('7z', ['a', '-tzip', '-mtc=off', ...options, name, 'readme.txt', 'noise', 'eicar.com'])
  return shop.read(name)
}

/** Words in an order that no model foresees, between lines that repeat. */
function longText(...options: readonly string[]): Uint8Array {
  const words = [...randomBytes(6000, 11)].map(
    (byte) => `${(byte * byte) % 97}${'aeiou'[byte % 5] ?? ''}${byte & 7}`,
  )
  shop.write('words.txt', `${words.join(' ')}\n${ordinary}${words.slice(0, 900).join('\n')}`)
  const name = `${++count}.zip`
  run('7z', ['a', '-tzip', '-mtc=off', ...options, name, 'words.txt', 'eicar.com'])
  return shop.read(name)
}

interface Described {
  readonly title: string
  readonly made: string
  readonly covers: readonly string[]
  readonly bytes: Uint8Array
  readonly passwords?: readonly string[]
}

const found = (sample: Described): GoldenSample => ({ ...sample, finds: ['eicar.com'] })

const byInfoZip: Described[] = [
  { title: 'deflated', made: 'zip 3.0', covers: ['zip'], bytes: zip() },
  { title: 'stored', made: 'zip 3.0 -0', covers: ['zip'], bytes: zip('-0') },
  { title: 'bzip2', made: 'zip 3.0 -Z bzip2', covers: ['zip-bzip2'], bytes: zip('-Z', 'bzip2') },
  { title: 'zip64', made: 'zip 3.0 -fz', covers: ['zip64'], bytes: zip('-fz') },
  {
    title: 'ZipCrypto, with its password',
    made: 'zip 3.0 -P secret',
    covers: ['zip-crypto'],
    bytes: zip('-P', 'secret'),
    passwords: ['wrong', 'secret'],
  },
  {
    title: 'behind a program',
    made: 'zip 3.0, bytes before it',
    covers: ['zip-prefix'],
    bytes: joined('MZ', randomBytes(2000, 1), zip()),
  },
]

const methods = {
  Deflate64: 'zip-deflate64',
  BZip2: 'zip-bzip2',
  LZMA: 'zip-lzma',
  PPMd: 'zip-ppmd',
} as const
const bySevenZip: Described[] = [
  ...Object.entries(methods).map(([method, line]) => ({
    title: `${method} of 7-Zip`,
    made: `7z a -tzip -mm=${method}`,
    covers: [line],
    bytes: sevenZip(`-mm=${method}`),
  })),
  {
    title: 'PPMd of 7-Zip over a longer text',
    made: '7z a -tzip -mm=PPMd -mo=16',
    covers: ['zip-ppmd'],
    bytes: longText('-mm=PPMd', '-mo=16'),
  },
  {
    title: 'PPMd of 7-Zip, with restoration by cutting',
    made: '7z a -tzip -mm=PPMd -mx=9',
    covers: ['zip-ppmd'],
    bytes: sevenZip('-mm=PPMd', '-mx=9'),
  },
  ...[128, 192, 256].map((bits) => ({
    title: `AES-${bits}, with its password`,
    made: `7z a -tzip -mem=AES${bits} -psecret`,
    covers: ['zip-aes'],
    bytes: sevenZip(`-mem=AES${bits}`, '-psecret'),
    passwords: ['secret'],
  })),
  ...Object.keys(methods).map((method) => ({
    title: `${method} under AES, with its password`,
    made: `7z a -tzip -mm=${method} -mem=AES256 -psecret`,
    covers: ['zip-aes'],
    bytes: sevenZip(`-mm=${method}`, '-mem=AES256', '-psecret'),
    passwords: ['secret'],
  })),
  ...Object.keys(methods).map((method) => ({
    title: `${method} under ZipCrypto, with its password`,
    made: `7z a -tzip -mm=${method} -psecret`,
    covers: ['zip-crypto'],
    bytes: sevenZip(`-mm=${method}`, '-mem=ZipCrypto', '-psecret'),
    passwords: [...Array.from({ length: 20 }, (_, i) => `wrong ${i}`), 'secret'],
  })),
]

type Packed = NonNullable<ZipMember['packed']>

/** Two members of which the second is the payload, each packed by `pack`. */
function byHand(pack: (data: Uint8Array) => Packed, more: Partial<ZipMember> = {}): Uint8Array {
  const members = { 'readme.txt': ordinary, 'eicar.com': eicar }
  return zipOf(
    Object.entries(members).map(([name, data]) => ({ name, data, packed: pack(Buffer.from(data)), ...more })),
  )
}

const zstdPacked = (data: Uint8Array): Packed => ({
  method: 93,
  bytes: new Uint8Array(zstdCompressSync(data)),
})
const xzPacked = (data: Uint8Array): Packed => ({ method: 95, bytes: run('xz', ['-c'], data) })
const lzmaBytes = (data: Uint8Array): Uint8Array => run('xz', ['-c', '--format=lzma'], data)
const lzmaPacked = (data: Uint8Array): Packed => {
  const alone = lzmaBytes(data)
  const header = joined(Uint8Array.of(9, 20, 5, 0), alone.subarray(0, 5))
  return { method: 14, bytes: joined(header, alone.subarray(13)), flags: 2 }
}

const packed: Described[] = [
  {
    title: 'Zstandard',
    made: 'node:zlib zstdCompressSync, headers by hand',
    covers: ['zip-zstd'],
    bytes: byHand(zstdPacked),
  },
  {
    title: 'Zstandard under its first number',
    made: 'node:zlib zstdCompressSync, headers by hand',
    covers: ['zip-zstd'],
    bytes: byHand((data) => ({ ...zstdPacked(data), method: 20 })),
  },
  { title: 'xz', made: 'xz 5.4.1, headers by hand', covers: ['zip-xz'], bytes: byHand(xzPacked) },
  {
    title: 'LZMA with an end mark, sizes behind the data, no directory',
    made: 'xz 5.4.1 --format=lzma, headers by hand',
    covers: ['zip-lzma'],
    bytes: byHand(lzmaPacked, { isStreamed: true }),
  },
  { title: 'shrink', made: 'by hand, APPNOTE 5.1', covers: ['zip-implode'], bytes: byHand(shrunk) },
  ...([1, 2, 3, 4] as const).map((factor) => ({
    title: `reduce, factor ${factor}`,
    made: 'by hand, APPNOTE 5.2',
    covers: ['zip-implode'],
    bytes: byHand((data) => reduced(data, factor)),
  })),
  ...[false, true].flatMap((isLargeWindow) =>
    [false, true].map((hasLiteralTree) => ({
      title: `implode, ${isLargeWindow ? 8 : 4} KiB, ${hasLiteralTree ? 'three' : 'two'} trees`,
      made: 'by hand, APPNOTE 5.3',
      covers: ['zip-implode'],
      bytes: byHand((data) => imploded(data, { isLargeWindow, hasLiteralTree })),
    })),
  ),
]

const lies = { method: 18 }
writeGoldenSamples('zip', [
  ...[...byInfoZip, ...bySevenZip, ...packed].map(found),
  {
    title: 'encrypted, without its password',
    made: 'zip 3.0 -P secret',
    covers: [],
    finds: [],
    reasons: ['encrypted readme.txt', 'encrypted eicar.com'],
    bytes: zip('-P', 'secret'),
  },
  {
    title: 'a wrong checksum in bzip2 data',
    made: 'zip 3.0 -Z bzip2, one byte of the data changed',
    covers: [],
    finds: ['eicar.com'],
    reasons: ['damaged readme.txt'],
    bytes: broken(zip('-Z', 'bzip2'), 55),
  },
  {
    title: 'a method that nobody has',
    made: 'by hand',
    covers: [],
    finds: [],
    reasons: ['unsupported-method eicar.com'],
    bytes: zipOf([{ name: 'eicar.com', data: eicar, local: lies, central: lies }]),
  },
  {
    title: 'an ordinary one',
    made: 'zip 3.0',
    covers: [],
    finds: [],
    bytes: zipOf([{ name: 'readme.txt', data: ordinary }]),
  },
])
