import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { vobject } from './vobject.ts'

const flat = { formats: [vobject], isFlat: true } as const
const base64 = Buffer.from(eicar).toString('base64')

checkFormat(vobject, {
  files: [
    Buffer.from(`BEGIN:VCARD\r\nKEY;ENCODING=b:${base64.slice(0, 50)}\r\n ${base64.slice(50)}\r\nFN:x\r\n`),
  ],
  contains: eicar,
  others: samples,
})

function values(...lines: readonly string[]): string[] {
  return listed(
    unpack(Buffer.from(`BEGIN:VCALENDAR\r\n${lines.join('\r\n')}\r\nEND:VCALENDAR\r\n`, 'latin1'), flat),
  )
}

test('values end where the next line begins', () => {
  assert.deepEqual(
    values(
      'A;ENCODING=BASE64:YWJj',
      ' ZGVm',
      'B:x',
      'C;B:',
      'Z2hp',
      '',
      'D;QUOTED-PRINTABLE:a=',
      'b=3D',
      'E:y',
    ),
    ['A-2=abcdef', 'C-4=ghi', 'D-5=ab=\r\n'],
  )
})

test('groups, names in parameters, colons in quotes', () => {
  assert.deepEqual(values('g.KEY;X="a:b";X-FILENAME="c;d.com";ENCODING=b:YWJj'), ['c;d.com=abc'])
})

test('data: URIs with and without base64', () => {
  const text = 'x'.repeat(70)
  assert.deepEqual(
    values(
      'ATTACH:data:a/b;base64,YWJj',
      ' ZGVm',
      `ATTACH:data:text/plain,%41${text.slice(0, 20)}`,
      ` ${text.slice(20)}`,
    ),
    ['ATTACH-2=abcdef', `ATTACH-3=A${text}`],
  )
})

test('descriptions in HTML lose their escapes, plain ones are no members', () => {
  assert.deepEqual(values('DESCRIPTION:text', 'X-ALT-DESC;FMTTYPE=text/html:<p>a\\,', ' b\\n</p>'), [
    'X-ALT-DESC-3=<p>a,b\n</p>',
  ])
})
