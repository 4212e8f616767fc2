import assert from 'node:assert/strict'
import { test } from 'node:test'

import { functionNumbers } from '../../../../test/support/biff-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { xlsb } from './xlsb.ts'

const open = (bytes: Uint8Array): string[] => listed(unpack(bytes, { formats: [xlsb], isFlat: true }))

function u32(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

/** [MS-XLSB] 2.1.4: types and lengths in seven bits a byte. */
function record(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const data = Buffer.concat(parts)
  const typeBytes = type < 128 ? [type] : [(type & 0x7f) | 0x80, type >> 7]
  const lengthBytes = data.length < 128 ? [data.length] : [(data.length & 0x7f) | 0x80, data.length >> 7]
  return Buffer.concat([Buffer.from([...typeBytes, ...lengthBytes]), data])
}

const wide = (text: string): Buffer => Buffer.concat([u32(text.length), Buffer.from(text, 'utf16le')])
const row = (number: number): Buffer => record(0, u32(number - 1), Buffer.alloc(12))
const text = (value: string): Buffer =>
  Buffer.concat([Buffer.of(0x17, value.length, 0), Buffer.from(value, 'utf16le')])
const call = (number: number, count: number): Buffer => Buffer.of(0x42, count, number & 0xff, number >> 8)
const cellAt = (line: number, column: number): Buffer =>
  Buffer.concat([Buffer.of(0x44), u32(line - 1), Buffer.of(column - 1, 0xc0)])
const formula = (column: number, ...tokens: readonly Buffer[]): Buffer => {
  const all = Buffer.concat(tokens)
  return record(9, u32(column - 1), u32(0), Buffer.alloc(8), Buffer.of(0, 0), u32(all.length), all, u32(0))
}
const begin = record(129)
const end = record(130)
const { exec } = functionNumbers

test('a sheet with macro functions is text', () => {
  const sheet = Buffer.concat([
    begin,
    row(1),
    record(6, u32(1), u32(0), wide('cmd /c ')),
    formula(1, cellAt(1, 2), text('dir'), Buffer.of(0x08), call(exec, 1)),
    row(70_000),
    record(8, u32(2), u32(0), wide('saved'), Buffer.of(0, 0), u32(2 + 1), Buffer.of(0x1e, 7, 0), u32(0)),
    end,
  ])
  assert.deepEqual(open(sheet), [
    `XLM.txt=${Buffer.from('R1C2: "cmd /c "\nR1C1: =EXEC(R1C2&"dir")\nR1C1 → EXEC("cmd /c dir")\nR70000C3: =7').toString('latin1')}`,
  ])
})

test('an ordinary sheet is none, nor is what merely begins like one', () => {
  const sum = Buffer.concat([begin, row(1), formula(1, Buffer.of(0x1e, 1, 0), call(4, 1)), end])
  assert.deepEqual(open(sum), [])
  assert.deepEqual(open(Buffer.concat([begin, Buffer.alloc(5000, 0xff)])), [])
  assert.deepEqual(open(begin), [])
})
