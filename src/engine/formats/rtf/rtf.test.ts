import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { ole1Of, packageOf, rtfOf } from '../../../../test/support/rtf-writer.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { rtf } from './rtf.ts'

const flat = { formats: [rtf], isFlat: true } as const
const open = (text: string) => unpack(Buffer.from(text, 'latin1'), flat)
const object = ole1Of({ className: 'Thing.1', native: 'native data' })
const hex = object.toString('hex')
const wanted = 'object 1 (Thing.1)=native data'

test('an object gives its native data, and what stands behind them', () => {
  assert.deepEqual(listed(open(rtfOf(object))), [wanted, 'links=RTF links\nobject\tobjemb\t\n'])
  const more = Buffer.concat([object, Buffer.from('picture')])
  assert.equal(listed(open(rtfOf(more)))[1], 'object 1 presentation=picture')
})

test('a package gives its file under its name', () => {
  const file = ole1Of({ className: 'Package', native: packageOf('a.txt', 'content') })
  const result = open(rtfOf(file))
  assert.equal(listed(result)[0], 'a.txt=content')
  assert.ok(result.members.some(({ text }) => text.includes('package\t\ta.txt')))
})

const disguises: readonly (readonly [string, string])[] = [
  ['white space between the digits', hex.replaceAll(/./g, '$& \t\r\n')],
  ['other characters between the digits', hex.replaceAll(/..../g, '$&~z-')],
  ['a group that Word ignores', `${hex.slice(0, 21)}{\\*\\nonsense abcdef0123}${hex.slice(21)}`],
  ['a group of another destination', `${hex.slice(0, 20)}{\\info{\\author abc}}${hex.slice(20)}`],
  ['control words without meaning', `${hex.slice(0, 9)}\\zzz12 \\aaa ${hex.slice(9)}`],
  ['groups around some digits', `${hex.slice(0, 11)}{${hex.slice(11, 30)}}{{${hex.slice(30)}}}`],
  ['the data destination begun twice', `\\objdata {\\objdata ${hex}}`],
  ['a digit that an escape makes Word lose', `${hex.slice(0, 10)}f\\'41${hex.slice(10)}`],
  ['escaped characters', `${hex.slice(0, 10)}\\~\\_\\|\\-${hex.slice(10)}`],
  ['bytes of a binary part', `${hex.slice(0, 8)}\\bin4 \x02\0\0\0${hex.slice(16)}`],
]
for (const [title, data] of disguises) {
  test(`an object is read through ${title}`, () => {
    assert.equal(listed(open(`{\\rt{\\object{\\*\\objdata ${data}}}}`))[0], wanted)
  })
}

test('digits in groups that Word would ignore are taken where there is no object without them', () => {
  assert.equal(listed(open(`{\\rt{\\object{\\*\\objdata {\\*\\odd ${hex}}}}}`))[0], wanted)
})

test('data that are no object are given as they are', () => {
  assert.equal(listed(open('{\\rtf1{\\*\\objdata d0cf11e0}}'))[0], 'object 1=\xd0\xcf\x11\xe0')
})

test('pictures, themes and data stores are given', () => {
  const text =
    '{\\rtf1{\\pict{\\*\\picprop{\\sp{\\sn a}{\\sv 12}}}\\wmetafile8 0102}{\\pict\\bin3 }}\\}{\\*\\themedata 504b}{\\*\\datastore 0105}}'
  const names = ['picture 1=\x01\x02', 'picture 2=}}\\', 'themedata 1=PK', 'datastore 1=\x01\x05']
  assert.deepEqual(listed(open(text)), names)
})

test('templates, fields and linked objects are told', () => {
  const linked = ole1Of({ className: 'htmlfile', topic: 'http://example.org/a.hta', isLinked: true })
  const text = `{\\rtf1{\\*\\template http://example.org/t.dotm}{\\field{\\*\\fldinst{\\f1 DDEAUTO c:\\\\\\\\x.exe "\\'61\\u98 ?"}}{\\fldrslt x}}{\\field{\\*\\fldinst PAGE}}{\\object\\objautlink\\objupdate{\\*\\objclass htmlfile}{\\*\\objdata ${linked.toString('hex')}}}}`
  const result = open(text)
  const links = result.members.find(({ chain }) => chain === 'links')
  assert.deepEqual(links?.text.trim().split('\n'), [
    'RTF links',
    'template\t\thttp://example.org/t.dotm',
    'field\t\tDDEAUTO c:x.exe "ab?"',
    'object\tobjautlink objupdate\thtmlfile',
    'link\t\thtmlfile http://example.org/a.hta',
  ])
})

test('what is appended behind the last brace is given, white space is not', () => {
  assert.deepEqual(listed(open('{\\rtf1 text}MZ')), ['trailing-data=MZ'])
  assert.deepEqual(listed(open('{\\rtf1 text}\r\n\0\0')), [])
  assert.deepEqual(listed(open('{\\rtf1 text')), [])
})

test('an object that is cut off is said', () => {
  const result = open(rtfOf(ole1Of({ className: 'Thing.1', native: 'abc', size: 2 ** 31 })))
  assert.deepEqual(
    [listed(result)[0], result.faults],
    ['object 1 (Thing.1)=abc', ['damaged object 1 (Thing.1)']],
  )
})

test('nested and unclosed data take no more time than the file is long', () => {
  const nested = `{\\rtf1${'{\\pict{\\objdata '.repeat(20_000)}`
  assert.ok(open(nested).members.length < 10)
})

checkFormat(rtf, {
  files: [
    Buffer.from(rtfOf(ole1Of({ className: 'Package', native: packageOf('eicar.com', eicar) })), 'latin1'),
  ],
  contains: eicar,
  others: samples,
})
