// Golden samples of programs and what hides in them: pe, elf, macho, embedded. Needs gcc, its cross compilers for Windows
// (gcc-mingw-w64), 7z, arj and makeself of Debian.

import { payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { MachoWriter, universal } from '../../../src/engine/parsers/macho/macho-writer.ts'
import { PeWriter, withSignatures } from '../../../src/engine/parsers/pe/pe-writer.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()

const sevenZip = (): Uint8Array => {
  shop.write('eicar.com', eicar)
  shop.run('7z', ['a', '-mtm=off', '-bd', 'a.7z', 'eicar.com'])
  return shop.read('a.7z')
}

const archive = sevenZip()
const hex = (at: number): string => `0x${at.toString(16)}`

// ── Windows ──

shop.write(
  'main.c',
  'int main(void) { return 7; }\nvoid __main(void) {}\nint start(void) { return main(); }\n',
)
shop.write('long.txt', 'ordinary text of a resource\n'.repeat(20))

/** A small program with the resources of a script. */
function windowsProgram(compiler: string, resources: string): Uint8Array {
  const target = compiler === 'i686' ? 'pe-i386' : 'pe-x86-64'
  shop.write('r.rc', resources)
  shop.run(`${compiler}-w64-mingw32-windres`, ['-F', target, '-o', 'r.o', 'r.rc'])
  const entry = compiler === 'i686' ? '_start' : 'start'
  const options = ['-nostdlib', '-s', '-Wl,--no-insert-timestamp', `-Wl,--entry=${entry}`]
  shop.run(`${compiler}-w64-mingw32-gcc`, [...options, '-o', 'p.exe', 'main.c', 'r.o'])
  return shop.read('p.exe')
}

const withResource = '1 RCDATA "eicar.com"\nPAGE HTML "long.txt"\n'
const plain32 = windowsProgram('i686', '1 RCDATA "long.txt"\n')
const plain64 = windowsProgram('x86_64', '1 RCDATA "long.txt"\n')
const gcc = 'gcc-mingw-w64 12 and windres'
const emptySequence = Buffer.of(0x30, 0x02, 0x05, 0x00)
const signed = withSignatures(new PeWriter().build(), [joinedBuffer(emptySequence, eicar)])
const dosProgram = Buffer.alloc(512)
dosProgram.write('MZ')
dosProgram.writeUInt16LE(1, 4)
dosProgram.writeUInt16LE(4, 8)

function joinedBuffer(...parts: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.from(joined(...parts))
}

writeGoldenSamples('pe', [
  ...(['i686', 'x86_64'] as const).map((compiler) => ({
    title: `a resource, ${compiler}`,
    made: gcc,
    covers: ['pe-resources'],
    finds: ['resources/RCDATA/1/1033'],
    bytes: windowsProgram(compiler, withResource),
  })),
  {
    title: 'a resource of a type and with a name of its own',
    made: gcc,
    covers: ['pe-resources'],
    finds: ['resources/DROPPED/FIRST/1031'],
    bytes: windowsProgram('i686', 'LANGUAGE 7, 1\nFIRST DROPPED "eicar.com"\n'),
  },
  ...[plain32, plain64].map((program, index) => ({
    title: `an overlay, ${[32, 64][index]} bits`,
    made: `${gcc}, the file appended`,
    covers: ['pe-overlay'],
    finds: ['overlay'],
    bytes: joined(program, eicar),
  })),
  {
    title: 'bytes behind the signature in the certificate table',
    made: 'by hand from the PE specification',
    covers: ['pe-certificates'],
    finds: ['certificates/1'],
    bytes: signed,
  },
  {
    title: 'an overlay before and one behind the certificate table',
    made: 'by hand from the PE specification',
    covers: ['pe-overlay'],
    finds: ['overlay'],
    bytes: joined(withSignatures(joinedBuffer(new PeWriter().build(), 'ordinary'), [emptySequence]), eicar),
  },
  {
    title: 'an overlay of a DOS program',
    made: 'by hand: one page, four paragraphs of header',
    covers: ['pe-overlay'],
    finds: ['overlay'],
    bytes: joined(dosProgram, eicar),
  },
  { title: 'an ordinary program', made: gcc, covers: [], finds: [], bytes: plain64 },
  {
    title: 'an ordinary program padded with zeros',
    made: gcc,
    covers: [],
    finds: [],
    bytes: joined(plain32, new Uint8Array(3000)),
  },
  {
    title: 'cut off in its resources',
    made: `${gcc}, the end missing`,
    covers: [],
    finds: [],
    bytes: plain32.slice(0, -600),
  },
])

// ── ELF ──

/** Sections are made by the assembler; `strip` would only make it smaller. */
function linuxProgram(assembly: string): Uint8Array {
  shop.write('a.s', `.globl _start\n_start: ret\n${assembly}`)
  shop.run('gcc', [
    '-nostdlib',
    '-static',
    '-s',
    '-Wl,-z,noseparate-code',
    '-Wl,--build-id=none',
    '-o',
    'a',
    'a.s',
  ])
  return shop.read('a')
}

shop.write('a.bin', archive)
const linuxPlain = linuxProgram('')
const withSection = linuxProgram('.section .hidden,"",@progbits\n.incbin "a.bin"\n')
const assembler = 'GNU as and ld 2.40'

writeGoldenSamples('elf', [
  {
    title: 'an overlay',
    made: `${assembler}, the file appended`,
    covers: ['elf'],
    finds: ['overlay'],
    bytes: joined(linuxPlain, eicar),
  },
  {
    title: 'an archive in a section of its own',
    made: assembler,
    covers: ['elf'],
    finds: ['section .hidden → eicar.com'],
    bytes: withSection,
  },
  { title: 'an ordinary program', made: assembler, covers: [], finds: [], bytes: linuxPlain },
  {
    title: 'cut off in its section table',
    made: `${assembler}, the end missing`,
    covers: [],
    finds: [],
    bytes: linuxPlain.slice(0, -100),
  },
])

// ── Mach-O ──

const writer = new MachoWriter({ is64: true, order: 'little' })
const appleProgram = (text: string): Buffer => {
  const bytes = Buffer.alloc(256, text)
  return writer.file({
    commands: [writer.segment('__TEXT', [0, 4096, 0, 1280])],
    data: [{ at: 1024, bytes }],
  })
}

writeGoldenSamples('macho', [
  {
    title: 'a universal file whose second program has the payload',
    made: 'by hand from <mach-o/fat.h>',
    covers: ['macho-fat'],
    finds: ['arm-64'],
    bytes: universal(
      [
        { cputype: 0x0100_0007, bytes: appleProgram('ordinary ') },
        { cputype: 0x0100_000c, bytes: appleProgram(`${payload} `) },
      ],
      false,
    ),
  },
  {
    title: 'a universal file of 64 bits',
    made: 'by hand from <mach-o/fat.h>',
    covers: ['macho-fat'],
    finds: ['x86-64'],
    bytes: universal([{ cputype: 0x0100_0007, bytes: appleProgram(`${payload} `) }], true),
  },
  {
    title: 'an overlay of a file for one processor',
    made: 'by hand from <mach-o/loader.h>',
    covers: [],
    finds: ['overlay'],
    bytes: joined(appleProgram('ordinary '), eicar),
  },
  {
    title: 'an ordinary program',
    made: 'by hand from <mach-o/loader.h>',
    covers: [],
    finds: [],
    bytes: appleProgram('ordinary '),
  },
])

// ── What begins anywhere ──

/** One pixel. */
const png = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010806000000' +
    '1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082',
  'hex',
)
const gif = Buffer.from('47494638396101000100800000000000ffffff2c00000000010001000002024401003b', 'hex')
const sfxConfig = ';!@Install@!UTF-8!\r\nTitle="An ordinary installer"\r\n;!@InstallEnd@!\r\n\0'
const arjArchive = (): Uint8Array => {
  shop.run('arj', ['a', '-y', 'a.arj', 'eicar.com'])
  return shop.read('a.arj')
}
const selfExtractor = (): Uint8Array => {
  shop.write('tree/eicar.com', eicar)
  shop.run('makeself', [
    '--gzip',
    '--nox11',
    '--nomd5',
    '--nocrc',
    '--tar-extra',
    '--mtime=@0',
    'tree',
    'a.run',
    'x',
    'true',
  ])
  return shop.read('a.run')
}
const script = selfExtractor()
const gzipAt = Buffer.from(script).indexOf('\n\x1f\x8b\x08', 0, 'latin1') + 1
const inner = new PeWriter()
inner.add(payload)
const innerProgram = inner.build()
const innerAt = (program: Uint8Array): number => Buffer.from(program).indexOf(innerProgram)
shop.write('inner.bin', innerProgram)
const dropper = linuxProgram('.section .rodata\n.asciz "some text"\n.incbin "inner.bin"\n')
const php = `<?php echo "${payload}"; ?>\n`
const pdf = `%PDF-1.4\n1 0 obj\n<< /Length ${payload.length} >>\nstream\n${payload}\nendstream\nendobj\ntrailer\n<< >>\n%%EOF\n`

