import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { oneNoteOf } from '../../../../test/support/onenote-writer.ts'
import { pageParts, type PdfPart, pdfOf } from '../../../../test/support/pdf-writer.ts'
import { ole1Of, packageOf, rtfOf } from '../../../../test/support/rtf-writer.ts'
import type { Format } from '../../formats/format.ts'
import { pdf } from '../../formats/pdf/pdf.ts'
import { rtf } from '../../formats/rtf/rtf.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import { headBytes, type Language } from '../../scan-object.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import { documentDetector } from './index.ts'
import { hidesItsKind, isRunnable, placeOf, runsProgram } from './targets.ts'

interface Given {
  readonly name?: string
  readonly language?: Language
}

/** `name score` of what is found in one object. */
function judged(content: ByteSource | Uint8Array | string, { name = 'x', language }: Given = {}): string[] {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const source = bytes instanceof Uint8Array ? bytesSource(bytes) : bytes
  const found: string[] = []
  documentDetector.detect(
    {
      chain: ['file', name],
      depth: 1,
      source,
      head: source.read(0, headBytes).slice(),
      ...(language === undefined ? {} : { language }),
    },
    detectContext({
      report: assert.fail,
      suspect({ name: finding, score, reasons, techniques }) {
        assert.ok(reasons.length > 0 && techniques.every((id) => /^T\d{4}(?:\.\d{3})?$/.test(id)))
        found.push(`${finding} ${score}`)
      },
    }),
  )
  return found
}

/** The same of every member of a document. */
function judgedWithin(format: Format, bytes: Uint8Array): string[] {
  const context = { budget: new Budget(defaultLimits), passwords: [], fault: assert.fail }
  const object = { chain: ['file'], depth: 0, source: bytesSource(bytes), head: bytes.slice(0, headBytes) }
  const found: string[] = []
  for (const { name, source, language } of format.members(object, context)) {
    found.push(...judged(source, { name, ...(language === undefined ? {} : { language }) }))
  }
  return found
}

const inPdf = (catalog: string, ...parts: readonly PdfPart[]): string[] =>
  judgedWithin(pdf, pdfOf([...pageParts(catalog), ...parts]))
const embedded = (name: string): PdfPart[] => [
  { number: 8, value: `<< /Type /Filespec /F (${name}) /EF << /F 9 0 R >> >>` },
  { number: 9, value: '<< /Type /EmbeddedFile >>', data: 'content' },
]

test('a PDF that launches a program is found, with a click or without', () => {
  const launch = '<< /S /Launch /Win << /F (cmd.exe) /P (/c start calc) >> >>'
  assert.deepEqual(inPdf(`/OpenAction ${launch}`), ['Heuristic.Pdf.Launch 95'])
  assert.deepEqual(inPdf('', { number: 5, value: `<< /A ${launch} >>` }), ['Heuristic.Pdf.Launch 90'])
  assert.deepEqual(inPdf('', { number: 5, value: '<< /A << /S /Launch /F (plan.dwg) >> >>' }), [])
})

test('a PDF with a program is worse when something starts by itself', () => {
  assert.deepEqual(inPdf('', ...embedded('a.exe')), ['Heuristic.Pdf.EmbeddedProgram 65'])
  const script = '/OpenAction << /S /JavaScript /JS (x\\(\\)) >>'
  assert.deepEqual(inPdf(script, ...embedded('a.js')), ['Heuristic.Pdf.EmbeddedProgram 90'])
  assert.deepEqual(inPdf(script, ...embedded('a.xml')), [])
})

test('a script that drops an embedded file is found', () => {
  const script = 'this.exportDataObject({ cName: "a.docm", nLaunch: 2 });'
  assert.deepEqual(judged(script, { language: 'javascript' }), ['Heuristic.Pdf.Dropper 92'])
  assert.deepEqual(
    judged('this.exportDataObject({ cName: "a.xml", nLaunch: 0 });', { language: 'javascript' }),
    [],
  )
})

test('names that hide scripts, and forms that are sent by themselves, are found', () => {
  assert.deepEqual(inPdf('/OpenAction << /S /J#61vaScript /#4aS (x) >>'), ['Heuristic.Pdf.DisguisedName 85'])
  assert.deepEqual(inPdf('/OpenAction << /S /GoToR /F (\\\\\\\\198.51.100.1\\\\a\\\\b.pdf) >>'), [
    'Heuristic.Pdf.GoToR 88',
  ])
  assert.deepEqual(inPdf('', { number: 5, value: '<</A<</S/SubmitForm/F(https://a.example/)>>>>' }), [])
  assert.deepEqual(inPdf('/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>'), [])
})

