import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isMailbox, isMimeDirectory, mailStartOf } from './recognise.ts'

const start = (text: string): number => mailStartOf(Buffer.from(text, 'latin1').subarray(0, 4096))

test('messages are recognised by their fields, behind a byte order mark and empty lines too', () => {
  assert.equal(start('Received: x\r\nFrom: y\r\n\r\n'), 0)
  assert.equal(start('From: a\nTo: b\nSubject: c\n\n'), 0)
  assert.equal(start('\u00ef\u00bb\u00bfMIME-Version: 1.0\nContent-Type: text/plain\n'), 3)
  assert.equal(start('\r\n\r\nReturn-Path: <x>\r\nX-Spam: y\r\n folded\r\nSubject: z\r\n'), 4)
  assert.equal(start('Content-Type: multipart/mixed; boundary=x\rMIME-Version: 1.0\r\r--x\r'), 0)
})

test('a web archive is recognised behind garbage', () => {
  assert.equal(
    start(
      '{\\rtf garbage\nfoo bar\nx\ny\nz\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n',
    ),
    28,
  )
  assert.equal(start('garbage\nMIME-Version: 1.0 is a field\nof mail\n'), -1)
})

const others: readonly (readonly [string, string])[] = [
  ['a README', 'My project\n==========\n\nFrom: the beginning\nTo: the end\n'],
  ['notes with two common fields', 'Date: today\nSubject: notes\n\ntext\n'],
  ['a Debian control file', 'Package: x\nVersion: 1\nMaintainer: a@b.c\nDescription: d\n long\n'],
  ['YAML', 'name: x\nfrom: y\nto: z\ndate: now\n'],
  ['source code', 'import x from "y"\n// From: a\nconst a = { to: 1, from: 2 }\n'],
  ['JSON', '{\n"from": 1,\n"to": 2\n}\n'],
  ['a log', '2024-01-01 00:00:00 From: a To: b\n2024-01-01 Subject: x\n'],
  ['bytes', '\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008From: a\nTo: b\n'],
  ['nothing', ''],
]
for (const [title, text] of others) {
  test(`${title} is no message and no mailbox`, () => {
    assert.equal(start(text), -1)
    assert.equal(isMailbox(Buffer.from(text)), false)
  })
}

test('a mailbox has a From_ line with a date and a field behind it', () => {
  const box = (text: string): boolean => isMailbox(Buffer.from(text))
  assert.ok(box('From a@b.c Thu Jul 31 13:49:50 2008\nFrom: x\n\n'))
  assert.ok(box('From a@b.c Thu Jul 31 13:49:50 +0200 2008\n>From y\nFrom: x\n\n'))
  assert.equal(box('From here on 13:49 2008\nall is text\n'), false)
  assert.equal(box('From here on\nSubject: x\n'), false)
  assert.equal(start('From a@b.c Thu Jul 31 13:49:50 2008\nFrom: x\nTo: y\nMIME-Version: 1.0\n'), -1)
})

test('iCalendar and vCard are recognised in any case', () => {
  assert.ok(isMimeDirectory(Buffer.from('\r\nbegin:VCALENDAR\r\n')))
  assert.ok(isMimeDirectory(Buffer.from('BEGIN:VCARD\n')))
  assert.equal(isMimeDirectory(Buffer.from('BEGIN:VOID\n')), false)
})
