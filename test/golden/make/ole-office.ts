// Golden samples of Office documents in compound files: workbooks, documents, presentations, messages, encryption.
// Needs LibreOffice with python3-uno of Debian for what it can write; macro sheets, messages and agile encryption are
// written by the specification.

import { crc32, deflateSync } from 'node:zlib'

import { functionNumbers, ptg, workbookStream } from '../../support/biff-writer.ts'
import { cfbOf, type CfbNode } from '../../support/cfb-writer.ts'
import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { agileEncrypted } from '../../support/office-encryption-writer.ts'
import { eicar } from '../../support/samples.ts'
import { vbaStorage } from '../../support/vba-writer.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { Workshop } from './tools.ts'

using shop = new Workshop()
const wide = (value: string): Buffer => Buffer.from(value, 'utf16le')
const office = 'LibreOffice 7.4 through UNO'

/** Starts LibreOffice, makes one document of each kind and stores it in several ways. */
const script = `
import subprocess, time, uno
from com.sun.star.beans import NamedValue, PropertyValue
def value(kind, name, content):
    item = kind(); item.Name = name; item.Value = content; return item
pipe = 'haechi-golden'
program = subprocess.Popen(['soffice', '--headless', '--norestore', '--accept=pipe,name=' + pipe + ';urp;',
    '-env:UserInstallation=file://FOLDER/profile'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext('com.sun.star.bridge.UnoUrlResolver', local)
for attempt in range(100):
    try:
        remote = resolver.resolve('uno:pipe,name=' + pipe + ';urp;StarOffice.ComponentContext'); break
    except Exception: time.sleep(0.3)
desktop = remote.ServiceManager.createInstanceWithContext('com.sun.star.frame.Desktop', remote)
def make(kind):
    return desktop.loadComponentFromURL('private:factory/' + kind, '_blank', 0, (value(PropertyValue, 'Hidden', True),))
def store(document, name, form, password=None, agile=False):
    options = [value(PropertyValue, 'FilterName', form)]
    if password is not None and not agile: options.append(value(PropertyValue, 'Password', password))
    if agile:
        data = (value(NamedValue, 'OOXPassword', password), value(NamedValue, 'CryptoType', 'StrongEncryptionDataSpace'))
        options.append(value(PropertyValue, 'EncryptionData', uno.Any('[]com.sun.star.beans.NamedValue', data)))
    uno.invoke(document, 'storeToURL', ('file://FOLDER/' + name, tuple(options)))
calc = make('scalc')
calc.Sheets.getByIndex(0).getCellByPosition(0, 0).setString('PAYLOAD')
store(calc, 'secret.xls', 'MS Excel 97', 'secret')
store(calc, 'velvet.xls', 'MS Excel 97', 'VelvetSweatshop')
store(calc, 'secret.xlsx', 'Calc MS Excel 2007 XML', 'secret', True)
store(calc, 'velvet.xlsx', 'Calc MS Excel 2007 XML', 'VelvetSweatshop', True)
calc.Sheets.getByIndex(0).getCellByPosition(0, 0).setString('An ordinary text')
calc.Sheets.getByIndex(0).getCellByPosition(1, 1).setFormula('=SUM(1;2)')
store(calc, 'plain.xls', 'MS Excel 97')
calc.close(True)
writer = make('swriter')
provider = remote.ServiceManager.createInstanceWithContext('com.sun.star.graphic.GraphicProvider', remote)
picture = writer.createInstance('com.sun.star.text.TextGraphicObject')
picture.setPropertyValue('Graphic', provider.queryGraphic((value(PropertyValue, 'URL', 'file://FOLDER/mark.png'),)))
writer.Text.insertTextContent(writer.Text.createTextCursor(), picture, False)
store(writer, 'secret.doc', 'MS Word 97', 'secret')
writer.Text.setString('An ordinary text')
store(writer, 'plain.doc', 'MS Word 97')
writer.close(True)
impress = make('simpress')
slide = impress.DrawPages.getByIndex(0)
store(impress, 'plain.ppt', 'MS PowerPoint 97')
impress.close(True)
try: desktop.terminate()
except Exception: pass
program.wait(20)
`
/** A picture with the payload in a comment: texts are stored with two bytes a character, pictures as they are. */
function markedPicture(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
      chunk('tEXt', Buffer.from(`Comment\0${payload}`, 'latin1')),
      chunk('IDAT', deflateSync(Buffer.of(0, 128))),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

shop.write('mark.png', markedPicture())
shop.run('/usr/bin/python3', ['-c', script.replaceAll('FOLDER', shop.folder).replaceAll('PAYLOAD', payload)])

// ── Workbooks ──

const { exec, char, call, halt, formula } = functionNumbers
const text = (value: string): Buffer => ptg.text(value)
const macroCells = [
  { row: 1, column: 1, tokens: Buffer.concat([text(payload), ptg.call(exec, 1)]) },
  { row: 2, column: 1, tokens: ptg.call(halt, 0) },
]
const autoOpen = { name: 1, tokens: ptg.outerCell(0, 1, 1) }

/** A payload that exists only when characters and cells are joined. */
const foldedCells = [
  { row: 1, column: 2, text: payload.slice(0, 10) },
  { row: 2, column: 2, shared: 1 },
  {
    row: 1,
    column: 1,
    tokens: Buffer.concat([
      ptg.cell(1, 2),
      ptg.cell(2, 2),
      ptg.join,
      ...Array.from(payload.slice(20)).flatMap((letter) => [
        ptg.number(letter.charCodeAt(0)),
        ptg.fixed(char),
        ptg.join,
      ]),
      ptg.call(exec, 1),
    ]),
  },
]
const workbook = (stream: Uint8Array, name = 'Workbook'): Uint8Array => cfbOf([{ name, data: stream }])
const macroSheet = { name: 'Macro1', isMacro: true, cells: macroCells }
const xlmSamples: readonly GoldenSample[] = [
  {
    title: 'a macro sheet that starts by itself, very hidden',
    made: 'by hand, [MS-XLS]',
    covers: ['xlm'],
    finds: ['XLM/Macro1.txt'],
    suspects: ['Heuristic.Macro.XLM XLM/Macro1.txt'],
    bytes: workbook(workbookStream({ sheets: [{ ...macroSheet, hidden: 2 }], names: [autoOpen] })),
  },
  {
    title: 'a string put together from cells, shared strings and characters',
    made: 'by hand, [MS-XLS]',
    covers: ['xlm'],
    finds: ['XLM/Macro1.txt'],
    bytes: workbook(
      workbookStream({
        sheets: [{ name: 'Macro1', isMacro: true, cells: foldedCells }],
        strings: ['another', payload.slice(10, 20)],
        stringRecordBytes: 24,
      }),
    ),
  },
  {
    title: 'a formula that writes a formula',
    made: 'by hand, [MS-XLS]',
    covers: ['xlm'],
    finds: ['XLM/Macro1.txt'],
    bytes: workbook(
      workbookStream({
        sheets: [
          {
            name: 'Macro1',
            isMacro: true,
            cells: [
              {
                row: 1,
                column: 1,
                tokens: Buffer.concat([
                  text(`=EXEC("${payload.slice(0, 15)}`),
                  text(`${payload.slice(15)}")`),
                  ptg.join,
                  ptg.cell(2, 1),
                  ptg.call(formula, 2),
                ]),
              },
              {
                row: 3,
                column: 1,
                tokens: Buffer.concat([text('urlmon'), text('URLDownloadToFileA'), ptg.call(call, 2)]),
              },
            ],
          },
        ],
      }),
    ),
  },
  {
    title: 'a DDE link',
    made: 'by hand, [MS-XLS]',
    covers: ['dde'],
    finds: ['DDE links.txt'],
    suspects: ['Heuristic.Macro.DDE DDE links.txt'],
    bytes: workbook(
      workbookStream({
        sheets: [{ name: 'Sheet1', cells: [] }],
        dde: { program: 'cmd', topic: `/c echo ${payload}`, item: 'A0' },
      }),
    ),
  },
  ...(['secret', 'velvet'] as const).map((name) => ({
    title: `encrypted with RC4, ${name === 'secret' ? 'with a given password' : 'with the password that Excel tries'}`,
    made: office,
    covers: [],
    finds: ['Workbook (decrypted)'],
    ...(name === 'secret' ? { passwords: ['wrong', 'secret'] } : {}),
    bytes: shop.read(`${name}.xls`),
  })),
  {
    title: 'encrypted with a password that is not known',
    made: office,
    covers: [],
    finds: [],
    reasons: ['encrypted Workbook'],
    bytes: shop.read('secret.xls'),
  },
  { title: 'an ordinary workbook', made: office, covers: [], finds: [], bytes: shop.read('plain.xls') },
]
writeGoldenSamples('xls', xlmSamples)

// ── Binary OOXML workbooks ──

/** A macro sheet with one formula ([MS-XLSB] 2.1.4). */
function binarySheet(argument: string): Buffer {
  const record = (type: readonly number[], data: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([...type, (data.length & 0x7f) | 0x80, data.length >> 7]), data])
  const tokens = Buffer.concat([
    Buffer.of(0x17, argument.length, 0),
    wide(argument),
    Buffer.of(0x42, 1, functionNumbers.exec, 0),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(tokens.length)
  const cell = Buffer.concat([Buffer.alloc(8 + 8 + 2), length, tokens, Buffer.alloc(4)])
  return Buffer.concat([
    Buffer.of(0x81, 0x01, 0),
    record([0], Buffer.alloc(16)),
    record([9], cell),
    Buffer.of(0x82, 0x01, 0),
  ])
}

writeGoldenSamples('xlsb', [
  {
    title: 'a macro sheet',
    made: 'by hand, [MS-XLSB]',
    covers: ['xlm'],
    finds: ['xl/macrosheets/sheet1.bin → XLM.txt'],
    suspects: ['Heuristic.Macro.XLM xl/macrosheets/sheet1.bin → XLM.txt'],
    bytes: zipOf([{ name: 'xl/macrosheets/sheet1.bin', data: binarySheet(payload) }]),
  },
])

// ── Documents ──

/** A document stream with one piece of text ([MS-DOC] 2.4.1). */
function wordDocument(content: string): CfbNode[] {
  const start = 0x400
  const stream = Buffer.alloc(start + content.length * 2)
  stream.writeUInt16LE(0xa5ec, 0)
  stream.writeUInt16LE(0x00c1, 2)
  stream.writeUInt16LE(0x0200, 10)
  const table = Buffer.alloc(5 + 8 + 8)
  table[0] = 2
  table.writeUInt32LE(16, 1)
  table.writeUInt32LE(content.length, 9)
  table.writeUInt32LE(start, 15)
  stream.writeUInt32LE(0, 0x01a2)
  stream.writeUInt32LE(table.length, 0x01a6)
  stream.write(content, start, 'utf16le')
  return [
    { name: 'WordDocument', data: stream },
    { name: '1Table', data: table },
  ]
}

const field = `before \u0013 DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k ${payload}" \u0014result\u0015 behind`
const quoted = `\u0013DDE \u0013 QUOTE ${Array.from('cmd.exe', (letter) => letter.charCodeAt(0)).join(' ')}\u0015 "/c ${payload}"\u0015`

writeGoldenSamples('doc', [
  {
    title: 'a DDE field',
    made: 'by hand, [MS-DOC]',
    covers: ['dde'],
    finds: ['DDE fields.txt'],
    suspects: ['Heuristic.Macro.DDE DDE fields.txt'],
    bytes: cfbOf(wordDocument(field)),
  },
  {
    title: 'a DDE field whose program is spelt in numbers',
    made: 'by hand, [MS-DOC]',
    covers: ['dde'],
    finds: ['DDE fields.txt'],
    suspects: ['Heuristic.Macro.DDE DDE fields.txt'],
    bytes: cfbOf(wordDocument(quoted)),
  },
  {
    title: 'encrypted, with a given password',
    made: office,
    covers: [],
    finds: ['WordDocument (decrypted)'],
    passwords: ['secret'],
    bytes: shop.read('secret.doc'),
  },
  {
    title: 'encrypted with a password that is not known',
    made: office,
    covers: [],
    finds: [],
    reasons: ['encrypted WordDocument'],
    bytes: shop.read('secret.doc'),
  },
  { title: 'an ordinary document', made: office, covers: [], finds: [], bytes: shop.read('plain.doc') },
])

// ── Presentations ──

function pptRecord(type: number, instance: number, data: Uint8Array, version = 0): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16LE(version | (instance << 4), 0)
  head.writeUInt16LE(type, 2)
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data])
}