test('scripts that exploit readers are found, ordinary ones are not', () => {
  const shellcode = `var s = unescape("${'%u9090'.repeat(20)}"); var b = s; while (b.length < 0x40000) b += b;`
  const script = { language: 'javascript' } as const
  assert.deepEqual(judged(shellcode, script), ['Heuristic.Exploit.JavaScript 80'])
  assert.deepEqual(judged('util.printf("%45000f", 1)', script), ['Heuristic.Exploit.JavaScript 70'])
  assert.deepEqual(
    judged('event.value = util.printf("%.2f", unescape(this.getField("a").value));', script),
    [],
  )
  assert.deepEqual(judged('for (var i = 0; i < a.length; i++) s += "\\u00e4";', script), [])
})

const relation = (type: string, target: string, mode = ' TargetMode="External"'): string =>
  `<?xml version="1.0"?>\r\n<Relationships xmlns="x"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"${mode}/></Relationships>`

const relations: readonly (readonly [string, string, string[]])[] = [
  ['attachedTemplate', 'http://a.example/t.dotm', ['Heuristic.Ooxml.RemoteTemplate 88']],
  ['attachedTemplate', 'https&#58;//a.example/t.dotm', ['Heuristic.Ooxml.RemoteTemplate 88']],
  ['attachedTemplate', 'file:///\\\\198.51.100.1\\s\\t.dotm', ['Heuristic.Ooxml.RemoteTemplate 80']],
  ['attachedTemplate', 'file:///C:\\Users\\a\\Templates\\t.dotx', []],
  ['oleObject', 'https://a.example/x.html!', ['Heuristic.Ooxml.ExternalRelation 95']],
  ['oleObject', 'http://a.example/x.rtf', ['Heuristic.Ooxml.ExternalRelation 90']],
  [
    'oleObject',
    'mhtml:http://a.example/x.html!x-usc:http://a.example/x.html',
    ['Heuristic.Ooxml.ExternalRelation 95'],
  ],
  ['hyperlink', 'ms-msdt:/id PCWDiagnostic', ['Heuristic.Ooxml.ExternalRelation 95']],
  ['frame', 'http://a.example/', ['Heuristic.Ooxml.ExternalRelation 85']],
  ['hyperlink', 'https://a.example/', []],
  ['image', 'https://a.example/a.png', []],
  ['externalLinkPath', 'https://a.example/a.xlsx', ['Heuristic.Ooxml.ExternalRelation 40']],
]
for (const [type, target, expected] of relations) {
  test(`an external relation ${type} to ${target}`, () => {
    assert.deepEqual(judged(relation(type, target)), expected)
    const wide = Buffer.from(`\ufeff${relation(type, target)}`, 'utf16le')
    assert.deepEqual(judged(wide), expected)
    assert.deepEqual(judged(relation(type, target, '')), [])
  })
}

test('RTF: templates, DDE, linked objects, packages and equations', () => {
  const within = (text: string): string[] => judgedWithin(rtf, Buffer.from(text, 'latin1'))
  assert.deepEqual(within('{\\rtf1{\\*\\template http://a.example/t}}'), ['Heuristic.Rtf.RemoteTemplate 88'])
  assert.deepEqual(within('{\\rtf1{\\*\\template C:\\\\t.dot}}'), [])
  assert.deepEqual(within('{\\rtf1{\\field{\\*\\fldinst DDEAUTO cmd.exe "/c x"}}}'), ['Heuristic.Rtf.Dde 95'])
  assert.deepEqual(within('{\\rtf1{\\field{\\*\\fldinst HYPERLINK "http://a.example/x.exe"}}}'), [])
  const link = ole1Of({ className: 'OLE2Link', native: 'x' })
  const update = rtfOf(link, '\\objautlink\\objupdate').replace(
    '{\\*\\objdata',
    '{\\*\\objclass OLE2Link}{\\*\\objdata',
  )
  assert.deepEqual(within(update), ['Heuristic.Rtf.AutoLink 85'])
  const file = (name: string): string => rtfOf(ole1Of({ className: 'Package', native: packageOf(name, 'x') }))
  assert.deepEqual(within(file('report.pdf.js')), ['Heuristic.Rtf.EmbeddedProgram 92'])
  assert.deepEqual(within(file('setup.exe')), ['Heuristic.Rtf.EmbeddedProgram 80'])
  assert.deepEqual(within(file('table.xlsx')), [])
})

const equation = (records: string): Buffer =>
  Buffer.concat([
    Buffer.from('1c00000002009ec4a900000000000000c8a75c00c4ee5b0000000000', 'hex'),
    Buffer.from(`\x03\x01\x01\x03\x0a${records}`, 'latin1'),
  ])

