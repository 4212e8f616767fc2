// Golden samples of cpio, ar, deb, rpm and tar. Needs cpio, ar, dpkg-deb, rpmbuild and tar of Debian.

import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()
const run = shop.run.bind(shop)

const ordinary = 'An ordinary text.\n'.repeat(20)
shop.write('eicar.com', eicar)
shop.write('readme.txt', ordinary)
shop.write('sub/odd name', ordinary)
execFileSync('ln', ['-s', 'readme.txt', shop.path('link')])
const names = 'readme.txt\nlink\nsub\nsub/odd name\neicar.com\n'
const longName = 'a-name-longer-than-sixteen.com'
shop.write(longName, eicar)
shop.write('short.txt', ordinary)

/** Inode numbers and times differ from run to run; nothing reads them. */
const cpio = (form: string, list = names): Uint8Array =>
  run('cpio', ['-o', '-H', form, '--quiet', '--reproducible'], list)
const madeCpio = (form: string): string => `GNU cpio 2.13 -o -H ${form}`

/** GNU cpio writes the byte order of the machine: the other one is made from it. */
function swappedBinary(): Uint8Array {
  const archive = cpio('bin')
  for (let at = 0; at + 26 <= archive.length;) {
    const header = archive.subarray(at, at + 26)
    const view = new DataView(header.buffer, header.byteOffset, 26)
    const word = (index: number): number => view.getUint16(index * 2, true)
    if (word(0) !== 0o070707) break
    const even = (count: number): number => count + (count & 1)
    const length = 26 + even(word(10)) + even(word(11) * 65_536 + word(12))
    Buffer.from(header.buffer, header.byteOffset, 26).swap16()
    at += length
  }
  return archive
}

const at = (bytes: Uint8Array, text: string): number => Buffer.from(bytes).indexOf(text)
const crcArchive = cpio('crc')
const newcArchive = cpio('newc')

writeGoldenSamples('cpio', [
  ...['bin', 'odc', 'newc', 'crc'].map((form) => ({
    title: form,
    made: madeCpio(form),
    covers: ['cpio'],
    finds: ['eicar.com'],
    bytes: cpio(form),
  })),
  {
    title: 'bin in the other byte order',
    made: `${madeCpio('bin')}, header words swapped`,
    covers: ['cpio'],
    finds: ['eicar.com'],
    bytes: swappedBinary(),
  },
  {
    title: 'two archives in a row, the second compressed, as an initramfs',
    made: `${madeCpio('newc')}, gzip`,
    covers: ['cpio'],
    finds: ['trailing-data → eicar.com'],
    bytes: joined(cpio('newc', 'readme.txt\n'), new Uint8Array(512), gzipSync(newcArchive)),
  },
  {
    title: 'crc with a wrong sum',
    made: `${madeCpio('crc')}, one byte of a text changed`,
    covers: [],
    finds: ['eicar.com'],
    reasons: ['damaged readme.txt'],
    bytes: broken(crcArchive, at(crcArchive, 'ordinary')),
  },
  {
    title: 'cut off in its last file',
    made: `${madeCpio('newc')}, the end missing`,
    covers: [],
    finds: [],
    reasons: ['damaged eicar.com'],
    bytes: newcArchive.slice(0, at(newcArchive, eicar) + 30),
  },
  {
    title: 'a header that is none',
    made: `${madeCpio('newc')}, a digit of the second header changed`,
    covers: [],
    finds: [],
    reasons: ['damaged (header)'],
    bytes: broken(newcArchive, newcArchive.indexOf(0x30, at(newcArchive, 'An ordinary text.\n0707') + 18)),
  },
  {
    title: 'an ordinary one',
    made: madeCpio('newc'),
    covers: [],
    finds: [],
    bytes: cpio('newc', 'readme.txt\nlink\n'),
  },
])

/** The names of BSD: the length in the header, the name before the data. */
function bsdArchive(): Uint8Array {
  const name = `${longName}\0\0`
  const size = `${name.length + eicar.length}`
  const fields = [
    '#1/32'.padEnd(16),
    '0'.padEnd(12),
    '0'.padEnd(6),
    '0'.padEnd(6),
    '100644'.padEnd(8),
    size.padEnd(10),
  ]
  return joined('!<arch>\n', fields.join(''), '`\n', name, eicar)
}

function ar(flags: string, ...files: readonly string[]): Uint8Array {
  execFileSync('rm', ['-f', shop.path('lib.a')])
  run('ar', [flags, 'lib.a', ...files])
  return shop.read('lib.a')
}

const madeAr = 'GNU ar 2.40'
const common = ar('rcD', 'short.txt', 'eicar.com')

/** A Debian package with the file in it. */
function deb(compressor: string): Uint8Array {
  const control = [
    'Package: sample',
    'Version: 1',
    'Architecture: all',
    'Maintainer: nobody <a@b.c>',
    'Description: s',
    '',
  ]
  shop.write('package/DEBIAN/control', control.join('\n'))
  shop.write('package/opt/eicar.com', eicar)
  run('dpkg-deb', [`-Z${compressor}`, '--root-owner-group', '-b', 'package', 'out.deb'])
  return shop.read('out.deb')
}

