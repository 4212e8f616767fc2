// Golden samples of alz and egg. No Debian program writes either: the archives are written by the specification
// (test/support), the packed data inside by bzip2, xz and zlib; `unalz` and `unar` accept the alz files they can read.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { alzBzip2Of, alzOf } from '../../support/alz-writer.ts'
import { azoOf } from '../../support/azo-writer.ts'
import { eggBlock, eggOf } from '../../support/egg-writer.ts'
import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { zipOf } from '../../support/zip-writer.ts'

const filler = 'some ordinary text, repeated. '.repeat(40)
const byHand = 'by hand from the description in format.md'

function run(command: string, args: readonly string[], input: string | Uint8Array): Buffer {
  return execFileSync(command, args, { input })
}

function bzip2(data: string): Buffer {
  return run('bzip2', ['-9', '-c'], data)
}

/** Throws when the program does not accept the archive. */
function accepted(bytes: Buffer, command: string, args: readonly string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-korean-'))
  try {
    const path = join(folder, 'sample.alz')
    writeFileSync(path, bytes)
    execFileSync(command, [...args, folder, path], { stdio: 'ignore' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return bytes
}

function alzSamples(): GoldenSample[] {
  const ordinary = alzOf([
    { name: 'docs/', data: '', isFolder: true },
    { name: 'docs\\readme.txt', data: filler },
    { name: 'eicar.com', data: eicar, method: 0, width: 1 },
    { name: 'packed.com', data: eicar, method: 2, width: 2 },
  ])
  const locked = alzOf([{ name: 'locked.com', data: eicar, password: 'secret' }])
  const names = Buffer.from('c7d1b1db2e636f6d', 'hex')
  return [
    {
      title: 'stored and deflated members in a folder',
      made: `${byHand}, accepted by unalz 0.65`,
      covers: ['alz'],
      finds: ['eicar.com', 'packed.com'],
      bytes: accepted(ordinary, 'unalz', ['-d']),
    },
    {
      title: 'a member packed with the bzip2 of alz',
      made: `${byHand}, bzip2 1.0.8 rewritten`,
      covers: ['alz'],
      finds: ['eicar.com'],
      bytes: alzOf([{ name: 'eicar.com', data: eicar, method: 1, packed: alzBzip2Of(bzip2(eicar)) }]),
    },
    {
      title: 'a member packed with plain bzip2',
      made: `${byHand} and bzip2 1.0.8, accepted by unar 1.10.1`,
      covers: [],
      finds: ['eicar.com'],
      bytes: accepted(alzOf([{ name: 'eicar.com', data: eicar, method: 1, packed: bzip2(eicar) }]), 'unar', [
        '-o',
      ]),
    },
    {
      title: 'encrypted, with the right password',
      made: `${byHand}, accepted by unalz 0.65`,
      covers: ['alz'],
      finds: ['locked.com'],
      passwords: ['wrong', 'secret'],
      bytes: accepted(locked, 'unalz', ['-pwd', 'secret', '-d']),
    },
    {
      title: 'encrypted, without a password',
      made: byHand,
      covers: [],
      finds: [],
      reasons: ['encrypted locked.com'],
      bytes: locked,
    },
    {
      title: 'a name in code page 949',
      made: byHand,
      covers: [],
      finds: ['한글.com'],
      bytes: alzOf([{ name: names, data: eicar }]),
    },
    {
      title: 'the first volume of several',
      made: byHand,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['missing-volume (archive)'],
      bytes: alzOf([{ name: 'eicar.com', data: eicar }], { tail: 3 }),
    },
    {
      title: 'method 3, deflate in disguise',
      made: byHand,
      covers: [],
      finds: [],
      reasons: ['unsupported-method hidden.com'],
      bytes: alzOf([{ name: 'hidden.com', data: eicar, method: 3, packed: deflateRawSync(eicar) }]),
    },
    {
      title: 'cut off in the second member',
      made: byHand,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged readme.txt', 'damaged (archive)'],
      bytes: alzOf([
        { name: 'eicar.com', data: eicar },
        { name: 'readme.txt', data: filler, method: 0 },
      ]).subarray(0, 400),
    },
    {
      title: 'a wrong checksum',
      made: byHand,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged eicar.com'],
      bytes: alzOf([{ name: 'eicar.com', data: eicar, crc: 1 }]),
    },
    {
      title: 'an ordinary archive with a comment',
      made: byHand,
      covers: [],
      finds: [],
      bytes: alzOf([{ name: 'readme.txt', data: filler }], { comment: 'nothing to see' }),
    },
  ]
}

/** As egg has it: four bytes that mean nothing, the properties, the raw stream with its end mark. */
function eggLzma(data: string): Buffer {
  const alone = run('xz', ['--format=lzma', '-9', '-c'], data)
  return Buffer.concat([Buffer.alloc(4), alone.subarray(0, 5), alone.subarray(13)])
}

const azoMade = 'by hand from the specification, with an encoder of our own'

function eggSamples(): GoldenSample[] {
  const plain = Buffer.from(eicar)
  const both = Buffer.concat([Buffer.from(filler), plain])
  const lockedBy = (method: number, password = 'secret'): Buffer =>
    eggOf([{ name: 'locked.com', data: eicar, method: 1, lock: { method, password } }])
  const solidOf = (method: number, packed: Uint8Array): Buffer =>
    eggOf(
      [
        { name: 'readme.txt', data: filler, blocks: [eggBlock(both, method, packed)] },
        { name: 'eicar.com', data: eicar, blocks: [] },
      ],
      { isSolid: true },
    )
  const behind = zipWithFiller()
  const program = Buffer.concat([
    Buffer.from('e8 00 10 00 00 e9 f0 ff ff ff'.replaceAll(' ', ''), 'hex'),
    both,
  ])
  return [
    {
      title: 'stored and deflated files in a folder',
      made: byHand,
      covers: ['egg'],
      finds: ['docs/eicar.com', 'packed.com'],
      bytes: eggOf([
        { name: 'docs', data: '', isFolder: true },
        { name: 'docs/readme.txt', data: filler, method: 1 },
        { name: 'docs/eicar.com', data: eicar, method: 0 },
        { name: 'packed.com', data: eicar, method: 1, isPosix: true },
      ]),
    },
    {
      title: 'bzip2 and LZMA',
      made: `${byHand}, packed by bzip2 1.0.8 and xz 5.4`,
      covers: ['egg'],
      finds: ['bzip2.com', 'lzma.com'],
      bytes: eggOf([
        { name: 'bzip2.com', data: eicar, method: 2, packed: bzip2(eicar) },
        { name: 'lzma.com', data: eicar, method: 4, packed: eggLzma(eicar) },
      ]),
    },
    {
      title: 'AZO, literals only and with matches',
      made: azoMade,
      covers: ['egg-azo'],
      finds: ['literals.zip → eicar.com', 'behind.zip → eicar.com'],
      bytes: eggOf([
        { name: 'literals.zip', data: behind, method: 3, packed: azoOf(behind, { matches: false }) },
        { name: 'readme.txt', data: filler, method: 3 },
        { name: 'behind.zip', data: behind, method: 3 },
      ]),
    },
    {
      title: 'AZO in several blocks with the x86 filter',
      made: azoMade,
      covers: ['egg-azo'],
      finds: ['inner.egg → eicar.com'],
      bytes: eggOf([
        {
          name: 'program.exe',
          data: program,
          method: 3,
          packed: azoOf(program, { filter: true, blockBytes: 500 }),
        },
        { name: 'inner.egg', data: solidOf(0, both), method: 3 },
      ]),
    },
    {
      title: 'a file in several blocks of several methods',
      made: byHand,
      covers: ['egg'],
      finds: ['eicar.com'],
      bytes: eggOf([
        {
          name: 'eicar.com',
          data: eicar,
          blocks: [
            eggBlock(plain.subarray(0, 20), 0),
            eggBlock(plain.subarray(20, 40), 3),
            eggBlock(plain.subarray(40), 1),
          ],
        },
      ]),
    },
    {
      title: 'solid, deflated',
      made: byHand,
      covers: ['egg'],
      finds: ['eicar.com'],
      bytes: solidOf(1, deflateRawSync(both)),
    },
    {
      title: 'solid, AZO',
      made: azoMade,
      covers: ['egg-azo'],
      finds: ['eicar.com'],
      bytes: solidOf(3, azoOf(both)),
    },
    {
      title: 'solid, LZMA',
      made: `${byHand}, packed by xz 5.4`,
      covers: [],
      finds: ['eicar.com'],
      bytes: solidOf(4, eggLzma(both.toString('latin1'))),
    },
    ...[0, 1, 2, 5, 6].map((method) => ({
      title: `encryption method ${method}, with the right password`,
      made: byHand,
      covers: [],
      finds: ['locked.com'],
      passwords: ['wrong', 'secret'],
      bytes: lockedBy(method),
    })),
    {
      title: 'encrypted, without a password',
      made: byHand,
      covers: [],
      finds: [],
      reasons: ['encrypted locked.com'],
      bytes: lockedBy(2),
    },
    {
      title: 'a name in code page 949',
      made: byHand,
      covers: [],
      finds: ['한글.com'],
      bytes: eggOf([{ name: Buffer.from('c7d1b1db2e636f6d', 'hex'), nameFlags: 8, data: eicar }]),
    },
    {
      title: 'the first volume of several',
      made: byHand,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['missing-volume readme.txt', 'missing-volume (archive)'],
      bytes: eggOf(
        [
          { name: 'eicar.com', data: eicar },
          { name: 'readme.txt', data: filler, method: 0 },
        ],
        { split: { previous: 0, next: 0x1234 } },
      ).subarray(0, 600),
    },
    {
      title: 'cut off in the second file',
      made: byHand,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged readme.txt', 'damaged (archive)'],
      bytes: eggOf([
        { name: 'eicar.com', data: eicar },
        { name: 'readme.txt', data: filler, method: 0 },
      ]).subarray(0, 600),
    },
    {
      title: 'AZO data cut off',
      made: azoMade,
      covers: [],
      finds: [],
      reasons: ['damaged readme.txt'],
      bytes: eggOf([{ name: 'readme.txt', data: filler, method: 3, packed: azoOf(both).subarray(0, 60) }]),
    },
    {
      title: 'a method that is not known',
      made: byHand,
      covers: [],
      finds: [],
      reasons: ['unsupported-method eicar.com'],
      bytes: eggOf([{ name: 'eicar.com', data: eicar, method: 9 }]),
    },
    {
      title: 'an ordinary archive with a comment',
      made: byHand,
      covers: [],
      finds: [],
      bytes: eggOf([{ name: 'readme.txt', data: filler }], { comment: 'nothing to see' }),
    },
  ]
}

function zipWithFiller(): Buffer {
  return Buffer.from(
    zipOf([
      { name: 'readme.txt', data: filler, method: 0 },
      { name: 'eicar.com', data: eicar, method: 0 },
    ]),
  )
}

writeGoldenSamples('alz', alzSamples())
writeGoldenSamples('egg', eggSamples())
