import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { biffRecord, functionNumbers, ptg, workbookStream } from '../../../../test/support/biff-writer.ts'
import { cfbOf } from '../../../../test/support/cfb-writer.ts'
import { goldenSamples } from '../../../../test/support/golden.ts'
import { unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import { decodeFormula } from '../../parsers/biff/index.ts'
import { xls } from './xls.ts'

const { exec, call, char, formula, mid } = functionNumbers

function open(stream: Uint8Array, passwords: readonly string[] = [], name = 'Workbook'): Unpacked {
  return unpack(cfbOf([{ name, data: stream }]), { formats: [xls], isFlat: true, passwords })
}

function linesOf(opened: Unpacked, name: string): string[] {
  const text = opened.members.find(({ chain }) => chain === name)?.text
  assert.ok(text !== undefined, `${name} in ${opened.members.map(({ chain }) => chain).join()}`)
  return Buffer.from(text, 'latin1').toString('utf8').split('\n')
}

const text = (value: string): Buffer => ptg.text(value)
const formulaAt = (
  row: number,
  ...tokens: readonly Buffer[]
): { row: number; column: number; tokens: Buffer } => ({
  row,
  column: 1,
  tokens: Buffer.concat(tokens),
})
const sheet = (...cells: Parameters<typeof workbookStream>[0]['sheets'][number]['cells']): Buffer =>
  workbookStream({ sheets: [{ name: 'Macro1', isMacro: true, cells }] })

test('a macro sheet is text: its state, the names, a formula a line', () => {
  const stream = workbookStream({
    sheets: [
      { name: 'Data', cells: [{ row: 1, column: 1, text: 'of no interest' }] },
      { name: 'Macro1', isMacro: true, hidden: 2, cells: [formulaAt(1, text('calc'), ptg.call(exec, 1))] },
    ],
    names: [
      { name: 1, tokens: ptg.outerCell(1, 1, 1) },
      { name: 'mine', tokens: ptg.number(7) },
    ],
  })
  const opened = open(stream)
  assert.equal(opened.members.length, 1)
  assert.deepEqual(linesOf(opened, 'XLM/Macro1.txt'), [
    "' macro sheet Macro1, very hidden",
    'Auto_Open: =Macro1!R1C1',
    'mine: =7',
    'R1C1: =EXEC("calc")',
  ])
})

test('strings from cells, characters and functions are shown put together', () => {
  const stream = sheet(
    { row: 9, column: 9, text: 'cmd' },
    { row: 8, column: 9, number: 47 },
    formulaAt(
      1,
      ptg.cell(9, 9),
      ptg.number(32),
      ptg.fixed(char),
      ptg.join,
      ptg.cell(8, 9),
      ptg.fixed(char),
      ptg.join,
    ),
    formulaAt(
      2,
      ptg.cell(1, 1),
      text('xxc dir'),
      ptg.number(3),
      ptg.number(5),
      ptg.fixed(mid),
      ptg.join,
      ptg.call(exec, 1),
    ),
  )
  const lines = linesOf(open(stream), 'XLM/Macro1.txt')
  assert.ok(lines.includes('R1C1 → "cmd /"'), lines.join('\n'))
  assert.ok(lines.includes('R2C1: =EXEC(R1C1&MID("xxc dir",3,5))'))
  assert.ok(lines.includes('R2C1 → EXEC("cmd /c dir")'))
})

test('a cell that another formula writes later is known', () => {
  const stream = sheet(
    formulaAt(1, ptg.cell(5, 5), ptg.call(exec, 1)),
    formulaAt(2, text('calc'), text('.exe'), ptg.join, ptg.cell(5, 5), ptg.call(formula, 2)),
  )
  const lines = linesOf(open(stream), 'XLM/Macro1.txt')
  assert.ok(lines.includes('R1C1 → EXEC("calc.exe")'))
  assert.ok(lines.includes('R2C1 → FORMULA("calc.exe",R5C5)'))
})

test('shared strings that go on in the next record stay whole', () => {
  const long = 'abcdefghij'.repeat(30)
  const stream = workbookStream({
    sheets: [{ name: 'M', isMacro: true, cells: [{ row: 1, column: 1, shared: 2 }] }],
    strings: ['first', 'second', long],
    stringRecordBytes: 37,
  })
  assert.deepEqual(linesOf(open(stream), 'XLM/M.txt').slice(1), [`R1C1: "${long}"`])
})

test('a sheet whose own begin says macro is one, whatever the list of sheets says', () => {
  const stream = sheet(formulaAt(1, text('calc'), ptg.call(exec, 1)))
  const at = stream.indexOf(biffRecord(0x0085).subarray(0, 2))
  stream[at + 4 + 5] = 0
  assert.ok(linesOf(open(stream), 'XLM/Macro1.txt').includes('R1C1: =EXEC("calc")'))
})

test('DDE links are a member', () => {
  const stream = workbookStream({
    sheets: [{ name: 'A', cells: [] }],
    dde: { program: 'cmd', topic: '/c calc', item: 'A0' },
  })
  assert.deepEqual(linesOf(open(stream), 'DDE links.txt'), ["=cmd|'/c calc'!A0"])
})

test('formulas that are cut or mean nothing show what was read', () => {
  const stream = sheet(
    formulaAt(1, text('calc'), ptg.call(exec, 1), Buffer.of(0x1b)),
    formulaAt(2, Buffer.of(0x42, 5)),
    formulaAt(3, Buffer.of(0x17, 200, 0), Buffer.from('short')),
    formulaAt(4, ptg.join, ptg.call(call, 30)),
  )
  const lines = linesOf(open(stream), 'XLM/Macro1.txt')
  assert.equal(lines[1], 'R1C1: =EXEC("calc") …')
  assert.ok(lines.some((line) => line.startsWith('R4C1: =CALL(?&?)')))
})

test('any tokens at all are a formula of some sort, in every version', () => {
  const context = { cell: () => 'x', sheetName: () => 's', definedName: () => 'n' }
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom(5 as const, 8 as const, 12 as const),
      (tokens, biff) => {
        assert.equal(typeof decodeFormula(tokens, { ...context, biff }).text, 'string')
      },
    ),
    { numRuns: 2000 },
  )
})

