// Files made from a rule's own strings, so that its condition is true, almost true and false on them.

import type { CheckedRule } from '../../../src/engine/detectors/yara/language/index.ts'
import { type Random, sampleOf } from './sample-of.ts'

/** First bytes that conditions ask for: PE with a header that says nothing more, ELF, and other magics. */
const heads: readonly Uint8Array[] = [
  new Uint8Array(0),
  minimalExecutable(),
  Buffer.from('7f454c460201010000000000000000000200 3e00'.replaceAll(' ', ''), 'hex'),
  Buffer.from('504b0304', 'hex'),
  Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  Buffer.from('{\\rtf1 '),
  Buffer.from('<?php '),
  Buffer.from('cafebabe00000034', 'hex'),
  Buffer.from('%PDF-1.4\n'),
]

export function nearMisses(rule: CheckedRule, count: number, random: Random): Uint8Array[] {
  const wanted = magicOf(rule)
  return Array.from({ length: count }, (_, index) => {
    const head = index % 3 === 2 ? heads[random(heads.length)] : (wanted ?? heads[random(2)])
    const parts: Uint8Array[] = [head ?? new Uint8Array(0)]
    for (const [place, string] of rule.strings.entries()) {
      if (leftOut(index, place, rule.strings.length, random)) continue
      const sample = sampleOf(string.pattern, random)
      parts.push(separator(random), index % 4 === 3 ? mutated(sample, random) : sample)
      if (random(6) === 0) parts.push(separator(random), sample)
    }
    parts.push(separator(random))
    return Buffer.concat(parts)
  })
}

function leftOut(index: number, place: number, strings: number, random: Random): boolean {
  if (index % 4 === 0) return false
  if (index % 4 === 1) return place === index % Math.max(1, strings)
  return random(3) === 0
}

function separator(random: Random): Uint8Array {
  const kinds = [' ', '\0\0\0', '\n', 'a', '\0a', '.', '']
  return Buffer.from((kinds[random(kinds.length)] ?? '').repeat(1 + random(3)))
}

function mutated(sample: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(sample)
  if (copy.length > 0) copy[random(copy.length)] = random(256)
  return random(4) === 0 ? copy.subarray(0, -1) : copy
}

/** The bytes at offset 0 that the rule's text asks for, where that is easy to see. */
function magicOf(rule: CheckedRule): Uint8Array | undefined {
  const text = JSON.stringify(rule.condition)
  const match =
    /"op":"eq","type":"int","left":\{"op":"read","bits":(\d+),"signed":false,"bigEndian":(true|false),"offset":\{"op":"const","type":"int","value":0\}\},"right":\{"op":"const","type":"int","value":(\d+)\}/.exec(
      text,
    )
  if (match === null) return undefined
  const size = Number(match[1]) / 8
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(match[3] ?? 0))
  if (bytes[0] === 0x4d && bytes[1] === 0x5a) return minimalExecutable()
  const head = bytes.subarray(0, size)
  return match[2] === 'true' ? Uint8Array.from(head).toReversed() : head
}

/** MZ, `e_lfanew`, `PE\0\0` and a 32-bit header without sections. */
function minimalExecutable(): Uint8Array {
  const file = Buffer.alloc(0x40 + 4 + 20 + 224)
  file.write('MZ', 0, 'latin1')
  file.writeUInt32LE(0x40, 0x3c)
  file.write('PE\0\0', 0x40, 'latin1')
  file.writeUInt16LE(0x14c, 0x44)
  file.writeUInt32LE(0x5f5e_1000, 0x48)
  file.writeUInt16LE(224, 0x54)
  file.writeUInt16LE(0x102, 0x56)
  file.writeUInt16LE(0x10b, 0x58)
  file.writeUInt32LE(0x1000, 0x68)
  file.writeUInt32LE(0x40_0000, 0x74)
  file.writeUInt32LE(0x1000, 0x78)
  file.writeUInt32LE(0x200, 0x7c)
  file.writeUInt32LE(16, 0xb4)
  return file
}
