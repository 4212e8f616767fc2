import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, deflateSync } from 'node:zlib'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import {
  ascii85Of,
  lzwOf,
  pageParts,
  type PdfOptions,
  type PdfPart,
  pdfOf,
  pngRowsOf,
  runLengthOf,
} from '../../../../test/support/pdf-writer.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { pdf } from './pdf.ts'

const flat = { formats: [pdf], isFlat: true } as const
const open = (parts: readonly PdfPart[], options: PdfOptions = {}) =>
  unpack(pdfOf([...pageParts(), ...parts], options), flat)
const text = 'the content of a stream, and again the content of a stream. '.repeat(30)
const hex = (data: string): string => Buffer.from(data, 'latin1').toString('hex')
const stream = (value: string, data: Uint8Array | string, length?: string): PdfPart => ({
  number: 9,
  value,
  data,
  ...(length === undefined ? {} : { length }),
})
const bytesText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Rows of differences as TIFF's predictor makes them, one component of `bits` bits. */
function tiffRowOf(values: readonly number[], bits: number): Uint8Array {
  let all = 0n
  for (const [i, value] of values.entries()) {
    const difference = (value - (values[i - 1] ?? 0)) & (2 ** bits - 1)
    all = (all << BigInt(bits)) | BigInt(difference)
  }
  const digits = (values.length * bits) / 4
  return Buffer.from(all.toString(16).padStart(digits, '0'), 'hex')
}

const filters: readonly (readonly [string, string, Uint8Array | string, string?])[] = [
  ['none', '<< >>', text],
  ['FlateDecode', '<< /Filter /FlateDecode >>', deflateSync(text)],
  ['FlateDecode without its zlib header', '<< /Filter [/FlateDecode] >>', deflateRawSync(text)],
  ['FlateDecode behind a line end', '<< /Filter /FlateDecode >>', `\r\n${bytesText(deflateSync(text))}`],
  ['FlateDecode, abbreviated', '<< /Filter /Fl >>', deflateSync(text)],
  ['FlateDecode without its checksum', '<< /Filter /FlateDecode >>', deflateSync(text).subarray(0, -4)],
  ['LZWDecode', '<< /Filter /LZWDecode >>', lzwOf(text, 1)],
  ['LZWDecode without early change', '<< /Filter /LZW /DecodeParms << /EarlyChange 0 >> >>', lzwOf(text, 0)],
  ['ASCIIHexDecode', '<< /Filter /ASCIIHexDecode >>', `${hex(text).replaceAll(/.{60}/g, '$&\n')}>`],
  ['ASCII85Decode', '<< /Filter /ASCII85Decode >>', ascii85Of(text).replaceAll(/.{70}/g, '$&\r\n')],
  ['ASCII85Decode with an opening', '<< /Filter /A85 >>', `<~${ascii85Of(text)}`],
  ['RunLengthDecode', '<< /Filter /RunLengthDecode >>', runLengthOf(text, 0)],
  ['a chain', '<< /Filter [/AHx /A85 /Fl] >>', `${hex(ascii85Of(bytesText(deflateSync(text))))}>`],
  [
    'PNG predictors',
    '<< /Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 17 >> >>',
    deflateSync(pngRowsOf(text, 17)),
  ],
  [
    'PNG predictors behind LZW in a chain',
    '<< /Filter [/A85 /LZW] /DecodeParms [null << /Predictor 12 /Columns 40 >>] >>',
    ascii85Of(bytesText(lzwOf(bytesText(pngRowsOf(text, 40)), 1))),
  ],
  [
    'TIFF predictor',
    '<< /Filter /FlateDecode /DecodeParms << /Predictor 2 /Columns 1800 >> >>',
    deflateSync(tiffRowOf([...Buffer.from(text)], 8)),
  ],
]
for (const [title, value, data] of filters) {
  test(`a stream is decoded: ${title}`, () => {
    const result = open([stream(value, data)])
    assert.deepEqual([listed(result), result.faults], [[`object 9=${text}`], []])
  })
}

test('TIFF predictors of 1, 2, 4 and 16 bits are undone', () => {
  const cases = [
    [1, [1, 0, 1, 1, 0, 0, 1, 0], '\xb2'],
    [2, [3, 0, 1, 2], '\xc6'],
    [4, [15, 1, 8, 0], '\xf1\x80'],
    [16, [0x1234, 0x0102], '\x12\x34\x01\x02'],
  ] as const
  for (const [bits, values, expected] of cases) {
    const value = `<< /Filter /Fl /DecodeParms << /Predictor 2 /Columns ${values.length} /BitsPerComponent ${bits} >> >>`
    assert.equal(
      listed(open([stream(value, deflateSync(tiffRowOf(values, bits)))]))[0],
      `object 9=${expected}`,
    )
  }
})