writeGoldenSamples('embedded', [
  {
    title: 'a 7z behind a picture',
    made: '7z 16.02, a PNG before it',
    covers: ['embedded'],
    finds: [`offset ${hex(png.length)} (7z) → eicar.com`],
    bytes: joined(png, archive),
  },
  {
    title: 'a self-extracting program: configuration and 7z behind it',
    made: `${gcc}, 7z 16.02`,
    covers: ['embedded'],
    finds: [`overlay → offset ${hex(sfxConfig.length)} (7z) → eicar.com`],
    bytes: joined(plain32, sfxConfig, archive),
  },
  {
    title: 'an arj behind a picture',
    made: 'arj 3.10, a GIF before it',
    covers: ['embedded'],
    finds: [`offset ${hex(gif.length)} (arj) → eicar.com`],
    bytes: joined(gif, arjArchive()),
  },
  {
    title: 'a self-extracting script',
    made: 'makeself 2.5',
    covers: ['embedded'],
    finds: [`offset ${hex(gzipAt)} (gzip) → ./eicar.com`],
    bytes: script,
  },
  {
    title: 'a Windows program in a Linux program',
    made: assembler,
    covers: ['embedded'],
    finds: [`offset ${hex(innerAt(dropper))} (pe)`],
    bytes: dropper,
  },
  {
    title: 'a script in a picture',
    made: 'by hand: a GIF, PHP behind it',
    covers: ['embedded'],
    finds: [`offset ${hex(gif.length)} (script)`],
    bytes: joined(gif, php),
  },
  {
    title: 'a PDF behind a picture',
    made: 'by hand',
    covers: ['embedded'],
    finds: [`offset ${hex(png.length)} (pdf)`],
    bytes: joined(png, pdf),
  },
  {
    title: 'signatures as constants of a program',
    made: `${assembler}: what programs that work on archives hold`,
    covers: [],
    finds: [],
    bytes: linuxProgram(
      String.raw`.section .rodata
.ascii "Rar!\x1a\x07\0" ; .ascii "7z\xbc\xaf\x27\x1c\0\4" ; .ascii "MSCF\0\0\0\0" ; .ascii "PK\3\4" ; .ascii "**ACE**" ; .ascii "-lh5-"
.ascii "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" ; .ascii "%PDF-1.7\n" ; .ascii "MZ" ; .ascii "PE\0\0L\1" ; .ascii "\x7fELF\2\1\1" ; .ascii "EGGA\0\1" ; .ascii "ALZ\1\n\0\0\0"
.ascii "\x60\xea\x2c\0\x22\x0b\1" ; .ascii "<?php" ; .skip 200, 65
`,
    ),
  },
  {
    title: 'the 7z behind a picture, damaged',
    made: '7z 16.02, one byte of the data changed',
    covers: [],
    finds: [`offset ${hex(png.length)} (7z) → eicar.com`].slice(1),
    reasons: [`damaged offset ${hex(png.length)} (7z) → eicar.com`],
    bytes: joined(png, broken(archive, 40)),
  },
])