function packed(data: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(data.length)
  return Buffer.concat([length, deflateSync(data)])
}

const embedded = cfbOf([{ name: 'CONTENTS', data: eicar }])
const project = cfbOf([
  vbaStorage({ modules: [{ name: 'Module1', source: `Attribute VB_Name = "Module1"\r\n' ${payload}\r\n` }] }),
])
const slides = Buffer.concat([
  pptRecord(0x03e8, 0, pptRecord(0x03e9, 1, Buffer.alloc(40)), 0x0f),
  pptRecord(0x1011, 1, packed(embedded)),
  pptRecord(0x1011, 0, embedded),
  pptRecord(0x1011, 1, packed(project)),
])
const metafile = Buffer.concat([
  Buffer.alloc(16, 3),
  (() => {
    const header = Buffer.alloc(34)
    header.writeUInt32LE(eicar.length, 0)
    header[33] = 0xfe
    return header
  })(),
  deflateSync(Buffer.from(eicar)),
])

writeGoldenSamples('ppt', [
  {
    title: 'embedded objects and a VBA project, compressed and not',
    made: 'by hand, [MS-PPT]',
    covers: ['vba'],
    finds: [
      'PowerPoint Document/object 1 → CONTENTS',
      'PowerPoint Document/object 2 → CONTENTS',
      'PowerPoint Document/object 3 → VBA/Module1.bas',
    ],
    bytes: cfbOf([{ name: 'PowerPoint Document', data: slides }]),
  },
  {
    title: 'pictures',
    made: 'by hand, [MS-ODRAW]',
    covers: [],
    finds: ['Pictures/1.png', 'Pictures/2.wmf'],
    bytes: cfbOf([
      { name: 'PowerPoint Document', data: pptRecord(0x03e8, 0, Buffer.alloc(0), 0x0f) },
      {
        name: 'Pictures',
        data: Buffer.concat([
          pptRecord(0xf01e, 0x6e0, Buffer.concat([Buffer.alloc(17, 1), Buffer.from(eicar)])),
          pptRecord(0xf01b, 0x216, metafile),
        ]),
      },
    ]),
  },
  {
    title: 'an embedded object whose compressed data is cut',
    made: 'by hand, [MS-PPT]',
    covers: [],
    finds: [],
    reasons: ['damaged PowerPoint Document/object 1'],
    bytes: cfbOf([
      {
        name: 'PowerPoint Document',
        data: pptRecord(0x1011, 1, packed(Buffer.alloc(9000, 'some text')).subarray(0, 30)),
      },
    ]),
  },
  { title: 'an ordinary presentation', made: office, covers: [], finds: [], bytes: shop.read('plain.ppt') },
])

