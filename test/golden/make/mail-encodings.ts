// Golden samples of the encodings that carry files in texts: uuencode by sharutils, base64 by coreutils, yEnc and BinHex by
// their specifications with code of its own.

import { execFileSync } from 'node:child_process'
import { crc32 } from 'node:zlib'

import { binhexOf } from '../../support/binhex-writer.ts'
import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { zipOf } from '../../support/zip-writer.ts'

const filler = 'some ordinary text, repeated. '.repeat(20)
const zipped = Buffer.from(zipOf([{ name: 'eicar.com', data: eicar }]))

function uuSamples(): GoldenSample[] {
  const uu = (name: string, ...options: readonly string[]): string =>
    execFileSync('uuencode', [...options, name], { input: eicar }).toString()
  const made = 'uuencode of sharutils 4.15'
  const text = `${filler}\n\n`
  return [
    {
      title: 'a file alone',
      made,
      covers: ['uuencode'],
      finds: ['eicar.com'],
      bytes: Buffer.from(uu('eicar.com')),
    },
    {
      title: 'two files in a text, CRLF',
      made,
      covers: ['uuencode'],
      finds: ['one.com', 'two.com'],
      bytes: Buffer.from(`${text}${uu('one.com')}\n${text}${uu('two.com')}`.replaceAll('\n', '\r\n')),
    },
    {
      title: 'base64 between begin and end',
      made: `${made} -m`,
      covers: ['uuencode'],
      finds: ['eicar.com'],
      bytes: Buffer.from(`${text}${uu('eicar.com', '-m')}`),
    },
    {
      title: 'spaces in the place of backquotes, cut off at the ends of lines',
      made,
      covers: ['uuencode'],
      finds: ['eicar.com'],
      bytes: Buffer.from(uu('eicar.com').replaceAll(/`+$/gm, '').replace('\nend', '\n\nend')),
    },
    {
      title: 'no end line',
      made,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged eicar.com'],
      bytes: Buffer.from(uu('eicar.com').split('\n').slice(0, 3).join('\n')),
    },
    {
      title: 'a text that has the word',
      made: 'by hand',
      covers: [],
      finds: [],
      bytes: Buffer.from(`${text}begin 644 of the text\nhere it is.\nbegin\nend\n`),
    },
  ]
}

function yencLines(data: Buffer): Buffer {
  const out: number[] = []
  let column = 0
  for (const byte of data) {
    const code = (byte + 42) & 255
    const isCritical =
      code === 0 || code === 10 || code === 13 || code === 61 || (column === 0 && code === 46)
    if (isCritical) out.push(61, (code + 64) & 255)
    else out.push(code)
    column += isCritical ? 2 : 1
    if (column >= 128) {
      out.push(13, 10)
      column = 0
    }
  }
  return Buffer.from([...out, 13, 10])
}

function yencSamples(): GoldenSample[] {
  const hex = (data: Buffer): string => crc32(data).toString(16).padStart(8, '0')
  const whole = (name: string, data: Buffer, crc = hex(data)): Buffer =>
    Buffer.concat([
      Buffer.from(`=ybegin line=128 size=${data.length} name=${name}\r\n`),
      yencLines(data),
      Buffer.from(`=yend size=${data.length} crc32=${crc}\r\n`),
    ])
  const data = Buffer.concat([zipped, Buffer.from(Array.from({ length: 256 }, (_, index) => index))])
  const part = (number: number, from: number, to: number, file = data): Buffer =>
    Buffer.concat([
      Buffer.from(
        `=ybegin part=${number} total=2 line=128 size=${file.length} name=a.zip\r\n=ypart begin=${from + 1} end=${to}\r\n`,
      ),
      yencLines(file.subarray(from, to)),
      Buffer.from(`=yend size=${to - from} part=${number} pcrc32=${hex(file.subarray(from, to))}\r\n`),
    ])
  const plain = Buffer.from(eicar)
  const cutOff = whole('eicar.com', plain)
  const made = 'by hand from the yEnc draft 1.3'
  return [
    {
      title: 'a file in one part',
      made,
      covers: ['yenc'],
      finds: ['eicar.com'],
      bytes: whole('eicar.com', plain),
    },
    {
      title: 'every byte, in a Usenet article',
      made,
      covers: ['yenc'],
      finds: ['part-1.txt → a.zip → eicar.com'],
      bytes: Buffer.concat([
        Buffer.from('Path: x\r\nFrom: a@example.com\r\nNewsgroups: alt.test\r\nSubject: x\r\n\r\ntext\r\n'),
        whole('a.zip', data),
      ]),
    },
    {
      title: 'two parts in one file, the second first',
      made,
      covers: ['yenc'],
      finds: ['a.zip → eicar.com'],
      bytes: Buffer.concat([part(2, 150, data.length), part(1, 0, 150)]),
    },
    {
      title: 'the first of two parts',
      made,
      covers: [],
      finds: [],
      reasons: ['missing-volume a.zip'],
      bytes: part(1, 0, 150, Buffer.from(filler)),
    },
    {
      title: 'a wrong checksum',
      made,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged eicar.com'],
      bytes: whole('eicar.com', plain, '00000001'),
    },
    {
      title: 'no end line',
      made,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged eicar.com'],
      bytes: cutOff.subarray(0, cutOff.indexOf('\r\n=yend')),
    },
  ]
}

function binhexSamples(): GoldenSample[] {
  const made = 'by hand from RFC 1741, appendix A'
  const whole = binhexOf({
    name: 'eicar.com',
    data: Buffer.from(eicar),
    resource: Buffer.from(`${payload}${'\u0090'.repeat(3)}${'a'.repeat(300)}`, 'latin1'),
  })
  const damaged = Buffer.from(whole)
  damaged[damaged.length - 30] = damaged.at(-30) === 0x21 ? 0x22 : 0x21
  return [
    {
      title: 'both forks, with runs',
      made,
      covers: ['binhex'],
      finds: ['eicar.com', 'eicar.com (resource fork)'],
      bytes: whole,
    },
    {
      title: 'behind a text',
      made,
      covers: ['binhex'],
      finds: ['eicar.com'],
      bytes: Buffer.concat([Buffer.from(filler), Buffer.from('\r\n'), whole]),
    },
    {
      title: 'a wrong checksum',
      made,
      covers: [],
      finds: ['eicar.com'],
      reasons: ['damaged eicar.com (resource fork)'],
      bytes: damaged,
    },
    {
      title: 'cut off',
      made,
      covers: [],
      finds: [],
      reasons: ['damaged eicar.com', 'damaged eicar.com (resource fork)'],
      bytes: whole.subarray(0, 120),
    },
    {
      title: 'a text about it',
      made,
      covers: [],
      finds: [],
      bytes: Buffer.from('words = "(This file must be converted with BinHex 4.0)"\nprint(words)\n'),
    },
  ]
}

function base64Samples(): GoldenSample[] {
  const run = (...options: readonly string[]): string =>
    execFileSync('base64', options, { input: zipped }).toString()
  const made = 'base64 of coreutils 9'
  const plain = execFileSync('base64', [], { input: eicar }).toString()
  const line = run('-w0')
  const command = Buffer.from(`$a = "${payload}"; exit`, 'utf16le').toString('base64')
  const sample = (title: string, finds: readonly string[], text: string | Buffer): GoldenSample => ({
    title,
    made,
    covers: finds.length === 0 ? [] : ['base64'],
    finds,
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
  })
  return [
    sample('a whole text, in lines', ['base64 → eicar.com'], run()),
    sample('a whole text that is plain text inside', ['base64'], plain),
    sample(
      'the alphabet of URLs',
      ['base64 at 6 → eicar.com'],
      `x  = "${line.replaceAll('+', '-').replaceAll('/', '_')}"\n`,
    ),
    sample(
      'in JSON, in lines that are escaped',
      ['base64 at 9 → eicar.com'],
      JSON.stringify({ data: run(), name: 'x.zip' }),
    ),
    sample('in XML', ['base64 at 21 → eicar.com'], `<?xml version="1.0"?>${run()}<end/>`),
    sample(
      'between armour lines, as certutil decodes it',
      ['base64 at 28 → eicar.com'],
      `-----BEGIN CERTIFICATE-----\n${run('-w64')}-----END CERTIFICATE-----\n`,
    ),
    sample(
      'in pieces that VBScript puts together',
      ['base64 at 5 → eicar.com'],
      `a = "${run('-w40').trim().split('\n').join('"\r\na = a & "')}"\r\nb = "x"\r\n`,
    ),
    sample(
      'from its end',
      ['base64, reversed, at 8 → eicar.com'],
      `strrev('${line.split('').toReversed().join('')}')`,
    ),
    sample('a command of PowerShell in UTF-16', ['base64 at 15'], `powershell -ec ${command}\n`),
    sample('in hexadecimal digits', ['hex at 4 → eicar.com'], `a= "${zipped.toString('hex')}";`),
    sample(
      'in a UTF-16 script',
      ['base64 at 9 → eicar.com'],
      Buffer.from(`\ufeffvar a = "${line}"\r\n`, 'utf16le'),
    ),
    sample(
      'an ordinary script with long words',
      [],
      `const integrity = "sha512-${Buffer.alloc(64, 7).toString('base64')}"\nconst digest = "${'0123456789abcdef'.repeat(8)}"\n${filler}`,
    ),
  ]
}

writeGoldenSamples('uuencode', uuSamples())
writeGoldenSamples('yenc', yencSamples())
writeGoldenSamples('binhex', binhexSamples())
writeGoldenSamples('base64', base64Samples())
