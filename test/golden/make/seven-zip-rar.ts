// Golden samples of RAR, written by RARLAB's technical notes.

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { randomBytes } from '../../support/random.ts'
import { eicar } from '../../support/samples.ts'
import {
  matchBytes,
  matchDistance,
  packed5,
  rar4Of,
  rar5Of,
  type RarFile,
} from '../../support/seven-zip-rar.ts'
import { broken, joined } from './tools.ts'

const eicarBytes = new Uint8Array(Buffer.from(eicar))
const text = new Uint8Array(Buffer.from('An ordinary text.\n'.repeat(40)))
const noise = randomBytes(300, 1)
const files: readonly RarFile[] = [
  { name: 'readme.txt', data: text },
  { name: 'folder/eicar.com', data: eicarBytes },
]
const finds = ['folder/eicar.com']

function perVersion(id: 'rar4' | 'rar5', made: string): GoldenSample[] {
  const pack = id === 'rar4' ? rar4Of : rar5Of
  const half = Math.floor(noise.length / 2)
  const first: RarFile = { name: 'noise.bin', data: noise.slice(0, half), whole: noise, goesOnInNext: true }
  const last: RarFile = { name: 'noise.bin', data: noise.slice(half), whole: noise, goesOnFromLast: true }
  return [
    { title: `${id}: stored files`, made, covers: [id], finds, bytes: pack(files) },
    {
      title: `${id}: something appended`,
      made: `${made}, a file behind it`,
      covers: [id],
      finds: ['trailing-data'],
      bytes: joined(pack([{ name: 'readme.txt', data: text }]), eicar),
    },
    {
      title: `${id}: the first volume of two`,
      made,
      covers: ['rar-volume'],
      finds,
      reasons: ['missing-volume sample.r00', ...(id === 'rar4' ? [] : ['missing-volume noise.bin'])],
      bytes: pack([...files, first], { volume: 0, isLastVolume: false }),
    },
    {
      title: `${id}: the last volume of two`,
      made,
      covers: ['rar-volume'],
      finds,
      reasons: [...(id === 'rar4' ? [] : ['damaged (archive)']), 'missing-volume noise.bin'],
      bytes: pack([last, ...files], { volume: 1 }),
    },
    {
      title: `${id}: a wrong checksum`,
      made: `${made}, one byte changed`,
      covers: [],
      finds,
      reasons: ['damaged noise.bin'],
      bytes: broken(pack([...files, { name: 'noise.bin', data: noise }]), -60),
    },
    {
      title: `${id}: cut off`,
      made: `${made}, the end missing`,
      covers: [],
      finds,
      reasons: ['damaged (archive)', 'damaged noise.bin'],
      bytes: pack([...files, { name: 'noise.bin', data: noise }]).slice(0, -100),
    },
    {
      title: `${id}: an ordinary archive`,
      made,
      covers: [],
      finds: [],
      bytes: pack([{ name: 'readme.txt', data: text }]),
    },
  ]
}

// The second file's last bytes are a copy out of the first one.
const tail = eicarBytes.slice(-matchBytes)
const start = eicarBytes.slice(0, matchDistance - matchBytes)
const solid: readonly RarFile[] = [
  { name: 'half.bin', data: tail, packed: packed5(tail, { hasMatch: false }) },
  { name: 'eicar.com', data: eicarBytes, packed: packed5(start, { hasMatch: true }), isSolid: true },
]

const note4 = 'by hand, RAR 4 technical note'
const note5 = 'by hand, RAR 5 technical note'
const stranger: RarFile = { name: 'eicar.com', data: eicarBytes, password: 'secret' }

writeGoldenSamples('rar', [
  ...perVersion('rar4', note4),
  ...perVersion('rar5', note5),
  {
    title: 'rar4: solid, stored',
    made: note4,
    covers: ['rar-solid'],
    finds,
    bytes: rar4Of(
      files.map((file, index) => ({ ...file, isSolid: index > 0 })),
      { isSolid: true },
    ),
  },
  {
    title: 'rar5: solid, compressed, a file that needs the one before',
    made: note5,
    covers: ['rar5', 'rar-solid'],
    finds: ['eicar.com'],
    bytes: rar5Of(solid, { isSolid: true }),
  },
  {
    title: 'rar5: an encrypted file with its password',
    made: note5,
    covers: ['rar5'],
    finds: ['eicar.com'],
    passwords: ['wrong', 'secret'],
    bytes: rar5Of([{ name: 'readme.txt', data: text }, stranger]),
  },
  {
    title: 'rar5: an encrypted file without a password',
    made: note5,
    covers: [],
    finds,
    reasons: ['encrypted eicar.com'],
    bytes: rar5Of([...files, stranger]),
  },
  {
    title: 'rar5: encrypted headers with their password',
    made: note5,
    covers: ['rar5'],
    finds: ['eicar.com'],
    passwords: ['secret'],
    bytes: rar5Of([stranger], { headerPassword: 'secret' }),
  },
  {
    title: 'rar5: encrypted headers without a password',
    made: note5,
    covers: [],
    finds: [],
    reasons: ['encrypted (archive)'],
    bytes: rar5Of([stranger], { headerPassword: 'secret' }),
  },
])
