// What the first bytes of an encoded blob must be for it to be decoded: those of containers, programs, documents, pictures
// and scripts that are known by their beginning. Texts are full of long words that decode to nothing.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { startsWith } from '../../source/starts-with.ts'

function bytes(text: string): readonly number[] {
  return [...Buffer.from(text, 'latin1')]
}

/** Signatures by their first byte. */
const byFirst: (readonly number[])[][] = Array.from({ length: 256 }, () => [])

for (const signature of [
  bytes('\x7fELF'),
  bytes('PK\x03\x04'),
  bytes('PK\x05\x06'),
  bytes('Rar!\x1a\x07'),
  bytes('7z\xbc\xaf\x27\x1c'),
  bytes('\x1f\x8b\x08'),
  bytes('BZh91AY&SY'),
  bytes('\xfd7zXZ\0'),
  bytes('\x28\xb5\x2f\xfd'),
  bytes('%PDF-'),
  bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
  bytes(String.raw`{\rt`),
  bytes('MSCF\0\0\0\0'),
  bytes('\xca\xfe\xba\xbe'),
  bytes('\xcf\xfa\xed\xfe'),
  bytes('\xce\xfa\xed\xfe'),
  bytes('dex\n03'),
  bytes('\x4c\0\0\0\x01\x14\x02\0'),
  bytes('GIF8'),
  bytes('\x89PNG\r\n'),
  bytes('\xff\xd8\xff'),
  bytes('ITSF'),
  bytes('!<arch>\n'),
  bytes('CWS'),
  bytes('FWS'),
  bytes('ZWS'),
  bytes('\0asm\x01\0\0\0'),
  bytes('ActiveMime'),
  bytes('MSWIM\0'),
  bytes('vhdxfile'),
  bytes('xar!\0'),
  bytes('<?php'),
  bytes('<?xml'),
  bytes('<html'),
  bytes('<HTML'),
  bytes('<script'),
  bytes('<svg'),
  bytes('<!DOCTYPE'),
  bytes('<!doctype'),
  bytes('#!/'),
  bytes('@echo off'),
  bytes('X5O!P%@AP['),
]) {
  byFirst[signature[0]!]!.push(signature)
}

const isFirstByte = Uint8Array.from(byFirst, (list) => (list.length > 0 ? 1 : 0))
isFirstByte[0x4d] = 1

/** Whether a blob with this first byte may be one at all: 1 or 0. */
export { isFirstByte }

/** Of the flash signatures only the version that follows tells them from text. */
const flashVersions = 64
/** The fields of an MZ header that every linker keeps small. */
const mostLastPageBytes = 512
const mostPages = 0x4000

/** Whether decoded bytes (the first 64, or all where there are fewer) begin as something that is known. */
export function isKnownHead(head: Uint8Array): boolean {
  if (head.length < 8) return false
  if (head[0] === 0x4d && head[1] === 0x5a) return isProgram(head)
  for (const signature of byFirst[head[0]!]!) {
    if (!startsWith(head, signature)) continue
    return signature[1] !== 0x57 || signature[2] !== 0x53 || head[3]! < flashVersions
  }
  return false
}

/** Two letters alone would be too little; hand-made headers have their PE header near. */
function isProgram(head: Uint8Array): boolean {
  if (head.length < 64) return false
  if (u16(head, 2) < mostLastPageBytes && u16(head, 4) < mostPages && u16(head, 8) < mostPages) return true
  return u32(head, 0x3c) < 0x1000
}

/** UTF-16LE text of ASCII characters, as PowerShell takes its encoded commands. */
export function isWideText(head: Uint8Array): boolean {
  const start = head[0] === 0xff && head[1] === 0xfe ? 2 : 0
  if (head.length < start + 24) return false
  for (let at = start; at < start + 24; at += 2) {
    if (head[at + 1] !== 0 || !isPrintable(head[at]!)) return false
  }
  return true
}

/** Plain text, all of it. */
export function isPlainText(head: Uint8Array): boolean {
  return head.length >= 32 && head.every((byte) => isPrintable(byte))
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d
}