test('runs of RunLengthDecode and zeros of ASCII85Decode are decoded', () => {
  assert.equal(listed(open([stream('<< /Filter /RL >>', runLengthOf('ab', 5))]))[0], 'object 9=xxxxxab')
  assert.equal(listed(open([stream('<< /Filter /A85 >>', 'z!!~>')]))[0], 'object 9=\0\0\0\0\0')
})

test('names written with escapes are read, also those of filters', () => {
  const result = open([stream('<< /F#69lter /#46lateDecode >>', deflateSync(text))])
  assert.equal(listed(result)[0], `object 9=${text}`)
})

test('pictures stay as they are, and what is around them is decoded', () => {
  const value = '<< /Subtype /Image /Filter [/ASCIIHexDecode /DCTDecode] >>'
  assert.deepEqual(listed(open([stream(value, 'ffd8ffe0>')])), ['object 9=\xff\xd8\xff\xe0'])
  assert.deepEqual(listed(open([stream('<< /Filter /JBIG2Decode >>', 'raw')])), ['object 9=raw'])
})

const lengths: readonly (readonly [string, string])[] = [
  ['too short', '3'],
  ['too long', '99999'],
  ['missing', ''],
  ['not a number', '/Name'],
  ['an object that is not there', '77 0 R'],
]
for (const [title, length] of lengths) {
  test(`a stream ends at endstream when its length is ${title}`, () => {
    assert.deepEqual(listed(open([stream('<< >>', text, length)])), [`object 9=${text}`])
  })
}

test('a length in an object of its own counts when the data hold the word endstream', () => {
  const data = `before endstream endobj ${text}`
  const parts = [stream('<< >>', data, '10 0 R'), { number: 10, value: String(data.length) }]
  assert.deepEqual(listed(open(parts)), [`object 9=${data}`])
})

test('objects are found without a cross-reference table, in every revision, and with a header further behind', () => {
  const first = pdfOf([...pageParts(), stream('<< >>', 'old')], { header: `${'x'.repeat(900)}%PDF-1.4 ` })
  const second = pdfOf([stream('<< >>', 'new')], { header: '', withoutTable: true })
  assert.deepEqual(listed(unpack(Buffer.concat([first, second]), flat)), ['object 9=old', 'object 9=new'])
})

test('a missing endobj or endstream hides nothing', () => {
  const source = '%PDF-1.4\n1 0 obj <</A 1>>\n2 0 obj <<>> stream\nfirst\nendobj 3 0 obj<<>>stream\nsecond'
  const result = unpack(Buffer.from(source), flat)
  assert.deepEqual(listed(result), ['object 2=first', 'object 3=second'])
  assert.deepEqual(result.faults, ['damaged object 3'])
})

test('an object in the data of a stream is found where a table or a cross-reference stream places it', () => {
  const inner = '8 0 obj << /S /JavaScript /JS (hidden) >> endobj'
  const file = Buffer.from(pdfOf([...pageParts(), stream('<< >>', `xx ${inner} xx`)], { withoutTable: true }))
  const offset = file.indexOf(inner)
  const table = `xref\n8 1\n${String(offset).padStart(10, '0')} 00000 n \ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF`
  const entry = Buffer.from([1, 0, 0, 0, 0])
  entry.writeUInt16BE(offset, 2)
  const crossReference = pdfOf(
    [{ number: 30, value: '<< /Type /XRef /W [1 3 1] /Filter /FlateDecode >>', data: deflateSync(entry) }],
    { header: '', withoutTable: true },
  )
  const names = (appended: Uint8Array): string[] =>
    unpack(Buffer.concat([file, appended]), flat).members.map(({ chain }) => chain)
  assert.deepEqual(names(Buffer.from('')), ['object 9'])
  assert.deepEqual(names(Buffer.from(table)), ['object 9', 'object 8 javascript', 'actions'])
  assert.deepEqual(names(crossReference), ['object 9', 'object 30', 'object 8 javascript', 'actions'])
})