test('a workbook of LibreOffice has neither macros nor faults', () => {
  const plain = goldenSamples('xls').find(({ title }) => title === 'an ordinary workbook')
  assert.ok(plain !== undefined)
  const opened = unpack(plain.bytes, { formats: [xls] })
  assert.deepEqual([opened.members, opened.faults], [[], []])
})

/** The bytes for VelvetSweatshop; LibreOffice 7.4 opens a workbook that is obfuscated with them. */
const velvetXor = Buffer.from('3c5bd417f01f2813f04bb403c473a420', 'hex')

test('XOR obfuscation opens', () => {
  const plain = sheet(formulaAt(1, text('calc'), ptg.call(exec, 1)))
  const pass = biffRecord(0x2f, Buffer.from('000059b30a9a', 'hex'))
  const stream = encrypted(plain, pass, (byte, at, length) => {
    const mixed = byte ^ (velvetXor[(at + length) % 16] ?? 0)
    return ((mixed << 5) | (mixed >> 3)) & 0xff
  })
  assert.ok(linesOf(open(stream), 'XLM/Macro1.txt').includes('R1C1: =EXEC("calc")'))
  const other = Buffer.from(stream)
  other.writeUInt16LE(0x1234, other.indexOf(pass) + 8)
  assert.deepEqual(open(other).faults, ['encrypted Workbook'])
})

