import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { checkDetector } from '../../../../test/support/detector-contract.ts'
import { writeElf } from '../../parsers/elf/elf-writer.ts'
import { addImports, addResource, PeWriter, versionInfo } from '../../parsers/pe/pe-writer.ts'
import { headBytes } from '../../scan-object.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Suspicion } from '../detector.ts'
import { programDetector } from './index.ts'

function finding(bytes: Uint8Array): Suspicion | undefined {
  const found: Suspicion[] = []
  programDetector.detect(
    {
      chain: ['sample'],
      depth: 0,
      source: bytesSource(bytes),
      head: new Uint8Array(bytes.subarray(0, headBytes)),
    },
    detectContext({ report: assert.fail, suspect: (suspicion) => found.push(suspicion) }),
  )
  return found[0]
}

const score = (bytes: Uint8Array): number => finding(bytes)?.score ?? 0
const whole = (text: string): string => text.replaceAll('¦', '')

type Calls = Readonly<Record<string, readonly string[]>>

function pe(calls: Calls, texts: readonly string[] = [], stub?: Buffer): Buffer {
  const writer = new PeWriter(stub === undefined ? {} : { stub })
  writer.add(Buffer.alloc(64, 0x90))
  for (const text of texts) writer.add(whole(text))
  return addImports(writer, calls).build()
}

const usual: Calls = {
  'kernel32.dll': ['CreateFileW', 'ReadFile', 'WriteFile', 'GetLastError'],
  'user32.dll': ['MessageBoxW'],
}

test('ordinary programs are nothing', () => {
  assert.equal(finding(pe(usual)), undefined)
  assert.equal(finding(writeElf({ is64: true, order: 'little' }, { entry: 0x401000 })), undefined)
  assert.equal(finding(Buffer.from('MZ, said the man')), undefined)
})

/** Bytes as a packer leaves them. */
function dense(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}

/** The section's name and rights are at fixed places of what the writer writes. */
function packed(bytes: Buffer): Buffer {
  const row = 0x100 + 24 + 96 + 128
  bytes.write('UPX1\0\0\0\0', row, 'latin1')
  bytes.writeUInt32LE(0xe0000020, row + 36)
  return bytes
}

test('a packer alone is weak evidence, with what it may hide it is more', () => {
  const shell = new PeWriter()
  shell.add(dense(64 * 1024))
  const alone = packed(
    addImports(shell, { 'kernel32.dll': ['LoadLibraryA', 'GetProcAddress', 'VirtualProtect'] }).build(),
  )
  const found = finding(alone)
  assert.ok(found !== undefined && found.score > 20 && found.score < 60, `${found?.score}`)
  const injecting = new PeWriter()
  injecting.add(dense(64 * 1024))
  const calls = ['VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread', 'OpenProcess']
  assert.ok(score(packed(addImports(injecting, { 'kernel32.dll': calls }).build())) >= 60)
})

test('who says to be Microsoft, hides code and is not signed', () => {
  const writer = new PeWriter()
  writer.add(dense(64 * 1024))
  addResource(writer, [16, 1, 1033], versionInfo({ CompanyName: 'Microsoft Corporation' }))
  const found = finding(
    packed(
      addImports(writer, { 'kernel32.dll': ['LoadLibraryA', 'GetProcAddress', 'VirtualProtect'] }).build(),
    ),
  )
  assert.ok(found !== undefined && found.score >= 60 && found.score < 90, `${found?.score}`)
  assert.ok(found.techniques.includes('T1036.001'))
})

const hollow = {
  'ntdll.dll': ['NtUnmapViewOfSection'],
  'kernel32.dll': ['WriteProcessMemory', 'SetThreadContext', 'ResumeThread', 'CreateProcessA'],
}
const suspicious: readonly (readonly [title: string, bytes: () => Buffer, least: number])[] = [
  ['another program hollowed out', () => pe(hollow), 60],
  [
    'ransomware',
    () =>
      pe(usual, [
        'vssadmin del¦ete shadows /all',
        'http://example.on¦ion/',
        'Your fi¦les are encrypted',
        'pay in bit¦coin to dec¦rypt',
      ]),
    90,
  ],
  [
    'no restore, no repair',
    () => pe(usual, ['vssadmin.exe del¦ete shadows', 'bcdedit /set recoveryenabled¦ no']),
    75,
  ],
  [
    'a downloader',
    () =>
      pe({ 'urlmon.dll': ['URLDownloadToFileA'], 'shell32.dll': ['ShellExecuteA'] }, [
        'ping 127.0.0.1¦ -n 3',
        '& de¦l /q',
      ]),
    60,
  ],
  [
    'a thief of passwords',
    () =>
      pe(usual, [
        '\\Google\\Chrome\\User¦ Data',
        'Login¦ Data',
        'CryptUnprotect¦Data',
        '\\Opera¦ Software',
        'https://discord.com/api/web¦hooks/1',
      ]),
    75,
  ],
  ['a miner of Windows', () => pe(usual, ['strat¦um+tcp://pool', 'donate¦-level']), 60],
]
for (const [title, bytes, least] of suspicious) {
  test(`suspicious: ${title}`, () => {
    const found = finding(bytes())
    assert.equal(found?.name, 'Heuristic.Program.PE')
    assert.ok(found.score >= least, `${found.score}: ${found.reasons.join('; ')}`)
  })
}

