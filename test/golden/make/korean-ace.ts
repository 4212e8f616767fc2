// Golden samples of ACE. No packer exists on Debian: the archives come from test/support/ace-writer.ts; those of
// ACE 1.0 are tested with `unace` 1.2 here.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { aceOf, acePacked } from '../../support/ace-writer.ts'
import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'

const filler = 'some ordinary text, repeated. '.repeat(40)
const byHand = 'with our own encoder, from what acefile.py documents'

/** Throws when `unace` does not find every checksum right. */
function tested(bytes: Buffer, files: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-ace-'))
  try {
    writeFileSync(join(folder, 'sample.ace'), bytes)
    const said = execFileSync('unace', ['t', 'sample.ace'], { cwd: folder, encoding: 'latin1' })
    if (said.split('CRC OK').length !== files + 1) throw new Error(said)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return bytes
}

const exe = Buffer.from(`\xe8\x10\x00\x00\x00 ${payload} ${filler}`, 'latin1')

const samples: GoldenSample[] = [
  {
    title: 'stored and packed files in a folder',
    made: `${byHand}, tested by unace 1.2`,
    covers: ['ace'],
    finds: ['stored.com', 'packed.com'],
    bytes: tested(
      aceOf([
        { name: 'readme.txt', data: filler, method: 1 },
        { name: 'stored.com', data: eicar },
        { name: 'packed.com', data: eicar, method: 1 },
      ]),
      3,
    ),
  },
  {
    title: 'solid',
    made: `${byHand}, tested by unace 1.2`,
    covers: ['ace'],
    finds: ['eicar.com'],
    bytes: tested(
      aceOf(
        [
          { name: 'readme.txt', data: filler + eicar.slice(0, 40), method: 1 },
          { name: 'eicar.com', data: eicar, method: 1 },
        ],
        { flags: 0x8000 },
      ),
      2,
    ),
  },
  {
    title: 'ACE 2.0 with LZ77, delta and EXE modes',
    made: byHand,
    covers: ['ace'],
    finds: ['eicar.com', 'program.exe'],
    bytes: aceOf([
      { name: 'eicar.com', data: eicar, method: 2 },
      {
        name: 'program.exe',
        data: Buffer.concat([Buffer.from(filler), exe]),
        method: 2,
        packed: acePacked([
          { mode: 0, data: Buffer.from(filler) },
          { mode: 2, data: relocated(exe, filler.length), parameters: [[1, 8]] },
        ]),
      },
    ]),
  },
  {
    title: '64-bit sizes',
    made: byHand,
    covers: [],
    finds: ['eicar.com'],
    bytes: aceOf([{ name: 'eicar.com', data: eicar, is64: true }]),
  },
  {
    title: 'encrypted',
    made: byHand,
    covers: [],
    finds: [],
    reasons: ['encrypted locked.com'],
    bytes: aceOf([{ name: 'locked.com', data: eicar, flags: 0x4000, packed: Buffer.alloc(72, 0x5a) }]),
  },
  {
    title: 'the sound mode of ACE 2.0',
    made: byHand,
    covers: [],
    finds: [],
    reasons: ['unsupported-method sound.wav'],
    bytes: aceOf([
      {
        name: 'sound.wav',
        data: filler + filler,
        method: 2,
        packed: acePacked([
          { mode: 0, data: Buffer.from(filler) },
          { mode: 3, data: Buffer.from(filler) },
        ]),
      },
    ]),
  },
  {
    title: 'the first volume of several',
    made: byHand,
    covers: [],
    finds: ['eicar.com'],
    reasons: ['missing-volume (archive)', 'missing-volume readme.txt'],
    bytes: aceOf(
      [
        { name: 'eicar.com', data: eicar },
        { name: 'readme.txt', data: filler, flags: 0x2000 },
      ],
      { flags: 0x800 },
    ),
  },
  {
    title: 'cut off in the second file',
    made: byHand,
    covers: [],
    finds: ['eicar.com'],
    reasons: ['damaged readme.txt'],
    bytes: aceOf([
      { name: 'eicar.com', data: eicar },
      { name: 'readme.txt', data: filler },
    ]).subarray(0, 500),
  },
  {
    title: 'a wrong checksum',
    made: byHand,
    covers: [],
    finds: ['eicar.com'],
    reasons: ['damaged eicar.com'],
    bytes: aceOf([{ name: 'eicar.com', data: eicar, method: 1, crc: 1 }]),
  },
  {
    title: 'an ordinary archive',
    made: `${byHand}, tested by unace 1.2`,
    covers: [],
    finds: [],
    bytes: tested(aceOf([{ name: 'readme.txt', data: filler, method: 1 }]), 1),
  },
]

/** The call at the beginning with its target made absolute. */
function relocated(bytes: Buffer, position: number): Buffer {
  const out = Buffer.from(bytes)
  out.writeInt32LE(out.readInt32LE(1) + position, 1)
  return out
}

writeGoldenSamples('ace', samples)
