// Golden samples of pdf, rtf, onenote and of the document heuristics. PDF documents come from Ghostscript and qpdf;
// what these do not write is written by the specification and read back with qpdf. RTF objects and OneNote sections
// are written by the specification: no program of Debian writes them.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'

import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { oneNoteOf } from '../../support/onenote-writer.ts'
import {
  ascii85Of,
  lzwOf,
  pageParts,
  type PdfPart,
  pdfOf,
  pngRowsOf,
  runLengthOf,
} from '../../support/pdf-writer.ts'
import { ole1Of, packageOf, rtfOf } from '../../support/rtf-writer.ts'
import { eicar } from '../../support/samples.ts'
import { zipOf } from '../../support/zip-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-documents-'))
const path = (name: string): string => join(folder, name)
const versionOf = (command: string): string =>
  execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? command
const qpdfVersion = versionOf('qpdf')
const pdfSpecification = 'by ISO 32000-2, read back with qpdf'

/** A page of text, written by Ghostscript. */
function page(): string {
  writeFileSync(
    path('page.ps'),
    '%!PS\n/Courier 12 selectfont 72 720 moveto (Quarterly report) show showpage\n',
  )
  execFileSync('gs', [
    '-q',
    '-dBATCH',
    '-dNOPAUSE',
    '-sDEVICE=pdfwrite',
    `-o${path('page.pdf')}`,
    path('page.ps'),
  ])
  return path('page.pdf')
}

function qpdf(input: string, ...args: readonly string[]): Uint8Array {
  const output = path('out.pdf')
  execFileSync('qpdf', [input, '--deterministic-id', ...args, output])
  return new Uint8Array(readFileSync(output))
}

function encrypted(input: string, ...args: readonly string[]): Uint8Array {
  const output = path('out.pdf')
  execFileSync('qpdf', ['--allow-weak-crypto', input, ...args, output])
  return new Uint8Array(readFileSync(output))
}

function attached(): string {
  writeFileSync(path('eicar.com'), eicar)
  const bytes = qpdf(page(), '--add-attachment', path('eicar.com'), '--mimetype=text/plain', '--')
  writeFileSync(path('attached.pdf'), bytes)
  return path('attached.pdf')
}