const debs: GoldenSample[] = ['none', 'gzip', 'xz', 'zstd'].map((compressor) => ({
  title: `a Debian package, ${compressor}`,
  made: `dpkg-deb 1.21 -Z${compressor}`,
  covers: ['deb'],
  finds: [
    `data.tar${{ none: '', gzip: '.gz', xz: '.xz', zstd: '.zst' }[compressor] ?? ''} → ./opt/eicar.com`,
  ],
  bytes: deb(compressor),
}))

writeGoldenSamples('ar', [
  { title: 'short names', made: madeAr, covers: ['ar'], finds: ['eicar.com'], bytes: common },
  {
    title: 'a long name in the table of GNU',
    made: madeAr,
    covers: ['ar'],
    finds: [longName],
    bytes: ar('rcD', longName, 'short.txt'),
  },
  {
    title: 'a long name of BSD',
    made: 'by hand, ar(5) of FreeBSD',
    covers: ['ar'],
    finds: [longName],
    bytes: bsdArchive(),
  },
  { title: 'thin', made: `${madeAr} rcT`, covers: [], finds: [], bytes: ar('rcTD', 'short.txt') },
  {
    title: 'cut off in its last file',
    made: `${madeAr}, the end missing`,
    covers: [],
    finds: [],
    reasons: ['damaged eicar.com'],
    bytes: common.slice(0, -20),
  },
  {
    title: 'a header that is none',
    made: `${madeAr}, one byte changed`,
    covers: [],
    finds: [],
    reasons: ['damaged (header)'],
    bytes: broken(common, at(common, 'eicar.com') + 58),
  },
  ...debs,
])

const spec = `
Name: sample
Version: 1
Release: 1
Summary: s
License: none
BuildArch: noarch
%description
%files
%attr(0644, root, root) /opt/eicar.com
`

function rpm(payload: string): Uint8Array {
  shop.write('sample.spec', spec)
  shop.write('root/opt/eicar.com', eicar)
  execFileSync('rm', ['-rf', shop.path('rpms'), shop.path('used')])
  execFileSync('cp', ['-a', shop.path('root'), shop.path('used')])
  const defines = {
    _topdir: shop.path('top'),
    _rpmdir: shop.path('rpms'),
    _binary_payload: payload,
    _rpmfilename: 'out.rpm',
    _buildhost: 'localhost',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    __spec_install_pre: '%{nil}',
    __os_install_post: '%{nil}',
  }
  const options = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`])
  run('rpmbuild', [...options, '--buildroot', shop.path('used'), '-bb', 'sample.spec'])
  return shop.read('rpms/out.rpm')
}

const payloads = {
  gzip: 'w9.gzdio',
  bzip2: 'w9.bzdio',
  xz: 'w7.xzdio',
  lzma: 'w6.lzdio',
  zstd: 'w19.zstdio',
  none: 'w.ufdio',
}
const wholeRpm = rpm(payloads.gzip)

writeGoldenSamples('rpm', [
  ...Object.entries(payloads).map(([compressor, payload]) => ({
    title: `payload ${compressor}`,
    made: `rpmbuild 4.18.0, ${payload}`,
    covers: ['rpm'],
    finds: ['payload → ./opt/eicar.com'],
    bytes: rpm(payload),
  })),
  {
    title: 'cut off in its header',
    made: 'rpmbuild 4.18.0, the end missing',
    covers: [],
    finds: [],
    reasons: ['damaged payload'],
    bytes: wholeRpm.slice(0, 2000),
  },
])

const tar = (...options: readonly string[]): Uint8Array =>
  run('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-c', '-b', '1', ...options])

writeGoldenSamples('tar', [
  ...['v7', 'ustar', 'gnu', 'posix'].map((form) => ({
    title: form,
    made: `GNU tar 1.34 --format=${form}`,
    covers: ['tar'],
    finds: ['eicar.com'],
    bytes: tar(`--format=${form}`, 'readme.txt', 'link', 'sub', 'eicar.com'),
  })),
  {
    title: 'a name of 150 letters',
    made: 'GNU tar 1.34 --format=gnu --transform',
    covers: ['tar'],
    finds: [`${'n'.repeat(150)}/eicar.com`],
    bytes: tar('--format=gnu', `--transform=s|^|${'n'.repeat(150)}/|`, 'eicar.com'),
  },
  {
    title: 'cut off in its last file',
    made: 'GNU tar 1.34, the end missing',
    covers: [],
    finds: [],
    reasons: ['damaged eicar.com'],
    bytes: tar('eicar.com').slice(0, 540),
  },
  { title: 'an ordinary one', made: 'GNU tar 1.34', covers: [], finds: [], bytes: tar('readme.txt', 'sub') },
])
