// From a header to the bytes of the member.

import { Bzip2, isBzip2Magic } from '../../codecs/bzip2.ts'
import type { Codec } from '../../codecs/codec.ts'
import { Inflate } from '../../codecs/inflate.ts'
import { PkwareDecoder, PkwareKeys } from '../../codecs/pkware-cipher.ts'
import { Stored } from '../../codecs/stored.ts'
import { passwordBytes, type Piece, PiecesDecoder, type ReportPiece } from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { layered } from '../../source/layered.ts'
import type { UnpackContext } from '../format.ts'
import { AlzBzip2 } from './bzip2.ts'
import type { LocalHeader } from './header.ts'

const methodStored = 0
const methodDeflate = 2
const methodHiddenDeflate = 3
const bzip2MagicBytes = 4

/** Unpacked bytes looked at to tell the right password from one that fits the single check byte by chance. */
const trialBytes = 64 * 1024

/** The member's bytes; undefined when they cannot be read at all, which has been reported. */
export function openMember(
  source: ByteSource,
  header: LocalHeader,
  packed: number,
  context: UnpackContext,
): ByteSource | undefined {
  const { name, method } = header
  if (method > methodDeflate) {
    const known = method === methodHiddenDeflate ? 'obfuscated deflate' : `number ${method}`
    context.fault(name, 'unsupported-method', `packed with method ${known}, which is not supported`)
    return undefined
  }
  let isReported = packed < header.packed
  const report: ReportPiece = (code, message) => {
    if (!isReported) context.fault(name, code, message)
    isReported = true
  }
  const piece: Piece = { start: header.dataStart, packed, size: header.size, crc: header.crc, method }
  if (!header.isEncrypted) return unpacked(source, piece, context, report)
  for (const password of context.passwords) {
    for (const bytes of passwordBytes(password)) {
      context.budget.checkTime()
      const keys = PkwareKeys.open(bytes, header.keyHeader, header.checkByte)
      if (keys === undefined || !fits(source, piece, keys)) continue
      const span = { start: piece.start, end: piece.start + packed }
      const plain = new DecodedSource(() => new PkwareDecoder(source, span, keys), context.budget)
      return layered(unpacked(plain, { ...piece, start: 0 }, context, report), plain)
    }
  }
  context.fault(name, 'encrypted', 'needs a password')
  return undefined
}

function unpacked(
  source: ByteSource,
  piece: Piece,
  context: UnpackContext,
  report: ReportPiece,
): DecodedSource {
  return new DecodedSource(
    () => new PiecesDecoder([piece], () => openCodec(source, piece), report),
    context.budget,
    piece.size,
  )
}

function openCodec(source: ByteSource, piece: Piece): Codec {
  const end = piece.start + piece.packed
  if (piece.method === methodStored) return new Stored(source, piece.start, end)
  if (piece.method === methodDeflate) return new Inflate(source, piece.start, end)
  const isPlain = isBzip2Magic(source.read(piece.start, bzip2MagicBytes), 0)
  return isPlain ? new Bzip2(source, piece.start, end) : new AlzBzip2(source, piece.start, end)
}

/** The first bytes unpack; if they are all there is, their checksum is right, too. */
function fits(source: ByteSource, piece: Piece, keys: PkwareKeys): boolean {
  const head = new Uint8Array(source.read(piece.start, Math.min(piece.packed, trialBytes)))
  keys.copy().decrypt(head, head)
  const isWhole = head.length === piece.packed
  const plain = { size: head.length, read: (at: number, length: number) => head.subarray(at, at + length) }
  let isWrong = false
  const trial = new PiecesDecoder(
    [{ ...piece, start: 0, packed: head.length }],
    (own) => openCodec(plain, own),
    () => {
      isWrong = true
    },
  )
  const out = new Uint8Array(trialBytes)
  let got = 0
  for (let count = 1; count > 0 && got < trialBytes; got += count) count = trial.read(out)
  return !isWrong || !isWhole
}