test('equations that overflow the editor are found, ordinary ones are not', () => {
  const native = { name: 'Equation Native' }
  const long = equation(`\x0a\x01\x08\x5a\x5a${'cmd.exe /c calc '.repeat(4)}\0`)
  assert.deepEqual(judged(long, native), ['Heuristic.Exploit.Equation 95'])
  assert.deepEqual(judged(long, { name: 'object 1 (Equation.3)' }), ['Heuristic.Exploit.Equation 95'])
  assert.deepEqual(judged(equation('\x0a\x01\x08\x81\x00Times New Roman\0\x02\x83x\0'), native), [])
  assert.deepEqual(judged(equation('\x0a\x01\x05\x00\x00\x00\x60\x60'), native), [
    'Heuristic.Exploit.Equation 95',
  ])
  assert.deepEqual(judged(equation('\x0a\x01\x05\x00\x00\x00\x02\x02'), native), [])
})

test('an equation whose data have another name is found by its class', () => {
  const file = Buffer.alloc(2048)
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file)
  file.writeUInt32LE(1, 48)
  Buffer.from('02ce020000000000c000000000000046', 'hex').copy(file, 1024 + 80)
  assert.deepEqual(judged(file), ['Heuristic.Exploit.Equation 88'])
  Buffer.from('Equation Native', 'utf16le').copy(file, 1024 + 128)
  assert.deepEqual(judged(file), [])
})

test('linked objects that come from elsewhere are found', () => {
  const moniker = Buffer.from('e0c9ea79f9bace118c8200aa004ba90b', 'hex')
  const stream = (address: string): Buffer =>
    Buffer.concat([
      Buffer.from('0100000209000000010000000000000000000000', 'hex'),
      moniker,
      Buffer.from([address.length * 2, 0, 0, 0]),
      Buffer.from(`${address}\0`, 'utf16le'),
    ])
  assert.deepEqual(judged(stream('http://a.example/x.hta')), ['Heuristic.Exploit.OleLink 88'])
  assert.deepEqual(judged(stream('C:\\a\\b.xlsx')), [])
})

test('OneNote sections with programs are found by name and by content', () => {
  const section = (name: string, data: string): string[] => judged(oneNoteOf([{ name, extension: '', data }]))
  assert.deepEqual(section('Open.cmd', 'start'), ['Heuristic.OneNote.EmbeddedProgram 88'])
  assert.deepEqual(section('invoice.pdf.hta', 'x'), ['Heuristic.OneNote.EmbeddedProgram 95'])
  assert.deepEqual(section('picture.png', 'MZ program'), ['Heuristic.OneNote.EmbeddedProgram 88'])
  assert.deepEqual(section('table.xlsx', 'PK'), [])
})

test('PostScript that writes files, runs commands or decodes and runs is found', () => {
  const name = 'Heuristic.Exploit.PostScript'
  assert.deepEqual(judged('%!PS\n(%pipe%calc) (w) file'), [`${name} 95`])
  assert.deepEqual(judged('%!PS\n/f (C:\\\\Startup\\\\a.vbs) (w) file def f (x) writestring'), [`${name} 92`])
  const loop = `%!PS-Adobe-3.0 EPSF-3.0\n/a <${'c4c5'.repeat(3000)}> def 0 1 a length 1 sub { a exch 2 copy get 67 xor put } for a cvx exec`
  assert.deepEqual(judged(loop), [`${name} 88`])
  assert.deepEqual(judged(loop.slice(4), { language: 'postscript' }), [`${name} 88`])
  const font = `%!PS-Adobe-3.0\n/sfnts [<${'c4c5'.repeat(3000)}>] def currentfile eexec 1 1 10 { pop } for { exec } forall`
  assert.deepEqual(judged(font), [])
})

test('what is none of these is not even read', () => {
  const source: ByteSource = {
    size: 9,
    read: (_, length) => (length > headBytes ? assert.fail() : Buffer.from('MZ other data')),
  }
  assert.deepEqual(judged(source), [])
})

test('targets are told apart', () => {
  const places = {
    'http://a.example': 'web',
    '\\\\host\\share\\x': 'share',
    'file://host/share/x': 'share',
    'file:///C:/x': 'local',
    'file:////host/share': 'share',
    'C:\\x': 'local',
    'a/b.docx': 'local',
    'search-ms:query=x': 'handler',
  }
  assert.deepEqual(
    Object.keys(places).map((address) => placeOf(address)),
    Object.values(places),
  )
  assert.ok(
    isRunnable('a.EXE') && isRunnable('a.js ') && !isRunnable('a.json') && !isRunnable('https://a.com'),
  )
  assert.ok(hidesItsKind('a.pdf.exe') && hidesItsKind('a\u202efdp.exe') && !hidesItsKind('a.b.exe'))
  assert.ok(
    runsProgram('powershell -enc x') && runsProgram('C:\\x\\y.exe') && !runsProgram('shell company.pdf'),
  )
})
