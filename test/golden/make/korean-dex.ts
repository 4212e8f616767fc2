// Golden samples of DEX, assembled by smali 2.5.2 (Debian's libsmali-java and what it needs).

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'

const java = '/usr/share/java'
const jars = [
  'smali',
  'smali-util',
  'dexlib2',
  'guava',
  'failureaccess',
  'jcommander',
  'antlr3-runtime',
  'stringtemplate',
]
const made = 'smali 2.5.2'

function assembled(constant: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-dex-'))
  const code = [
    '.class public Lorg/example/Main;',
    '.super Ljava/lang/Object;',
    '.method public static main([Ljava/lang/String;)V',
    '.registers 2',
    `const-string v0, "${constant}"`,
    'return-void',
    '.end method',
  ]
  try {
    writeFileSync(join(folder, 'Main.smali'), `${code.join('\n')}\n`)
    const path = jars.map((jar) => join(java, `${jar}.jar`)).join(':')
    execFileSync('java', ['-cp', path, 'org.jf.smali.Main', 'assemble', '-o', 'out.dex', 'Main.smali'], {
      cwd: folder,
      stdio: 'pipe',
    })
    return readFileSync(join(folder, 'out.dex'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function optimised(inner: Buffer): Buffer {
  const head = Buffer.alloc(40)
  head.write('dey\n036\0', 0, 'latin1')
  head.writeUInt32LE(40, 8)
  head.writeUInt32LE(inner.length, 12)
  return Buffer.concat([head, inner])
}

const infected = assembled(payload)
const samples: GoldenSample[] = [
  { title: 'a constant of a method', made, covers: ['dex'], finds: ['strings'], bytes: infected },
  {
    title: 'a file appended',
    made: `${made}, and appended`,
    covers: ['dex'],
    finds: ['trailing-data'],
    bytes: Buffer.concat([assembled('hello'), Buffer.from(eicar)]),
  },
  {
    title: 'optimised: an .odex',
    made: `${made}, behind a header by hand`,
    covers: [],
    finds: ['classes.dex → strings'],
    bytes: optimised(infected),
  },
  {
    title: 'a wrong checksum, which is not damage',
    made: `${made}, changed`,
    covers: [],
    finds: [],
    bytes: Buffer.from(assembled('hello').map((byte, i) => (i === 8 ? byte ^ 1 : byte))),
  },
  {
    title: 'cut off',
    made: `${made}, cut`,
    covers: [],
    finds: ['strings'],
    reasons: ['damaged strings'],
    bytes: infected.subarray(0, -20),
  },
  { title: 'an ordinary program', made, covers: [], finds: [], bytes: assembled('hello') },
]

writeGoldenSamples('dex', samples)
