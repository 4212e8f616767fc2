// Golden samples of compound files, VBA projects and macros. Needs msibuild, gcab and LibreOffice of Debian; what no
// program makes is written by the specification with test/support/{cfb,vba}-writer.ts.

import { cfbOf, type CfbNode } from '../../support/cfb-writer.ts'
import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { compressVba, vbaStorage } from '../../support/vba-writer.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { Workshop } from './tools.ts'

using shop = new Workshop()
const byHand = 'by hand, [MS-CFB]'
const ordinary = 'An ordinary text, longer than what the mini stream takes. '.repeat(100)

shop.write('eicar.com', eicar)
shop.write('plain.txt', 'An ordinary document.\n')
shop.run('soffice', [
  '--headless',
  `-env:UserInstallation=file://${shop.path('profile')}`,
  '--convert-to',
  'doc',
  'plain.txt',
])
shop.run('gcab', ['-c', 'disk1.cab', 'eicar.com'])
shop.run('msibuild', ['setup.msi', '-s', 'An installer', 'Somebody'])
shop.run('msibuild', ['setup.msi', '-a', 'disk1.cab', 'disk1.cab'])
shop.run('msibuild', ['setup.msi', '-a', 'Binary.eicar', 'eicar.com'])

/** The data of a package object. */
function packageData(name: string, content: string): Buffer {
  const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1')
  const u32 = (value: number): Buffer => {
    const out = Buffer.alloc(4)
    out.writeUInt32LE(value)
    return out
  }
  const path = `C:\\Users\\somebody\\${name}`
  const body = Buffer.concat([
    Buffer.of(2, 0),
    text(name),
    text(path),
    Buffer.of(0, 0, 3, 0),
    u32(path.length + 1),
    text(path),
    u32(content.length),
    Buffer.from(content, 'latin1'),
  ])
  return Buffer.concat([u32(body.length), body])
}

const tree: readonly CfbNode[] = [
  { name: 'small.com', data: eicar },
  { name: 'large', data: ordinary },
  { name: 'folder', children: [{ name: 'inner', children: [{ name: 'deep.com', data: eicar }] }] },
]
const everywhere = ['small.com', 'folder/inner/deep.com']

/** The root loses its tree. */
function orphaned(): Uint8Array {
  const bytes = Buffer.from(cfbOf(tree))
  const root = bytes.indexOf(Buffer.from('Root Entry', 'utf16le'))
  bytes.writeUInt32LE(0xffffffff, root + 0x4c)
  return new Uint8Array(bytes)
}

const whole = cfbOf([...tree, { name: 'z-last', data: `${payload} ${ordinary}` }])

const oleSamples: readonly GoldenSample[] = [
  { title: 'version 3', made: byHand, covers: ['ole'], finds: everywhere, bytes: cfbOf(tree) },
  {
    title: 'version 4',
    made: byHand,
    covers: ['ole'],
    finds: everywhere,
    bytes: cfbOf(tree, { version: 4 }),
  },
  {
    title: 'streams that no tree reaches',
    made: byHand,
    covers: ['ole'],
    finds: everywhere,
    bytes: orphaned(),
  },
  {
    title: 'data behind the end',
    made: byHand,
    covers: ['ole'],
    finds: ['unused-sectors'],
    bytes: new Uint8Array(Buffer.concat([cfbOf([{ name: 'large', data: ordinary }]), Buffer.from(payload)])),
  },
  {
    title: 'a package and an object of its own kind',
    made: 'by hand, [MS-OLEDS]',
    covers: ['ole', 'ole-native'],
    finds: ['ObjectPool/_1/\u0001Ole10Native/eicar.com', 'ObjectPool/_2/\u0001Ole10Native/data'],
    bytes: cfbOf([
      {
        name: 'ObjectPool',
        children: [
          { name: '_1', children: [{ name: '\u0001Ole10Native', data: packageData('eicar.com', eicar) }] },
          { name: '_2', children: [{ name: '\u0001Ole10Native', data: `\u0044\0\0\0${eicar}` }] },
        ],
      },
    ]),
  },
  {
    title: 'an installer with a cabinet',
    made: 'msitools 0.101 msibuild, gcab 1.5',
    covers: ['msi'],
    finds: ['disk1.cab → eicar.com', 'Binary.eicar'],
    bytes: shop.read('setup.msi'),
  },
  {
    title: 'an ordinary document',
    made: 'LibreOffice 7.4 --convert-to doc',
    covers: ['ole'],
    finds: [],
    bytes: shop.read('plain.doc'),
  },
  {
    title: 'cut off: what lies before the cut is read',
    made: 'by hand, cut behind the first streams',
    covers: [],
    finds: [],
    reasons: ['damaged (directory)'],
    bytes: whole.slice(0, 2048),
  },
  {
    title: 'a stream that is shorter than the directory says',
    made: 'by hand, the chain of a stream ends early',
    covers: [],
    finds: ['small.com'],
    reasons: ['damaged large'],
    bytes: shortened(),
  },
]

