import assert from 'node:assert/strict'
import { test } from 'node:test'

import { dosTimeOf, guidBytes, time, u64, wide } from '../../test/support/artefact-fields.ts'
import { ansi, dosTime, filetime, guid, u16, u32, u64 as readU64, utf16, utf16Exactly } from './fields.ts'

test('a FILETIME has all its digits, and none means none', () => {
  for (const iso of [
    '2026-01-02T03:04:05.1234567Z',
    '1601-01-01T00:00:00.0000001Z',
    '1970-01-01T00:00:00.0000000Z',
  ])
    assert.equal(filetime(time(iso), 0), iso)
  assert.equal(filetime(Buffer.alloc(8), 0), undefined)
  assert.equal(filetime(u64(0xffff_ffff_ffff_ffffn), 0), '+060056-05-28T05:36:10.9551615Z')
})

test('a DOS time is to two seconds, and a day that is none is none', () => {
  assert.equal(dosTime(dosTimeOf('2016-02-29 13:14:58'), 0), '2016-02-29T13:14:58')
  assert.equal(dosTime(Buffer.alloc(4), 0), undefined)
  assert.equal(dosTime(dosTimeOf('2015-02-30 00:00:00'), 0), undefined)
  assert.equal(dosTime(dosTimeOf('2015-00-10 00:00:00'), 0), undefined)
})

test('past the end there are zeros', () => {
  const bytes = Buffer.of(1, 2)
  assert.equal(u16(bytes, 1), 2)
  assert.equal(u32(bytes, 0), 0x201)
  assert.equal(readU64(bytes, 9), 0)
  assert.equal(utf16(bytes, 5), '')
  assert.equal(guid(bytes, 0), '00000201-0000-0000-0000-000000000000')
})

test('texts end at a NUL, unless they have a length', () => {
  const bytes = wide('한글\0rest')
  assert.equal(utf16(bytes, 0), '한글')
  assert.equal(utf16(bytes, 0, 1), '한')
  assert.equal(utf16Exactly(bytes, 0, 4), '한글\0r')
  assert.equal(utf16(wide('\ud800x'), 0), '\ud800x')
  assert.equal(ansi(Buffer.from('abc\0def'), 0), 'abc')
  assert.equal(ansi(Buffer.from('é', 'latin1'), 0), 'é')
  assert.equal(ansi(Buffer.from('é', 'utf8'), 0), 'é')
  assert.equal(ansi(Buffer.from('abcdef'), 1, 2), 'bc')
})

test('a GUID is read in the order in which Windows writes it', () => {
  assert.equal(
    guid(guidBytes('20d04fe0-3aea-1069-a2d8-08002b30309d'), 0),
    '20d04fe0-3aea-1069-a2d8-08002b30309d',
  )
})