// ── Messages ──

const property = (name: string, data: Uint8Array | string): CfbNode => ({ name: `__substg1.0_${name}`, data })
const properties: CfbNode = { name: '__properties_version1.0', data: Buffer.alloc(32) }
const attachment = (number: number, name: string, data: Uint8Array | string): CfbNode => ({
  name: `__attach_version1.0_#0000000${number}`,
  children: [
    properties,
    property('3707001F', wide(name)),
    property('3704001F', wide('SHORT~1.COM')),
    property('37010102', data),
  ],
})

/** Compressed RTF without references ([MS-OXRTFCP] 2.1.3.1). */
function compressedRtf(content: string): Buffer {
  const body: number[] = []
  const bytes = Buffer.from(content, 'latin1')
  for (let at = 0; at < bytes.length; at += 8) body.push(0, ...bytes.subarray(at, at + 8))
  const header = Buffer.alloc(16)
  header.writeUInt32LE(body.length + 12, 0)
  header.writeUInt32LE(bytes.length, 4)
  header.write('LZFu', 8, 'latin1')
  return Buffer.concat([header, Buffer.from(body)])
}

writeGoldenSamples('msg', [
  {
    title: 'attachments of a message and of a message attached to it',
    made: 'by hand, [MS-OXMSG]',
    covers: ['msg'],
    finds: ['eicar.com', 'inner.com', 'archive.zip → zipped.com'],
    bytes: cfbOf([
      properties,
      property('0037001F', wide('A message')),
      property('1000001F', wide('An ordinary text.')),
      attachment(0, 'eicar.com', eicar),
      attachment(1, 'archive.zip', zipOf([{ name: 'zipped.com', data: eicar }])),
      {
        name: '__attach_version1.0_#00000002',
        children: [
          properties,
          { name: '__substg1.0_3701000D', children: [properties, attachment(0, 'inner.com', eicar)] },
        ],
      },
    ]),
  },
  {
    title: 'the text as HTML and as compressed RTF',
    made: 'by hand, [MS-OXMSG], [MS-OXRTFCP]',
    covers: ['msg'],
    finds: ['body.html', 'body.rtf'],
    bytes: cfbOf([
      properties,
      property('10130102', `<html><body>${payload}</body></html>`),
      property('10090102', compressedRtf(String.raw`{\rtf1\ansi ${payload}}`)),
    ]),
  },
  {
    title: 'an ordinary message',
    made: 'by hand, [MS-OXMSG]',
    covers: ['msg'],
    finds: [],
    bytes: cfbOf([
      properties,
      property('1000001F', wide('An ordinary text.')),
      property('10090102', compressedRtf(String.raw`{\rtf1\ansi An ordinary text.}`)),
      attachment(0, 'notes.txt', 'Some notes.'),
    ]),
  },
])