/** The chain of the stream `large` ends behind its first sector. */
function shortened(): Uint8Array {
  const bytes = Buffer.from(cfbOf(tree))
  const table = (bytes.readUInt32LE(0x4c) + 1) * 512
  bytes.writeUInt32LE(0xfffffffe, table)
  return new Uint8Array(bytes)
}

writeGoldenSamples('ole', oleSamples)

// ── VBA ──

const module = `Attribute VB_Name = "Module1"\r\n' ${payload}\r\nSub Format()\r\n  Range("A1").Select\r\nEnd Sub\r\n`
const document = 'Attribute VB_Name = "ThisDocument"\r\nAttribute VB_Base = "1Normal.ThisDocument"\r\n'
const project = {
  modules: [
    { name: 'ThisDocument', source: document, isClass: true },
    { name: 'Module1', source: module, compiled: Buffer.alloc(300, 7) },
  ],
}
const storage = vbaStorage(project)
const form: CfbNode = { name: 'UserForm1', children: [{ name: 'o', data: `\0\u0002${payload}\0` }] }
const withoutDir: CfbNode = {
  name: 'VBA',
  children: (storage.children ?? []).map((node) =>
    node.name === 'dir' ? { name: 'dir', data: 'no container' } : node,
  ),
}
const binary = cfbOf([storage, { name: 'PROJECT', data: 'ID="{0}"\r\nModule=Module1\r\n' }])
const plainModules = {
  modules: [{ name: 'Module1', source: 'Attribute VB_Name = "Module1"\r\nSub A()\r\nEnd Sub\r\n' }],
}

writeGoldenSamples('vba', [
  {
    title: 'in a Word document',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba'],
    finds: ['VBA/Module1.bas'],
    bytes: cfbOf([
      { name: 'WordDocument', data: ordinary },
      { name: 'Macros', children: [storage] },
    ]),
  },
  {
    title: 'in an OOXML document',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba'],
    finds: ['word/vbaProject.bin → VBA/Module1.bas'],
    bytes: zipOf([
      { name: '[Content_Types].xml', data: '<Types/>' },
      { name: 'word/vbaProject.bin', data: binary },
    ]),
  },
  {
    title: 'without a readable dir stream',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba'],
    finds: ['VBA/Module1.bas'],
    bytes: cfbOf([{ name: 'Macros', children: [withoutDir] }]),
  },
  {
    title: 'strings of a form',
    made: 'by hand, [MS-OVBA], [MS-OFORMS]',
    covers: ['vba'],
    finds: ['Macros/UserForm1/o (strings)'],
    bytes: cfbOf([{ name: 'Macros', children: [vbaStorage(plainModules), form] }]),
  },
  {
    title: 'an ordinary macro',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba'],
    finds: [],
    bytes: cfbOf([{ name: 'Macros', children: [vbaStorage(plainModules)] }]),
  },
  {
    title: 'a module whose compressed source is cut',
    made: 'by hand, [MS-OVBA]',
    covers: [],
    finds: [],
    reasons: ['damaged VBA/Module1.bas'],
    bytes: cfbOf([
      {
        name: 'VBA',
        children: (storage.children ?? []).map((node) =>
          node.name === 'Module1' ? { name: 'Module1', data: cut(Buffer.alloc(300, 7), module) } : node,
        ),
      },
    ]),
  },
])