/** Throws unless qpdf decodes stream 9 to the EICAR file. */
function readBack(bytes: Uint8Array): Uint8Array {
  writeFileSync(path('check.pdf'), bytes)
  const content = execFileSync('qpdf', ['--show-object=9', '--filtered-stream-data', path('check.pdf')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (content.toString('latin1') !== eicar) throw new Error('qpdf reads something else')
  return bytes
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex')
const streamOf = (value: string, data: Uint8Array | string): PdfPart => ({ number: 9, value, data })

function filterSamples(): GoldenSample[] {
  const filters: readonly (readonly [string, string, Uint8Array | string])[] = [
    ['FlateDecode', '/FlateDecode', deflateSync(eicar)],
    ['LZWDecode', '/LZWDecode', lzwOf(eicar, 1)],
    ['LZWDecode without early change', '/LZWDecode /DecodeParms << /EarlyChange 0 >>', lzwOf(eicar, 0)],
    ['ASCIIHexDecode', '/ASCIIHexDecode', `${hex(eicar)}>`],
    ['ASCII85Decode', '/ASCII85Decode', ascii85Of(eicar)],
    ['RunLengthDecode', '/RunLengthDecode', runLengthOf(eicar, 0)],
    [
      'PNG predictors',
      '/FlateDecode /DecodeParms << /Predictor 15 /Columns 17 >>',
      deflateSync(pngRowsOf(eicar, 17)),
    ],
    [
      'a chain of three filters',
      '[/ASCIIHexDecode /ASCII85Decode /FlateDecode]',
      `${hex(ascii85Of(latin1(deflateSync(eicar))))}>`,
    ],
  ]
  return filters.map(([title, filter, data]) => ({
    title: `a stream with ${title}`,
    made: pdfSpecification,
    covers: ['pdf'],
    finds: ['object 9'],
    bytes: readBack(pdfOf([...pageParts(), streamOf(`<< /Filter ${filter} >>`, data)])),
  }))
}

function attachmentSamples(): GoldenSample[] {
  const input = attached()
  const variants: readonly (readonly [string, readonly string[]])[] = [
    ['an embedded file', []],
    ['an embedded file and object streams', ['--object-streams=generate']],
    ['an embedded file, linearized', ['--linearize']],
    ['an embedded file, nothing compressed', ['--qdf']],
  ]
  return variants.map(([title, args]) => ({
    title,
    made: `Ghostscript, qpdf --add-attachment ${args.join(' ')} (${qpdfVersion})`,
    covers: ['pdf-embedded', 'pdf'],
    finds: ['eicar.com'],
    bytes: qpdf(input, ...args),
  }))
}

function encryptedSamples(): GoldenSample[] {
  const input = attached()
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ['RC4 with 40 bits', ['40']],
    ['RC4 with 128 bits', ['128', '--use-aes=n']],
    ['AES with 128 bits', ['128', '--use-aes=y']],
    ['AES with 256 bits, revision 5', ['256', '--force-R5']],
    ['AES with 256 bits, revision 6', ['256']],
  ]
  const made = (args: readonly string[]): string => `qpdf --encrypt ${args.join(' ')} (${qpdfVersion})`
  const sampleOf = (words: string, user: string, args: readonly string[]): GoldenSample => ({
    title: words,
    made: made([`"${user}" owner`, ...args]),
    covers: ['pdf-encrypted'],
    finds: ['eicar.com'],
    bytes: encrypted(input, '--encrypt', user, 'owner', ...args, '--'),
  })
  return [
    ...ways.map(([title, args]) => sampleOf(`encrypted with the empty password: ${title}`, '', args)),
    ...ways.map(([title, args]) => ({
      ...sampleOf(`encrypted with a given password: ${title}`, 'user', args),
      passwords: ['wrong', 'user'],
    })),
    { ...sampleOf("encrypted, with the owner's password", 'user', ['256']), passwords: ['owner'] },
    {
      ...sampleOf("encrypted with RC4, with the owner's password", 'user', ['128', '--use-aes=n']),
      passwords: ['owner'],
    },
    {
      ...sampleOf('encrypted, object streams and metadata in the clear', '', ['256', '--cleartext-metadata']),
      bytes: encrypted(
        input,
        '--object-streams=generate',
        '--encrypt',
        '',
        'owner',
        '256',
        '--cleartext-metadata',
        '--',
      ),
    },
    {
      ...sampleOf('encrypted, and no password fits', 'user', ['256']),
      finds: [],
      reasons: ['encrypted (encrypted content)'],
      passwords: ['wrong'],
    },
  ]
}

const script = `app.alert('${payload}');`
const wide = `feff${Buffer.from(script, 'utf16le').swap16().toString('hex')}`

function scriptSamples(): GoldenSample[] {
  const found = 'object 4 javascript'
  const sampleOf = (title: string, finds: string, parts: readonly PdfPart[]): GoldenSample => ({
    title,
    made: pdfSpecification,
    covers: ['pdf-javascript'],
    finds: [finds],
    bytes: pdfOf(parts),
  })
  const action = (value: string): PdfPart => ({ number: 4, value: `<< /S /JavaScript /JS ${value} >>` })
  const open = pageParts('/OpenAction 4 0 R')
  const hidden = pdfOf([...open, action(`<${wide}>`)])
  writeFileSync(path('script.pdf'), hidden)
  return [
    sampleOf('a script in a string of UTF-16 in hexadecimal', found, [...open, action(`<${wide}>`)]),
    sampleOf('a script with octal escapes', found, [
      ...open,
      action(
        `(${[...Buffer.from(script)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')})`,
      ),
    ]),
    sampleOf('a script that is a stream', 'object 9', [
      ...open,
      action('9 0 R'),
      streamOf('<< /Filter /FlateDecode >>', deflateSync(script)),
    ]),
    {
      ...sampleOf('a script in an object stream', found, []),
      made: `qpdf --object-streams=generate (${qpdfVersion})`,
      bytes: qpdf(path('script.pdf'), '--object-streams=generate', '--preserve-unreferenced'),
      finds: ['object 5 javascript'],
    },
    {
      ...sampleOf('a script in an encrypted string', 'object 2 javascript', []),
      made: `qpdf --encrypt "" owner 256 (${qpdfVersion})`,
      bytes: encrypted(path('script.pdf'), '--encrypt', '', 'owner', '256', '--'),
    },
    sampleOf('a script in the template of a form', 'xfa template script 1', [
      ...pageParts('/AcroForm << /Fields [] /XFA [(template) 9 0 R] >>'),
      streamOf(
        '<< /Filter /FlateDecode >>',
        deflateSync(`<template><script contentType="application/x-javascript">${script}</script></template>`),
      ),
    ]),
  ]
}

function structureSamples(): GoldenSample[] {
  const first = pdfOf([...pageParts(), streamOf('<< >>', eicar)])
  const second = pdfOf([streamOf('<< >>', 'replaced')], { header: '' })
  const zip = zipOf([{ name: 'eicar.com', data: eicar }])
  const plain = readFileSync(attached())
  return [
    {
      title: 'an object that a later revision replaces',
      made: pdfSpecification,
      covers: ['pdf'],
      finds: ['object 9'],
      bytes: new Uint8Array(Buffer.concat([first, second])),
    },
    {
      title: 'no cross-reference table, lengths that lie and the header behind other bytes',
      made: 'by ISO 32000-2',
      covers: ['pdf'],
      finds: ['object 9'],
      bytes: pdfOf([...pageParts(), { ...streamOf('<< >>', eicar), length: '5' }], {
        header: `${'\0'.repeat(500)}%PDF-1.3\n`,
        withoutTable: true,
      }),
    },
    {
      title: 'a zip behind the end',
      made: 'by ISO 32000-2, a zip appended',
      covers: ['pdf'],
      finds: ['trailing-data → eicar.com'],
      bytes: new Uint8Array(Buffer.concat([first, zip])),
    },
    {
      title: 'cut off in the middle of a stream',
      made: `Ghostscript, qpdf (${qpdfVersion}), cut off`,
      covers: [],
      finds: ['eicar.com'],
      reasons: cutReasons,
      bytes: cut(plain),
    },
    {
      title: 'an ordinary document',
      made: 'Ghostscript pdfwrite',
      covers: [],
      finds: [],
      bytes: new Uint8Array(readFileSync(page())),
    },
  ]
}

const cutReasons: string[] = []

/** Cut inside the last stream, whose object is named in `cutReasons`. */
function cut(bytes: Uint8Array): Uint8Array {
  const text = latin1(bytes)
  const end = text.lastIndexOf('stream\n', text.lastIndexOf('endstream') - 1) + 'stream\n'.length + 30
  const number = /(\d+) 0 obj[^]*$/.exec(text.slice(text.lastIndexOf(' 0 obj', end) - 5, end))?.[1] ?? ''
  cutReasons.push(`damaged object ${number}`)
  return bytes.slice(0, end)
}

const byOleds = 'by [MS-OLEDS] and the Rich Text Format Specification 1.9.1'

function rtfSamples(): GoldenSample[] {
  const object = ole1Of({ className: 'Package', native: packageOf('eicar.com', eicar) })
  const digits = object.toString('hex')
  const found = 'eicar.com'
  const sampleOf = (title: string, text: string, finds: readonly string[] = [found]): GoldenSample => ({
    title,
    made: byOleds,
    covers: ['rtf'],
    finds,
    bytes: new Uint8Array(Buffer.from(text, 'latin1')),
  })
  const pieces = digits.replaceAll(/.{7}/g, '$&{\\*\\abc 0123}\\q1 \n')
  return [
    sampleOf('a packaged file', rtfOf(object)),
    sampleOf(
      'digits in pieces, between groups and words that Word ignores',
      `{\\rt{\\object{\\*\\objdata ${pieces}}}}`,
    ),
    sampleOf(
      'a binary part',
      `{\\rtf1{\\object{\\*\\objdata\\bin${object.length} ${object.toString('latin1')}}}}`,
    ),
    sampleOf(
      'a zip as the native data',
      rtfOf(ole1Of({ className: 'Thing', native: zipOf([{ name: 'a', data: eicar }]) })),
      ['object 1 (Thing) → a'],
    ),
    sampleOf('a picture', `{\\rtf1{\\pict\\wmetafile8 ${hex(eicar)}}}`, ['picture 1']),
    sampleOf('appended behind the last brace', `{\\rtf1 text}${eicar}`, ['trailing-data']),
    {
      ...sampleOf('an object that is cut off', rtfOf(object).slice(0, -200), []),
      covers: [],
      reasons: ['damaged object 1 (Package)'],
    },
    { ...sampleOf('an ordinary document', ordinaryRtf(), []), covers: [], made: 'LibreOffice' },
  ]
}

function converted(kind: 'rtf' | 'docx'): Uint8Array {
  writeFileSync(path('text.html'), '<p>Some text with a <a href="https://example.org/">link</a>.</p>')
  const options = ['--headless', `-env:UserInstallation=file://${path('office')}`]
  for (const [input, output] of [
    ['text.html', 'odt'],
    ['text.odt', kind],
  ] as const) {
    execFileSync('soffice', [...options, '--convert-to', output, '--outdir', folder, path(input)], {
      stdio: 'ignore',
    })
  }
  return new Uint8Array(readFileSync(path(`text.${kind}`)))
}

function ordinaryRtf(): string {
  return latin1(converted('rtf'))
}

function oneNoteSamples(): GoldenSample[] {
  const made = 'by [MS-ONESTORE] and [MS-ONE]'
  const ordinary = oneNoteOf([{ name: 'notes.txt', extension: '.txt', data: 'some ordinary text' }])
  return [
    {
      title: 'embedded files with and without names',
      made,
      covers: ['onenote'],
      finds: ['eicar.com', 'file 2.com', 'file 3'],
      suspects: [],
      bytes: oneNoteOf([
        { name: 'eicar.com', extension: '.com', data: eicar },
        { extension: '.com', data: eicar },
        { data: eicar },
      ]),
    },
    {
      title: 'an embedded zip',
      made,
      covers: ['onenote'],
      finds: ['a.zip → eicar.com'],
      bytes: oneNoteOf([
        { name: 'a.zip', extension: '.zip', data: latin1(zipOf([{ name: 'eicar.com', data: eicar }])) },
      ]),
    },
    {
      title: 'a file whose length is a lie',
      made,
      covers: [],
      finds: [],
      reasons: ['damaged file 1'],
      bytes: oneNoteOf([{ data: 'content', claimedSize: 2 ** 40 }]),
    },
    { title: 'an ordinary section', made, covers: [], finds: [], bytes: ordinary },
  ]
}

function withRelation(type: string, target: string): Uint8Array {
  const relations = 'http://schemas.openxmlformats.org'
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="${relations}/package/2006/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument/2006/relationships/${type}" Target="${target}" TargetMode="External"/></Relationships>`
  return zipOf([
    { name: '[Content_Types].xml', data: '<?xml version="1.0"?><Types/>' },
    { name: 'word/document.xml', data: '<?xml version="1.0"?><w:document/>' },
    { name: 'word/_rels/settings.xml.rels', data: xml },
  ])
}

function documentSamples(): GoldenSample[] {
  const suspect = (
    title: string,
    bytes: Uint8Array,
    suspects: readonly string[],
    covers: readonly string[],
  ): GoldenSample => ({
    title,
    made: 'by the specification of its format',
    covers,
    finds: [],
    suspects,
    bytes,
  })
  const launch = '/OpenAction << /S /Launch /Win << /F (cmd.exe) /P (/c echo) >> >>'
  const rels = 'word/_rels/settings.xml.rels'
  const external = ['ooxml-external']
  const overflow = Buffer.concat([
    Buffer.from('1c00000002009ec4a900000000000000c8a75c00c4ee5b000000000003010103', 'hex'),
    Buffer.from(`\x0a\x0a\x01\x08\x5a\x5a${'A'.repeat(60)}\0`, 'latin1'),
  ])
  return [
    suspect(
      'a PDF that launches a program',
      pdfOf(pageParts(launch)),
      ['Heuristic.Pdf.Launch actions'],
      ['pdf-launch'],
    ),
    suspect(
      'a template from elsewhere',
      withRelation('attachedTemplate', 'http://example.org/t.dotm'),
      [`Heuristic.Ooxml.RemoteTemplate ${rels}`],
      external,
    ),
    suspect(
      'an object from elsewhere',
      withRelation('oleObject', 'https://example.org/x.html!'),
      [`Heuristic.Ooxml.ExternalRelation ${rels}`],
      external,
    ),
    suspect('a link', withRelation('hyperlink', 'https://example.org/'), [], []),
    suspect(
      'an RTF document with an equation that overflows the editor',
      new Uint8Array(Buffer.from(rtfOf(ole1Of({ className: 'Equation.3', native: overflow })), 'latin1')),
      ['Heuristic.Exploit.Equation object 1 (Equation.3)'],
      [],
    ),
    suspect(
      'a OneNote section with a script',
      oneNoteOf([{ name: 'Open.hta', extension: '.hta', data: 'harmless' }]),
      ['Heuristic.OneNote.EmbeddedProgram'],
      [],
    ),
    { ...suspect('an ordinary document', converted('docx'), [], []), made: 'LibreOffice' },
  ]
}

try {
  const cutOff = structureSamples()
  writeGoldenSamples('pdf', [
    ...attachmentSamples(),
    ...encryptedSamples(),
    ...filterSamples(),
    ...scriptSamples(),
    ...cutOff,
  ])
  writeGoldenSamples('rtf', rtfSamples())
  writeGoldenSamples('onenote', oneNoteSamples())
  writeGoldenSamples('document', documentSamples())
} finally {
  rmSync(folder, { recursive: true, force: true })
}
