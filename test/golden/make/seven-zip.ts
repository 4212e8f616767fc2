// Golden samples of the archives that are read through 7-Zip. Needs 7z, gcab, arj, jlha, wimcapture, makensis.

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { randomBytes } from '../../support/random.ts'
import { eicar } from '../../support/samples.ts'
import { cabSetOf, chmOf, kwajOf, lzxCabOf, szddOf, xarOf } from '../../support/seven-zip-writers.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()
const run = shop.run.bind(shop)
const lines = Array.from({ length: 200 }, (_, i) => `line ${(i * 7919) % 1000} of an ordinary text\n`).join(
  '',
)
const noise = randomBytes(900, 7)
shop.write('in/readme.txt', lines)
shop.write('in/folder/eicar.com', eicar)
shop.write('clean/readme.txt', lines)
shop.write('damage/eicar.com', eicar)
shop.write('damage/noise.bin', noise)

const finds = ['folder/eicar.com']
let count = 0

/** What a program that is told a file name writes to it. `{}` stands for the name. */
function made(extension: string, program: string, args: readonly string[]): Uint8Array {
  const name = `out-${++count}.${extension}`
  run(
    program,
    args.map((arg) => arg.replace('{}', name)),
  )
  return shop.read(name)
}

function inFolder(folder: string, extension: string, command: string): Uint8Array {
  const name = `out-${++count}.${extension}`
  run('sh', ['-c', `cd ${folder} && ${command.replace('{}', `../${name}`)}`])
  return shop.read(name)
}

function sample(
  title: string,
  how: string,
  bytes: Uint8Array,
  more: Partial<GoldenSample> = {},
): GoldenSample {
  return { title, made: how, covers: [], finds, bytes, ...more }
}

const seven = (options: string, folder = 'in'): Uint8Array => inFolder(folder, '7z', `7z a ${options} {} *`)
const p7zip = 'p7zip 16.02'
const sevenMethods = [
  'LZMA2',
  'LZMA',
  'PPMd',
  'BZip2',
  'Deflate',
  'Deflate64',
  'Copy',
  'Delta:2 -m1=LZMA',
  'BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0s0:1 -mb0s1:2 -mb0s2:3',
]
writeGoldenSamples('7z', [
  ...sevenMethods.map((method) =>
    sample(`method ${method.replace(/ .*/, '')}`, `${p7zip} -m0=${method}`, seven(`-m0=${method}`), {
      covers: ['7z'],
    }),
  ),
  sample('solid', `${p7zip} -ms=on`, seven('-ms=on'), { covers: ['7z-solid'] }),
  sample('not solid, plain header', `${p7zip} -ms=off -mhc=off`, seven('-ms=off -mhc=off'), {
    covers: ['7z'],
  }),
  sample('encrypted files, with the password', `${p7zip} -psecret`, seven('-psecret'), {
    covers: ['7z'],
    passwords: ['wrong', 'secret'],
  }),
  sample('encrypted files, without a password', `${p7zip} -psecret`, seven('-psecret'), {
    finds: [],
    reasons: ['encrypted folder/eicar.com', 'encrypted readme.txt'],
  }),
  sample('encrypted header, with the password', `${p7zip} -psecret -mhe=on`, seven('-psecret -mhe=on'), {
    covers: ['7z-encrypted'],
    passwords: ['secret'],
  }),
  sample('encrypted header, with wrong passwords', `${p7zip} -psecret -mhe=on`, seven('-psecret -mhe=on'), {
    finds: [],
    passwords: ['wrong', 'other'],
    reasons: ['encrypted (archive)'],
  }),
  sample('something appended', `${p7zip}, a file behind it`, joined(seven('', 'clean'), eicar), {
    finds: ['trailing-data'],
  }),
  sample(
    'a wrong checksum',
    `${p7zip} -m0=Copy, one byte changed`,
    broken(seven('-m0=Copy -ms=off', 'damage'), 300),
    {
      finds: ['eicar.com'],
      reasons: ['damaged noise.bin'],
    },
  ),
  sample('cut off', `${p7zip}, the last third missing`, seven('', 'damage').slice(0, 700), {
    finds: [],
    reasons: ['damaged (archive)'],
  }),
  sample('an ordinary archive', p7zip, seven('', 'clean'), { finds: [] }),
])