function cut(compiled: Buffer, source: string): Buffer {
  return Buffer.concat([compiled, compressVba(Buffer.from(source)).subarray(0, 50)])
}

// ── Macros that are suspicious ──

/** The string instruction of compiled code. */
function constant(text: string): Buffer {
  return Buffer.concat([Buffer.of(0xb9, 0, text.length, 0), Buffer.from(text, 'latin1')])
}

const macro = (source: string): CfbNode => vbaStorage({ modules: [{ name: 'Module1', source }] })
const nothing = 'Attribute VB_Name = "Module1"\r\nSub Nothing_()\r\nEnd Sub\r\n'
const instructionText = (letter: string): string => `<w:r><w:instrText>${letter}</w:instrText></w:r>`
const mark = (kind: string): string => `<w:r><w:fldChar w:fldCharType="${kind}"/></w:r>`
const dde = (instruction: string): string =>
  [
    '<?xml version="1.0"?>',
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>',
    mark('begin'),
    ...Array.from(instruction, instructionText),
    mark('end'),
    '</w:p></w:body></w:document>',
  ].join('')

writeGoldenSamples('macro', [
  {
    title: 'a macro that starts a program when the document opens',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba'],
    finds: [],
    suspects: ['Heuristic.Macro.AutoShell VBA/Module1.bas'],
    bytes: cfbOf([
      macro('Sub AutoOpen()\r\n Shell "pow" & "ersh" & Chr(101) & "ll -w hidden", 0\r\nEnd Sub\r\n'),
    ]),
  },
  {
    title: 'one module starts, the other runs',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba'],
    finds: [],
    suspects: ['Heuristic.Macro.AutoShell'],
    bytes: cfbOf([
      vbaStorage({
        modules: [
          {
            name: 'ThisDocument',
            source: 'Private Sub Document_Open()\r\n Work\r\nEnd Sub\r\n',
            isClass: true,
          },
          { name: 'Module1', source: 'Sub Work()\r\n Shell "cmd /c dir", 0\r\nEnd Sub\r\n' },
        ],
      }),
    ]),
  },
  {
    title: 'compiled code that the source does not say',
    made: 'by hand, [MS-OVBA]',
    covers: ['vba-stomping'],
    finds: [],
    suspects: ['Heuristic.Macro.Stomped'],
    bytes: cfbOf([
      vbaStorage({
        names: ['Word', 'VBA', 'AutoOpen', 'Shell', 'Module1'],
        modules: [
          {
            name: 'Module1',
            source: nothing,
            compiled: Buffer.concat([
              Buffer.alloc(200, 1),
              constant('powershell -w hidden'),
              Buffer.alloc(20, 2),
            ]),
          },
        ],
      }),
    ]),
  },
  {
    title: 'a DDE field of an OOXML document in pieces',
    made: 'by hand, ECMA-376',
    covers: ['dde'],
    finds: [],
    suspects: ['Heuristic.Macro.DDE word/document.xml'],
    bytes: zipOf([
      { name: 'word/document.xml', data: dde('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k dir"') },
    ]),
  },
  {
    title: 'a DDE link in a text table',
    made: 'by hand',
    covers: ['dde'],
    finds: [],
    suspects: ['Heuristic.Macro.DDE'],
    bytes: new Uint8Array(Buffer.from('name,value\r\nfirst,1\r\nsecond,"=cmd|\'/c dir\'!A1"\r\n')),
  },
])