test('a string that is never closed hides no object', () => {
  for (const opening of ['(', '<', '<< /A (', '[ <']) {
    const source = `%PDF-1.4\n7 0 obj ${opening}\n8 0 obj << /S /JavaScript /JS (found) >> endobj`
    assert.equal(listed(unpack(Buffer.from(source), flat))[0], 'object 8 javascript=found', opening)
    const closed = `%PDF-1.4\n7 0 obj ${opening}\nendobj 8 0 obj << /S /JavaScript /JS (found) >> endobj`
    assert.equal(listed(unpack(Buffer.from(closed), flat))[0], 'object 8 javascript=found', opening)
  }
  const quick = `%PDF-1.4\n${'1 0 obj ('.repeat(200_000)}`
  assert.deepEqual(unpack(Buffer.from(quick), flat).faults, [])
})

/** An object stream (7.5.7) of these objects. */
function objectStream(objects: readonly (readonly [number, string])[]): PdfPart {
  let places = ''
  let values = ''
  for (const [number, value] of objects) {
    places += `${number} ${values.length} `
    values += `${value} `
  }
  const value = `<< /Type /ObjStm /N ${objects.length} /First ${places.length} /Filter /FlateDecode >>`
  return { number: 20, value, data: deflateSync(places + values) }
}

const scriptText = 'app.alert("hello");'
const scripts: readonly (readonly [string, readonly PdfPart[]])[] = [
  ['a string', [{ number: 9, value: `<< /S /JavaScript /JS (app.alert\\(\\"hello\\"\\)\\073) >>` }]],
  ['a string over lines', [{ number: 9, value: `<< /S /JavaScript /JS (app.al\\\nert("hello");) >>` }]],
  ['hexadecimal digits', [{ number: 9, value: `<< /S /JavaScript /JS <${hex(scriptText)}> >>` }]],
  [
    'UTF-16',
    [
      {
        number: 9,
        value: `<< /JS <feff${Buffer.from(scriptText, 'utf16le').swap16().toString('hex')}> /S /JavaScript >>`,
      },
    ],
  ],
  [
    'a string of its own',
    [
      { number: 9, value: '<< /S /JavaScript /JS 10 0 R >>' },
      { number: 10, value: `(${scriptText})` },
    ],
  ],
  ['a name with escapes', [{ number: 9, value: `<< /S /JavaScript /#4aS (${scriptText}) >>` }]],
  ['an object stream', [objectStream([[9, `<< /S /JavaScript /JS (${scriptText}) >>`]])]],
  [
    'a string in an object stream',
    [
      objectStream([
        [9, '<</S/JavaScript/JS 10 0 R>>'],
        [10, `(${scriptText})`],
      ]),
    ],
  ],
]
for (const [title, parts] of scripts) {
  test(`a script is given: ${title}`, () => {
    const found: string[] = []
    const contents: string[] = []
    unpack(pdfOf([...pageParts(), ...parts]), {
      ...flat,
      visit({ name, source, language }) {
        if (language === undefined) return
        found.push(`${language} ${name}`)
        contents.push(Buffer.from(source.read(0, 1000)).toString('latin1'))
      },
    })
    assert.equal(found.length, 1)
    assert.match(found[0] ?? '', /^javascript object (?:9|10) javascript$/)
    assert.deepEqual(contents, [scriptText])
  })
}

test('a script that is a stream says its language', () => {
  const languages: (string | undefined)[] = []
  const parts = [stream('<< >>', scriptText), { number: 10, value: '<< /S /JavaScript /JS 9 0 R >>' }]
  unpack(pdfOf(parts), { ...flat, visit: ({ language }) => languages.push(language) })
  assert.deepEqual(languages, ['javascript', undefined])
})

test('embedded files have the names of their specifications', () => {
  const parts = [
    {
      number: 8,
      value: '<< /Type /Filespec /F (a.txt) /UF <feff d55c 002e 0074> /EF << /F 9 0 R /UF 9 0 R >> >>',
    },
    stream('<< /Type /EmbeddedFile >>', 'attached'),
  ]
  assert.deepEqual(
    listed(open(parts)),
    ['한.t=attached', 'actions=PDF actions\nEmbeddedFile\t\t한.t\n'].map((line) =>
      Buffer.from(line)
        .toString('latin1')
        .replace(/^[^=]*/, line.split('=')[0] ?? ''),
    ),
  )
})

test('scripts of a form are given beside its packets', () => {
  const packet = `<template><script contentType="application/x-javascript">if (1 &lt; 2 &amp;&amp; true) run()</script><script>formcalc</script><script contentType='application/x-javascript'><![CDATA[a<b]]></script></template>`
  const parts = [
    { number: 8, value: '<< /XFA [(preamble) 10 0 R (template) 9 0 R] >>' },
    stream('<< >>', packet),
    { number: 10, value: '<< >>', data: '<xdp>' },
  ]
  assert.deepEqual(listed(open(parts)), [
    `xfa template=${packet}`,
    'xfa template script 1=if (1 < 2 && true) run()',
    'xfa template script 2=a<b',
    'xfa preamble=<xdp>',
  ])
})