// ── Encrypted packages ──

const document = zipOf([
  { name: 'word/eicar.com', data: eicar },
  { name: 'word/document.xml', data: '<x/>'.repeat(3000) },
])
const agile = agileEncrypted(document, { password: 'secret' })
const velvetAgile = agileEncrypted(document, { password: 'VelvetSweatshop' })

writeGoldenSamples('office-encryption', [
  {
    title: 'standard, with a given password',
    made: office,
    covers: [],
    finds: ['package → xl/sharedStrings.xml'],
    passwords: ['wrong', 'secret'],
    bytes: shop.read('secret.xlsx'),
  },
  {
    title: 'standard, with the password that Excel tries',
    made: office,
    covers: [],
    finds: ['package → xl/sharedStrings.xml'],
    bytes: shop.read('velvet.xlsx'),
  },
  {
    title: 'agile, with a given password',
    made: 'by hand, [MS-OFFCRYPTO]; opened by msoffcrypto-tool 5.0.0',
    covers: [],
    finds: ['package → word/eicar.com'],
    passwords: ['secret'],
    bytes: agile,
  },
  {
    title: 'agile, with the password that Excel tries',
    made: 'by hand, [MS-OFFCRYPTO]; opened by msoffcrypto-tool 5.0.0',
    covers: [],
    finds: ['package → word/eicar.com'],
    bytes: velvetAgile,
  },
  {
    title: 'with a password that is not known',
    made: 'by hand, [MS-OFFCRYPTO]',
    covers: [],
    finds: [],
    reasons: ['encrypted EncryptedPackage'],
    bytes: agile,
  },
])