const gcab = 'gcab 1.5'
const cabs = {
  zip: inFolder('in', 'cab', 'gcab -zc {} readme.txt folder/eicar.com'),
  stored: inFolder('damage', 'cab', 'gcab -c {} eicar.com noise.bin'),
}
const [firstCab, secondCab] = cabSetOf([
  { name: 'eicar.com', data: Buffer.from(eicar) },
  { name: 'noise.bin', data: noise },
])
writeGoldenSamples('cab', [
  sample('MSZIP', `${gcab} -z`, cabs.zip, { covers: ['cab'] }),
  sample('stored', gcab, cabs.stored, { covers: ['cab'], finds: ['eicar.com'] }),
  sample(
    'LZX, an uncompressed block',
    'by hand, [MS-CAB] and [MS-PATCH]',
    lzxCabOf('eicar.com', Buffer.from(eicar)),
    {
      covers: ['cab'],
      finds: ['eicar.com'],
    },
  ),
  sample('the first of a set, its last file goes on in the next', 'by hand, [MS-CAB]', firstCab, {
    finds: ['eicar.com'],
    reasons: ['missing-volume next.cab', 'missing-volume noise.bin'],
  }),
  sample('the second of a set', 'by hand, [MS-CAB]', secondCab, {
    finds: [],
    reasons: ['missing-volume first.cab', 'missing-volume noise.bin'],
  }),
  sample(
    'something appended',
    `${gcab}, a file behind it`,
    joined(inFolder('clean', 'cab', 'gcab -zc {} readme.txt'), eicar),
    {
      finds: ['trailing-data'],
    },
  ),
  sample('a damaged block', `${gcab} -z, one byte changed`, broken(cabs.zip, 300), {
    finds: [],
    reasons: ['damaged readme.txt', 'damaged folder/eicar.com'],
  }),
  sample('cut off', `${gcab}, the end missing`, cabs.stored.slice(0, -200), {
    finds: [],
    reasons: ['damaged (archive)', 'damaged eicar.com', 'damaged noise.bin'],
  }),
  sample('an ordinary cabinet', `${gcab} -z`, inFolder('clean', 'cab', 'gcab -zc {} readme.txt'), {
    finds: [],
  }),
])

const arj = 'arj 3.10'
const arjed = (options: string, folder = 'in'): Uint8Array =>
  inFolder(folder, 'arj', `arj a -r -y ${options} {} .`)
writeGoldenSamples('arj', [
  ...[0, 1, 2, 3, 4].map((method) =>
    sample(`method ${method}`, `${arj} -m${method}`, arjed(`-m${method}`), { covers: ['arj'] }),
  ),
  sample('garbled with a password', `${arj} -gsecret`, arjed('-gsecret'), {
    finds: [],
    passwords: ['secret'],
    reasons: ['unsupported-method folder/eicar.com', 'unsupported-method readme.txt'],
  }),
  sample('something appended', `${arj}, a file behind it`, joined(arjed('', 'clean'), eicar), {
    finds: ['trailing-data'],
  }),
  sample('a wrong checksum', `${arj} -m0, one byte changed`, broken(arjed('-m0', 'damage'), -80), {
    finds: ['eicar.com'],
    reasons: ['damaged noise.bin'],
  }),
  sample('cut off', `${arj} -m0, the end missing`, arjed('-m0', 'damage').slice(0, -200), {
    finds: ['eicar.com'],
    reasons: ['damaged (archive)', 'damaged noise.bin'],
  }),
  sample('an ordinary archive', arj, arjed('', 'clean'), { finds: [] }),
])

const jlha = 'jlha 0.4'
const lha = (options: string, files = 'in/readme.txt in/folder/eicar.com'): Uint8Array =>
  made('lzh', 'sh', ['-c', `jlha c${options} {} ${files}`])
writeGoldenSamples('lzh', [
  ...['o5', 'o6', 'o7', 'z', 'o50', 'o51', 'o52'].map((options) =>
    sample(`options ${options}`, `${jlha} c${options}`, lha(options), {
      covers: ['lzh'],
      finds: ['in/folder/eicar.com'],
    }),
  ),
  sample(
    'something appended',
    `${jlha}, the end mark and a file behind it`,
    joined(lha('', 'clean/readme.txt'), '\0', eicar),
    { finds: ['trailing-data'] },
  ),
  sample(
    'a wrong checksum',
    `${jlha} -z, one byte changed`,
    broken(lha('z', 'damage/eicar.com damage/noise.bin'), -80),
    {
      finds: ['damage/eicar.com'],
      reasons: ['damaged damage/noise.bin'],
    },
  ),
  sample(
    'cut off',
    `${jlha} -z, the end missing`,
    lha('z', 'damage/eicar.com damage/noise.bin').slice(0, -200),
    {
      finds: ['damage/eicar.com'],
      reasons: ['damaged (archive)', 'damaged damage/noise.bin'],
    },
  ),
  sample('an ordinary archive', jlha, lha('', 'clean/readme.txt'), { finds: [] }),
])