test('actions are told with what starts them and where they lead', () => {
  const parts = [
    { number: 1, value: '<< /OpenAction 4 0 R /AA << /WC 5 0 R >> /Names << /JavaScript 6 0 R >> >>' },
    {
      number: 4,
      value:
        '<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> /Next [<< /S /URI /URI (http://a.example/) >>] >>',
    },
    { number: 5, value: '<< /S /SubmitForm /F << /FS /URL /F (http://b.example/) >> >>' },
    { number: 6, value: '<< /Kids [7 0 R] >>' },
    { number: 7, value: '<< /Names [(x) 8 0 R] >>' },
    { number: 8, value: '<< /S /JavaScript /JS (1) >>' },
    {
      number: 10,
      value: '<< /A << /S /GoToR /F (\\\\\\\\host\\\\x.pdf) >> /B << /S /URI /URI (http://c.example/) >> >>',
    },
  ]
  const actions = unpack(pdfOf(parts), flat).members.find(({ chain }) => chain === 'actions')
  assert.deepEqual(actions?.text.trim().split('\n').toSorted(), [
    'GoToR\t\t\\\\host\\x.pdf',
    'JavaScript\tJavaScript\t',
    'Launch\tOpenAction\tcmd.exe /c calc',
    'PDF actions',
    'SubmitForm\tAA/WC\thttp://b.example/',
    'URI\t\thttp://c.example/',
    'URI\tOpenAction\thttp://a.example/',
  ])
})

test('what is appended behind the end is given, white space is not', () => {
  assert.deepEqual(listed(open([], { appended: 'MZ' })), ['trailing-data=\nMZ'])
  assert.deepEqual(listed(open([], { appended: '\n\r\n\0' })), [])
})

test('damage and unknown filters are said, and what decodes is given', () => {
  // A stored block of three bytes, then a block of a type that does not exist.
  const packed = '\x78\x9c\x00\x03\x00\xfc\xffabc\x07 and what nobody can read'
  const result = open([stream('<< /Filter /FlateDecode >>', packed)])
  assert.deepEqual([listed(result), result.faults], [['object 9=abc'], ['damaged object 9']])
  const unknown = open([stream('<< /Filter /Foo >>', 'raw')])
  assert.deepEqual([listed(unknown), unknown.faults], [['object 9=raw'], ['unsupported-method object 9']])
})

test('references in circles, deep nesting and object streams in each other end', () => {
  const parts = [
    { number: 4, value: '5 0 R' },
    { number: 5, value: '4 0 R' },
    { number: 6, value: `<< /OpenAction 6 0 R /AA 6 0 R /Next 6 0 R /Kids [6 0 R] >>` },
    { number: 7, value: '['.repeat(50_000) },
    { number: 8, value: '<<'.repeat(50_000) },
    {
      number: 9,
      value: '<< /Type /ObjStm /N 9 0 R /First 4 0 R /Filter 9 0 R >>',
      data: '9 0 9 0',
      length: '9 0 R',
    },
  ]
  const result = open(parts)
  assert.equal(result.limit, undefined)
  assert.deepEqual(result.faults, ['damaged (objects)'])
})

test('many streams without an end are not searched again and again', () => {
  const source = `%PDF-1.4\n${'1 0 obj<<>>stream\n'.repeat(50_000)}`
  assert.deepEqual(unpack(Buffer.from(source), flat).faults, ['damaged object 1'])
})

test('a bomb behind a chain that gives little is charged for what is between', () => {
  const inner = deflateSync(Buffer.alloc(40_000_000, ' '))
  const result = unpack(pdfOf([stream('<< /Filter [/Fl /AHx] >>', inner)]), {
    ...flat,
    limits: { maxBytes: 10_000_000 },
  })
  assert.equal(result.limit, 'bytes')
})

checkFormat(pdf, {
  files: [
    pdfOf([...pageParts(), stream('<< /Filter /FlateDecode >>', deflateSync(eicar))]),
    pdfOf([...pageParts(), objectStream([[30, '<< /EF << /F 9 0 R >> /F (a) >>']]), stream('<< >>', eicar)]),
  ],
  contains: eicar,
  others: samples,
})
