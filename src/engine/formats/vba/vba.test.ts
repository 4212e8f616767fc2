import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cfbOf, type CfbNode } from '../../../../test/support/cfb-writer.ts'
import { randomBytes } from '../../../../test/support/random.ts'
import { unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import { compressVba, vbaStorage } from '../../../../test/support/vba-writer.ts'
import { decompressVba, findSource } from '../../parsers/vba/index.ts'
import { vba } from './vba.ts'

const source = 'Attribute VB_Name = "Module1"\r\nSub AutoOpen()\r\n  MsgBox "hello"\r\nEnd Sub\r\n'

function open(...children: readonly CfbNode[]): Unpacked {
  return unpack(cfbOf([{ name: 'Macros', children }]), { formats: [vba], isFlat: true })
}

function textsOf({ members }: Unpacked): Record<string, string> {
  return Object.fromEntries(members.map(({ chain, text }) => [chain, text]))
}

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')

function unpacked(bytes: Uint8Array): string {
  return Buffer.from(decompressVba(bytes, 0, 1e6)?.bytes ?? []).toString('latin1')
}

test('the three examples of the specification unpack ([MS-OVBA] 3.2)', () => {
  const none = hex('01 19B0 00 6162636465666768 00 696A6B6C6D6E6F70 00 71727374 75762E')
  assert.equal(unpacked(none), 'abcdefghijklmnopqrstuv.')
  const normal = hex(
    `01 2FB0 00 2361616162636465 82 66 0070 61 6768696A 01 3808 616B6C0030 6D6E6F70 06 71
    0270 0410 7273747576 10 7778797A 003C`.replaceAll(/\s/g, ''),
  )
  assert.equal(unpacked(normal), '#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa')
  assert.equal(unpacked(hex('01 03B0 02 61 4500')), 'a'.repeat(73))
})

test('what an independent writer packs unpacks to the same, over many chunks', () => {
  const text = Array.from(
    { length: 900 },
    (_, line) => `Dim value${line} As String ' line ${line * 7}\r\n`,
  ).join('')
  assert.equal(unpacked(compressVba(Buffer.from(text))), text)
})

test('a chunk that is cut, or copies from before its begin, gives what came before', () => {
  const packed = compressVba(Buffer.from(source))
  const cut = decompressVba(packed.subarray(0, 40), 0, 1e6)
  assert.equal(cut?.isDamaged, true)
  assert.ok(source.startsWith(Buffer.from(cut.bytes).toString()) && cut.bytes.length > 30)
  const wild = decompressVba(hex('01 05B0 04 6162 00FF 6364'), 0, 1e6)
  assert.equal(Buffer.from(wild?.bytes ?? []).toString(), 'ab')
  assert.equal(wild?.isDamaged, true)
  assert.equal(decompressVba(hex('02 19B0 00 61'), 0, 100), undefined)
  assert.equal(decompressVba(hex('01 1980 00 61'), 0, 100), undefined)
})

test('output stops at its limit', () => {
  const packed = compressVba(new Uint8Array(50_000))
  assert.equal(decompressVba(packed, 0, 5000)?.bytes.length, 5000)
})

test('every module is a member named as the editor exports it', () => {
  const project = {
    codePage: 949,
    modules: [
      { name: 'Module1', source, compiled: randomBytes(700, 3) },
      { name: 'ThisDocument', source: 'Attribute VB_Name = "ThisDocument"\r\n', isClass: true },
      // EUC-KR for two syllables in a comment.
      { name: 'Korean', source: 'Attribute VB_Name = "Korean"\r\n\' \u00b0\u00a1\u00b3\u00aa\r\n' },
    ],
  }
  const opened = open(vbaStorage(project))
  assert.deepEqual(opened.faults, [])
  assert.deepEqual(textsOf(opened), {
    'VBA/Module1.bas': source,
    'VBA/ThisDocument.cls': 'Attribute VB_Name = "ThisDocument"\r\n',
    'VBA/Korean.bas': Buffer.from('Attribute VB_Name = "Korean"\r\n\' 가나\r\n').toString('latin1'),
  })
})

test('the language of a module is told', () => {
  const languages: unknown[] = []
  unpack(cfbOf([vbaStorage({ modules: [{ name: 'A', source }] })]), {
    formats: [vba],
    isFlat: true,
    visit: ({ language }) => languages.push(language),
  })
  assert.deepEqual(languages, ['vba'])
})

test('without a readable dir stream, and for modules that it hides, the source is searched for', () => {
  const compiled = Buffer.concat([randomBytes(300, 1), hex('01 00B0 00'), randomBytes(200, 2)])
  const { children } = vbaStorage({ modules: [{ name: 'Listed', source, compiled }] })
  const hidden = { name: 'Hidden', data: Buffer.concat([compiled, compressVba(Buffer.from(source))]) }
  const odd = {
    name: 'Odd',
    data: Buffer.concat([Buffer.alloc(90), compressVba(Buffer.from('Sub X()\r\nEnd Sub\r\n'))]),
  }
  const withDir = open({ name: 'VBA', children: [...(children ?? []), hidden, odd] })
  assert.deepEqual(Object.keys(textsOf(withDir)), ['VBA/Listed.bas', 'VBA/Hidden.bas', 'VBA/Odd.bas'])
  const broken = (children ?? []).map((node) =>
    node.name === 'dir' ? { name: 'dir', data: 'broken' } : node,
  )
  assert.deepEqual(textsOf(open({ name: 'VBA', children: broken })), { 'VBA/Listed.bas': source })
})

test('a wrong offset in the dir stream is put right by searching', () => {
  const storage = vbaStorage({ modules: [{ name: 'A', source, compiled: Buffer.alloc(50) }] })
  const lying = vbaStorage({ modules: [{ name: 'A', source, compiled: Buffer.alloc(20) }] })
  const children = (storage.children ?? []).map((node) =>
    node.name === 'dir' ? (lying.children?.find(({ name }) => name === 'dir') ?? node) : node,
  )
  assert.deepEqual(textsOf(open({ name: 'VBA', children })), { 'VBA/A.bas': source })
})

test('a damaged module is reported and what is left of it is read', () => {
  const { children } = vbaStorage({ modules: [{ name: 'A', source }] })
  const cut = (children ?? []).map((node) =>
    node.name === 'A' && node.data instanceof Uint8Array ? { ...node, data: node.data.slice(0, 60) } : node,
  )
  const opened = open({ name: 'VBA', children: cut })
  assert.deepEqual(opened.faults, ['damaged VBA/A.bas'])
  assert.ok(source.startsWith(textsOf(opened)['VBA/A.bas'] ?? '-'))
})

test('strings of forms are a member, in one or two bytes a character', () => {
  const form = Buffer.concat([
    Buffer.from('\0\u0002cmd.exe /c calc\0\0', 'latin1'),
    Buffer.from('wide caption', 'utf16le'),
    Buffer.of(0, 1, 2),
  ])
  const opened = open(vbaStorage({ modules: [{ name: 'A', source }] }), {
    name: 'UserForm1',
    children: [
      { name: 'o', data: form },
      { name: 'f', data: '\0\0' },
    ],
  })
  assert.equal(textsOf(opened)['Macros/UserForm1/o (strings)'], 'cmd.exe /c calc\nwide caption')
})

test('a compound file without a project is none of its business', () => {
  assert.deepEqual(unpack(cfbOf([{ name: 'WordDocument', data: 'x' }]), { formats: [vba] }).members, [])
})

test('a megabyte that looks like containers everywhere is searched in bounded time', () => {
  const stream = Buffer.alloc(1 << 20, Buffer.from('0100b0004174747269627574', 'hex'))
  const started = performance.now()
  findSource(stream)
  assert.ok(performance.now() - started < 1000)
})