const wimlib = 'wimlib 1.13'
const wim = (options: string, folder = 'in'): Uint8Array =>
  made('wim', 'wimcapture', [folder, '{}', ...options.split(' ')])
writeGoldenSamples('wim', [
  ...['none', 'XPRESS', 'LZX', 'LZMS --solid'].map((method) =>
    sample(`compression ${method}`, `${wimlib} --compress=${method}`, wim(`--compress=${method}`), {
      covers: ['wim'],
    }),
  ),
  sample('something appended', `${wimlib}, a file behind it`, joined(wim('--compress=LZX', 'clean'), eicar), {
    finds: ['trailing-data'],
  }),
  sample('a wrong checksum', `${wimlib}, one byte changed`, broken(wim('--compress=none', 'damage'), 400), {
    finds: ['eicar.com'],
    reasons: ['damaged noise.bin'],
  }),
  sample('an ordinary image', wimlib, wim('--compress=LZX', 'clean'), { finds: [] }),
])

const script = (options: string, file = 'in/folder/eicar.com'): string => `
Unicode false
SilentInstall silent
OutFile "{}"
${options}
Section
SetOutPath $TEMP
File "${shop.path(file)}"
SectionEnd
`
const nsis = (options: string, file?: string): Uint8Array => {
  const name = `out-${++count}.exe`
  shop.write('setup.nsi', script(options, file).replace('{}', shop.path(name)))
  run('makensis', ['-V0', 'setup.nsi'])
  return shop.read(name)
}
writeGoldenSamples('nsis', [
  ...['SetCompressor zlib', 'SetCompressor /SOLID lzma'].map((options) =>
    sample(options, `NSIS 3.08, ${options}`, nsis(options), { covers: ['nsis'], finds: ['$TEMP/eicar.com'] }),
  ),
  sample('an ordinary installer', 'NSIS 3.08', nsis('SetCompressor lzma', 'clean/readme.txt'), { finds: [] }),
])

const members = [
  { name: 'readme.txt', data: Buffer.from(lines) },
  { name: 'eicar.com', data: Buffer.from(eicar) },
]
writeGoldenSamples('xar', [
  sample('zlib', 'by hand, xar 1', xarOf(members), { covers: ['xar'], finds: ['eicar.com'] }),
  sample('something appended', 'by hand, a file behind it', joined(xarOf(members.slice(0, 1)), eicar), {
    finds: ['trailing-data'],
  }),
  sample('a damaged file', 'by hand, one byte changed', broken(xarOf(members), -10), {
    finds: [],
    reasons: ['damaged eicar.com'],
  }),
  sample('an ordinary archive', 'by hand', xarOf(members.slice(0, 1)), { finds: [] }),
])

writeGoldenSamples('chm', [
  sample('the uncompressed section', 'by hand, ITSF 3', chmOf(members), {
    covers: ['chm'],
    finds: ['eicar.com'],
  }),
  sample('cut off', 'by hand, the end missing', chmOf(members).slice(0, -100), {
    finds: [],
    reasons: ['damaged (archive)'],
  }),
  sample('an ordinary help file', 'by hand', chmOf(members.slice(0, 1)), { finds: [] }),
])

const ordinary = Buffer.from(lines)
const kwaj = 'by hand, KWAJ'
writeGoldenSamples('mslz', [
  sample('SZDD', 'by hand, SZDD', szddOf(joined(lines, eicar), 'm', 14), { covers: ['szdd'], finds: [] }),
  sample('SZDD, EICAR', 'by hand, SZDD', szddOf(Buffer.from(eicar), 'm', 14), {
    covers: ['szdd'],
    finds: ['decoded'],
  }),
  sample('SZ of QBasic', 'by hand, SZ', szddOf(Buffer.from(eicar), '', 12), {
    covers: ['szdd'],
    finds: ['decoded'],
  }),
  ...(['plain', 'inverted', 'lzss', 'mszip'] as const).map((method) =>
    sample(`KWAJ ${method}`, kwaj, kwajOf(Buffer.from(eicar), method), {
      covers: ['szdd'],
      finds: ['EICAR.COM'],
    }),
  ),
  sample('KWAJ method 3', kwaj, kwajOf(Buffer.from(eicar), 'lzh'), {
    finds: [],
    reasons: ['unsupported-method EICAR.COM'],
  }),
  sample('cut off', 'by hand, SZDD, the end missing', szddOf(ordinary, 'm', 14).slice(0, -50), {
    finds: [],
    reasons: ['damaged decoded'],
  }),
  sample('an ordinary text', 'by hand, SZDD', szddOf(ordinary, 'm', 14), { finds: [] }),
])
