import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { indicatorsOf } from './indicators.ts'

function told(text: string): string[] {
  return indicatorsOf(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`)
}

test('addresses, paths and keys', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'see https://a.example/x?q=1&b=2). Then': ['url https://a.example/x?q=1&b=2'],
    'hxxp://evil.example/a': ['url hxxp://evil.example/a'],
    'mail bob.smith+x@mail.example.org, now': ['email bob.smith+x@mail.example.org'],
    'GET 203.0.113.77:8443 x': ['ipv4 203.0.113.77:8443'],
    'listen 127.0.0.1': ['ipv4 127.0.0.1'],
    'addr fe80::1ff:fe23:4567:890a and 2001:db8:0:1:2:3:4:5': [
      'ipv6 fe80::1ff:fe23:4567:890a',
      'ipv6 2001:db8:0:1:2:3:4:5',
    ],
    'C:\\Users\\철수\\a b.exe': ['windows-path C:\\Users\\철수\\a b.exe'],
    '%APPDATA%\\x\\y.dll': ['windows-path %APPDATA%\\x\\y.dll'],
    'copy \\\\srv01\\share$\\dir\\f.txt x': ['unc-path \\\\srv01\\share$\\dir\\f.txt'],
    'run /usr/bin/curl and /etc/passwd': ['unix-path /usr/bin/curl', 'unix-path /etc/passwd'],
    'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run': [
      'registry-key HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
    ],
    'SYSTEM\\CurrentControlSet\\Services\\x': ['registry-key SYSTEM\\CurrentControlSet\\Services\\x'],
  }
  for (const [text, expected] of Object.entries(cases)) assert.deepEqual(told(text), expected, text)
})

test('encoded data say what is in them', () => {
  const command = Buffer.from('powershell -nop -w hidden', 'utf16le').toString('base64')
  assert.deepEqual(indicatorsOf(`-enc ${command}`), [
    { kind: 'base64', start: 5, end: 5 + command.length, decoded: 'powershell -nop -w hidden' },
  ])
  const program = Buffer.concat([Buffer.from('4d5a9000', 'hex'), Buffer.alloc(40)])
  assert.equal(indicatorsOf(program.toString('base64'))[0]?.decoded, 'MZ program')
  assert.equal(indicatorsOf(`x = ${program.toString('hex')}`)[0]?.decoded, 'MZ program')
  assert.deepEqual(
    indicatorsOf('d41d8cd98f00b204e9800998ecf8427e').map(({ kind }) => kind),
    ['hex'],
  )
})

test('what only looks like one is none', () => {
  for (const text of [
    'version 1.2.3.4',
    '999.1.1.1',
    '1.2.3.4.5',
    '12:34:56',
    'std::vector::size',
    'GetModuleFileNameExWithoutAnything',
    '_ZN4llvm12DenseMapBaseINS_8DenseMapIPKNS_5ValueE',
    '00000000000000000000000000000000000000',
    'a/b/c',
    '</usr/bin>',
    'x@y',
  ])
    assert.deepEqual(told(text), [], text)
})

test('hostile text takes linear time', () => {
  const started = performance.now()
  for (const part of [
    'a@',
    'a.',
    '\\\\a\\',
    'C:\\',
    '1.1.1.',
    'a:',
    '/usr/',
    'AAAA',
    '%a%\\',
    'http://',
    'HKLM\\',
    '0123456789abcdef',
  ])
    indicatorsOf(part.repeat(50_000))
  assert.ok(performance.now() - started < 2000, `${performance.now() - started} ms`)
})

test('indicators lie in the text, in order, and do not overlap', () => {
  const part = fc.constantFrom(
    'http://a.b/c',
    ' ',
    'C:\\a',
    '10.20.30.40',
    'a@b.cc',
    '/etc/x',
    'HKCU\\a',
    'x',
    '\\',
    ':',
    'QUJD'.repeat(12),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = parts.join('')
      let last = 0
      for (const { start, end } of indicatorsOf(text)) {
        assert.ok(start >= last && end > start && end <= text.length)
        last = end
      }
    }),
  )
})
