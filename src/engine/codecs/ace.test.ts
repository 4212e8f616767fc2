import assert from 'node:assert/strict'
import { test } from 'node:test'

import { type AcePart, acePacked } from '../../../test/support/ace-writer.ts'
import { bytesSource } from '../source/byte-source.ts'
import { Ace } from './ace.ts'
import { History } from './history.ts'

function decode(packed: Uint8Array, size: number, options: { isBlocked?: boolean; step?: number } = {}) {
  const { isBlocked = true, step = 1000 } = options
  const ace = new Ace(bytesSource(packed), 0, packed.length, {
    size,
    isBlocked,
    history: new History(1 << 22),
  })
  const parts: Buffer[] = []
  const out = new Uint8Array(step)
  for (let count = ace.read(out); count > 0; count = ace.read(out))
    parts.push(Buffer.from(out.subarray(0, count)))
  return { bytes: Buffer.concat(parts), ace }
}

const text = Buffer.from(
  Array.from(
    { length: 900 },
    (_, i) => `line ${i * 7919} of ${i % 13} texts, which repeat themselves. `,
  ).join(''),
)
const plain = (data: Uint8Array): AcePart => ({ mode: 0, data })

test('decodes LZ77 in steps of any size', () => {
  const packed = acePacked([plain(text)])
  assert.ok(packed.length < text.length / 5)
  for (const step of [1, 777, 1 << 20]) {
    for (const isBlocked of [true, false]) {
      const { bytes, ace } = decode(packed, text.length, { isBlocked, step })
      assert.deepEqual([ace.fault, bytes.equals(text)], [undefined, true])
    }
  }
})

/** What the packer does to calls and jumps: their targets become absolute. */
function absolute(data: Buffer, first: number, exeMode: number): Buffer {
  const out = Buffer.from(data)
  for (let at = 0; at + 4 < out.length;) {
    if (out[at] === 0xe8 && exeMode !== 0) {
      out.writeInt32LE((out.readInt32LE(at + 1) + first + at) | 0, at + 1)
      at += 5
    } else if (out[at] === 0xe8 || out[at] === 0xe9) {
      out.writeUInt16LE((out.readUInt16LE(at + 1) + first + at) & 0xffff, at + 1)
      at += 3
    } else at++
  }
  return out
}

function program(): Buffer {
  const bytes = Buffer.from(text)
  for (let at = 7; at + 5 < bytes.length; at += 37) bytes[at] = at % 3 === 0 ? 0xe9 : 0xe8
  // At the very end an instruction is cut off.
  bytes[bytes.length - 2] = 0xe8
  return bytes
}

for (const exeMode of [0, 1]) {
  test(`decodes the EXE mode ${exeMode} behind and before plain LZ77`, () => {
    const code = program()
    const part: AcePart = { mode: 2, data: absolute(code, 1000, exeMode), parameters: [[exeMode, 8]] }
    const head = text.subarray(0, 1000)
    const packed = acePacked([plain(head), part, plain(head)])
    const expected = Buffer.concat([head, code, head])
    for (const step of [1, 5000]) {
      const { bytes, ace } = decode(packed, expected.length, { step })
      assert.deepEqual([ace.fault, bytes.equals(expected)], [undefined, true])
    }
  })
}

test('decodes planes of differences, several groups of them', () => {
  const planes = 4
  const groupBytes = 400
  const pixels = Buffer.from(Array.from({ length: 800 }, (_, i) => (i * 3 + (i % planes) * 50) & 0xff))
  const differences: number[] = []
  let last = 0
  for (let from = 0; from < pixels.length; from += groupBytes) {
    for (let plane = 0; plane < planes; plane++) {
      for (let at = from + plane; at < from + groupBytes; at += planes) {
        differences.push((pixels[at]! - last) & 0xff)
        last = pixels[at]!
      }
    }
  }
  const parameters: [number, number][] = [
    [planes, 8],
    [groupBytes, 17],
  ]
  const packed = acePacked([{ mode: 1, data: Buffer.from(differences), parameters }, plain(text)])
  const expected = Buffer.concat([pixels, text])
  const { bytes, ace } = decode(packed, expected.length)
  assert.deepEqual([ace.fault, bytes.equals(expected)], [undefined, true])
})

test('sound and pictures are said not to be supported, and ACE 1.0 has no modes', () => {
  const packed = acePacked([plain(text), { mode: 3, data: text }])
  const blocked = decode(packed, 2 * text.length)
  assert.deepEqual([blocked.ace.isUnsupported, blocked.bytes.equals(text)], [true, true])
  assert.match(decode(packed, 2 * text.length, { isBlocked: false }).ace.fault ?? '', /ACE 1.0/)
})

test('data that end early or are damaged end with a fault or the claimed size, and soon', () => {
  const packed = acePacked([plain(text)])
  for (let length = 0; length < packed.length - 8; length += 131) {
    const { ace, bytes } = decode(packed.subarray(0, length), text.length)
    assert.notEqual(ace.fault, undefined, `${length} bytes`)
    // Zeros behind the end may stand for a few matches more.
    const sure = Math.max(0, bytes.length - 64 * 258)
    assert.ok(text.subarray(0, sure).equals(bytes.subarray(0, sure)))
  }
  for (let seed = 0; seed < 300; seed++) {
    const broken = Buffer.from(packed)
    broken[(seed * 7919) % packed.length]! ^= 1 + (seed % 255)
    assert.ok(decode(broken, text.length).bytes.length <= text.length)
  }
})
