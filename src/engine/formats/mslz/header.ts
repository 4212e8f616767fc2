// The headers of SZDD and KWAJ files.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { hasText } from '../../seven-zip/magic.ts'

/** Where the window stands at the beginning: the first byte goes there. */
const windowAtSzdd = 4096 - 16
const windowAtQBasic = 4096 - 18

const kwajMethods = ['plain', 'inverted', 'lzss', 'lzh', 'mszip'] as const

export interface Header {
  readonly method: (typeof kwajMethods)[number]
  readonly dataAt: number
  /** Decoded bytes; 0: not said. */
  readonly size: number
  readonly windowAt: number
  /** Empty: not said. */
  readonly name: string
  readonly lastLetter: string
}

/** Undefined: no such header. */
export function parseHeader(head: Uint8Array): Header | undefined {
  if (head[0] === 0x53) return parseSzdd(head)
  return hasText(head, 0, 'KWAJ\x88\xf0\x27\xd1') ? parseKwaj(head) : undefined
}

function parseSzdd(head: Uint8Array): Header | undefined {
  const common = { method: 'lzss', name: '' } as const
  if (hasText(head, 0, 'SZDD\x88\xf0\x27\x33A') && head.length >= 14) {
    const letter = head[9] ?? 0
    const lastLetter = letter > 0x20 && letter < 0x7f ? String.fromCharCode(letter) : ''
    return { ...common, dataAt: 14, size: u32(head, 10), windowAt: windowAtSzdd, lastLetter }
  }
  if (hasText(head, 0, 'SZ\x20\x88\xf0\x27\x33\xd1') && head.length >= 12) {
    return { ...common, dataAt: 12, size: u32(head, 8), windowAt: windowAtQBasic, lastLetter: '' }
  }
  return undefined
}

const flagSize = 1
const flagUnknown = 2
const flagSkipped = 4
const flagName = 8
const flagExtension = 16

function parseKwaj(head: Uint8Array): Header | undefined {
  const method = kwajMethods[u16(head, 8)]
  if (method === undefined || head.length < 14 || head.length < u16(head, 10)) return undefined
  const flags = u16(head, 12)
  let at = 14
  const size = (flags & flagSize) === 0 ? 0 : u32(head, at)
  if ((flags & flagSize) !== 0) at += 4
  if ((flags & flagUnknown) !== 0) at += 2
  if ((flags & flagSkipped) !== 0) at += 2 + u16(head, at)
  const text = (most: number): string => {
    const end = head.indexOf(0, at)
    const from = at
    at = Math.min(end < 0 ? head.length : end, at + most) + 1
    return Buffer.from(head.subarray(from, at - 1)).toString('latin1')
  }
  const base = (flags & flagName) === 0 ? '' : text(8)
  const extension = (flags & flagExtension) === 0 ? '' : text(3)
  const name = extension === '' ? base : `${base}.${extension}`
  return { method, dataAt: u16(head, 10), size, windowAt: windowAtQBasic, name, lastLetter: '' }
}