test('RC4 opens with the right password only', () => {
  const secret = goldenSamples('xls').find(({ reasons }) => reasons?.[0] === 'encrypted Workbook')
  assert.ok(secret !== undefined)
  const known = unpack(secret.bytes, { formats: [xls], passwords: ['wrong', 'secret'] })
  assert.deepEqual(known.faults, [])
  assert.equal(known.members[0]?.chain, 'Workbook (decrypted)')
  assert.deepEqual(unpack(secret.bytes, { formats: [xls], passwords: ['wrong'] }).faults, [
    'encrypted Workbook',
  ])
})

test('macro sheets of encrypted workbooks are read too', () => {
  const plain = sheet(formulaAt(1, text('calc'), ptg.call(exec, 1)))
  const stream = encryptedRc4(plain, 'VelvetSweatshop')
  assert.ok(linesOf(open(stream), 'XLM/Macro1.txt').includes('R1C1: =EXEC("calc")'))
})

/** [MS-OFFCRYPTO] 2.3.6, by other code than the one under test. */
function encryptedRc4(stream: Buffer, password: string): Buffer {
  const md5 = (data: Buffer): Buffer => createHash('md5').update(data).digest()
  const salt = Buffer.alloc(16, 9)
  const short = md5(Buffer.from(password, 'utf16le')).subarray(0, 5)
  const mixed = md5(Buffer.concat(Array.from({ length: 16 }, () => Buffer.concat([short, salt])))).subarray(
    0,
    5,
  )
  const keyStream = (block: number, length: number): Uint8Array => {
    const number = Buffer.alloc(4)
    number.writeUInt32LE(block)
    return rc4(md5(Buffer.concat([mixed, number])), length)
  }
  const verifier = Buffer.alloc(16, 5)
  const checked = Buffer.concat([verifier, md5(verifier)])
  const mask = keyStream(0, 32)
  const pass = biffRecord(
    0x2f,
    Buffer.from('010001000100', 'hex'),
    salt,
    checked.map((byte, at) => byte ^ (mask[at] ?? 0)),
  )
  const masks = new Map<number, Uint8Array>()
  return encrypted(stream, pass, (byte, at) => {
    const block = Math.floor(at / 1024)
    const own = masks.get(block) ?? keyStream(block, 1024)
    masks.set(block, own)
    return byte ^ (own[at % 1024] ?? 0)
  })
}

/** Puts the record in behind the first one and encrypts all others but the begins of streams. */
function encrypted(
  stream: Buffer,
  pass: Buffer,
  lock: (byte: number, at: number, recordLength: number) => number,
): Buffer {
  const bofBytes = 4 + stream.readUInt16LE(2)
  const out = Buffer.concat([stream.subarray(0, bofBytes), pass, stream.subarray(bofBytes)])
  for (let at = 0; at + 4 <= out.length;) {
    const type = out.readUInt16LE(at)
    const length = out.readUInt16LE(at + 2)
    // Places of sheets move with the record that was put in, and stay readable.
    const isSheet = type === 0x85
    if (isSheet) out.writeUInt32LE(out.readUInt32LE(at + 4) + pass.length, at + 4)
    const isPlain = type === 0x0809 || type === 0x2f
    const from = isPlain ? at + 4 + length : at + (isSheet ? 8 : 4)
    for (let byte = from; byte < at + 4 + length; byte++) {
      out[byte] = lock(out[byte] ?? 0, byte, length)
    }
    at += 4 + length
  }
  return out
}

function rc4(key: Uint8Array, length: number): Uint8Array {
  const state = Array.from({ length: 256 }, (_, at) => at)
  const swap = (a: number, b: number): void => {
    ;[state[a], state[b]] = [state[b] ?? 0, state[a] ?? 0]
  }
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) % 256
    swap(i, j)
  }
  let i = 0
  let j = 0
  return Uint8Array.from({ length }, () => {
    i = (i + 1) % 256
    j = (j + (state[i] ?? 0)) % 256
    swap(i, j)
    return state[((state[i] ?? 0) + (state[j] ?? 0)) % 256] ?? 0
  })
}
