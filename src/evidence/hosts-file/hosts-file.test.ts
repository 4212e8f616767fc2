import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { hostsEntries } from './index.ts'

test('what maps a name is told, and what no system ships stands out', () => {
  const notes = new Notes()
  const text = [
    '\ufeff# Copyright',
    '127.0.0.1\tlocalhost # own',
    '::1 localhost ip6-loopback',
    '127.0.1.1 Web01 web01.example',
    '0.0.0.0 update.microsoft.com # blocked',
    '192.0.2.9 bank.example www.bank.example',
    'fe80::1%eth0 router',
    'nonsense',
    '127.0.0.1',
    '127.0.0.1 definitions.avast.com',
  ].join('\r\n')
  const entries = hostsEntries(memorySource(Buffer.from(text)), notes, 'web01')
  assert.deepEqual(
    entries.map(({ line, address, isUsual }) => [line, address, isUsual]),
    [
      [2, '127.0.0.1', true],
      [3, '::1', true],
      [4, '127.0.1.1', true],
      [5, '0.0.0.0', false],
      [6, '192.0.2.9', false],
      [7, 'fe80::1%eth0', false],
      [10, '127.0.0.1', false],
    ],
  )
  assert.deepEqual(entries[3], {
    line: 5,
    address: '0.0.0.0',
    names: ['update.microsoft.com'],
    comment: 'blocked',
    isUsual: false,
  })
  assert.deepEqual(
    notes.kept.map(({ text: note }) => note),
    ['line 8 maps nothing', 'line 9 maps nothing'],
  )
})

test('a file in UTF-16 is read too', () => {
  const bytes = Buffer.from('\ufeff192.0.2.1 a.example\n', 'utf16le')
  assert.deepEqual(hostsEntries(memorySource(bytes), new Notes())[0]?.names, ['a.example'])
})