test('an injector or a keylogger by its imports alone stays below the threshold', () => {
  assert.ok(
    score(pe({ 'kernel32.dll': ['VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread'] })) < 60,
  )
  const keys = [
    'SetWindowsHookExA',
    'CallNextHookEx',
    'GetAsyncKeyState',
    'GetForegroundWindow',
    'GetWindowTextA',
  ]
  assert.ok(score(pe({ 'user32.dll': keys, 'kernel32.dll': ['WriteFile'] })) < 60)
})

test('a true Rich header is ordinary, a copied one is not', () => {
  const stub = (key: number): Buffer => {
    const words = [0x536e6144, 0, 0, 0, 0x00010002, 3].map((word) => (word ^ key) >>> 0)
    const bytes = Buffer.alloc(32)
    for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4)
    bytes.write('Rich', 24, 'latin1')
    bytes.writeUInt32LE(key, 28)
    return bytes
  }
  // 0x80, 'M' in place 0, 'Z' turned by one, and the record turned by three; everything else of the stub is zero.
  const key = 0x80 + 0x4d + (0x5a << 1) + (0x00010002 << 3)
  assert.equal(finding(pe(usual, [], stub(key))), undefined)
  assert.equal(score(pe(usual, [], stub(0x1234567))), 10)
})

/** A header, one segment that may be written and run, machine code. */
function tiny(code: readonly number[], text = ''): Buffer {
  const bytes = Buffer.alloc(120 + code.length + text.length)
  bytes.write('\u007fELF\u0002\u0001\u0001', 0, 'latin1')
  bytes.writeUInt16LE(2, 16)
  bytes.writeUInt16LE(62, 18)
  bytes.writeUInt32LE(1, 20)
  bytes.writeBigUInt64LE(0x400078n, 24)
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(64, 52)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(1, 56)
  bytes.writeUInt32LE(1, 64)
  bytes.writeUInt32LE(7, 68)
  bytes.writeBigUInt64LE(0x400000n, 80)
  bytes.writeBigUInt64LE(BigInt(bytes.length), 96)
  bytes.writeBigUInt64LE(BigInt(bytes.length), 104)
  Buffer.from(code).copy(bytes, 120)
  bytes.write(text, 120 + code.length)
  return bytes
}

test('machine code with nothing but a header', () => {
  const call = [0x0f, 0x05]
  const found = finding(tiny([...call, ...call, ...call, ...call], '/bin/sh'))
  assert.equal(found?.name, 'Heuristic.Program.ELF')
  assert.ok(found.score >= 70 && found.score < 90, `${found.score}`)
  assert.ok(score(tiny([0xc3])) < 60)
})

const elf = (texts: readonly string[], spec = {}): Buffer =>
  Buffer.concat([
    writeElf({ is64: true, order: 'little' }, { entry: 0x401000, ...spec }),
    ...texts.map((text) => Buffer.from(`\0${whole(text)}\0`)),
  ])
const symbols = (imported: readonly string[], exported: readonly string[] = []): object => ({
  dynsym: [
    ...imported.map((name) => ({ name, section: 0 })),
    ...exported.map((name) => ({ name, section: 1 })),
  ],
})

const bad: readonly (readonly [title: string, bytes: Buffer, least: number])[] = [
  [
    'a bot that knows the passwords of devices',
    elf(['/bin/busy¦box', 'xc¦3511', 'viz¦xv', 'juan¦tech', 'klv¦123', 'hi3¦518', 'jv¦bzd']),
    90,
  ],
  ['a bot that floods', elf(['busy¦box', 'UDP¦FLOOD', 'TCP¦FLOOD']), 90],
  ['a miner that stops others', elf(['strat¦um+tcp://', 'random¦x', 'kdev¦tmpfsi', 'xm¦rig', 'pki¦ll']), 75],
  [
    'a rootkit in front of the C library',
    elf(['/etc/ld.so.pre¦load', '/proc/net/t¦cp'], {
      type: 3,
      ...symbols(['dlsym'], ['readdir', 'readdir64', 'open', 'access', 'unlink', 'accept']),
    }),
    70,
  ],
  [
    'a shell joined to a connection',
    elf(['/bin/sh'], symbols(['socket', 'connect', 'dup2', 'execve', 'htons'])),
    70,
  ],
]
for (const [title, bytes, least] of bad) {
  test(`suspicious: ${title}`, () => {
    const found = finding(bytes)
    assert.equal(found?.name, 'Heuristic.Program.ELF')
    assert.ok(found.score >= least, `${found.score}: ${found.reasons.join('; ')}`)
  })
}

test('tools that do one of these things are not suspicious', () => {
  assert.ok(score(elf(['strat¦um+tcp://'])) < 60)
  assert.ok(score(elf(['/bin/busy¦box', 'enable', 'shell'])) < 60)
  assert.ok(score(elf(['memfd_create', 'fexecve', '/etc/ld.so.pre¦load'])) < 60)
  assert.ok(
    score(elf([], { type: 3, ...symbols([], ['readdir', 'open', 'access', 'unlink', 'accept', 'kill']) })) <
      60,
  )
})

test('truncated programs do no harm', () => {
  const file = pe(hollow, ['vssadmin'])
  for (let length = 0; length < file.length; length += 7) finding(file.subarray(0, length))
  const other = elf(['x'], symbols(['dlsym'], ['readdir']))
  for (let length = 0; length < other.length; length += 13) finding(other.subarray(0, length))
})

checkDetector(programDetector, [
  pe(hollow),
  elf(['/bin/busy¦box', 'xc¦3511', 'viz¦xv', 'juan¦tech', 'klv¦123']),
])
