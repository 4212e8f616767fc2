// From a header to the bytes of the member.

import { Bzip2, isBzip2Magic } from '../../codecs/bzip2.ts'
import type { Codec } from '../../codecs/codec.ts'
import { Inflate } from '../../codecs/inflate.ts'
import {
  passwordBytes,
  type Piece,
  PiecesDecoder,
  PkwareKeys,
  type ReportPiece,
  StoredCodec,
} from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
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
      if (!fits(source, header, piece, bytes)) continue
      const plain = new DecodedSource(
        () => new Decrypting(source, piece, openKeys(header, bytes)),
        context.budget,
      )
      return releasingBoth(unpacked(plain, { ...piece, start: 0 }, context, report), plain)
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
  if (piece.method === methodStored) return new StoredCodec(source, piece.start, end)
  if (piece.method === methodDeflate) return new Inflate(source, piece.start, end)
  const isPlain = isBzip2Magic(source.read(piece.start, bzip2MagicBytes), 0)
  return isPlain ? new Bzip2(source, piece.start, end) : new AlzBzip2(source, piece.start, end)
}

function openKeys(header: LocalHeader, password: Uint8Array): PkwareKeys {
  return PkwareKeys.open(password, header.keyHeader, header.checkByte) ?? new PkwareKeys()
}

/** The check byte is right, and the first bytes unpack; if they are all there is, their checksum is right, too. */
function fits(source: ByteSource, header: LocalHeader, piece: Piece, password: Uint8Array): boolean {
  const keys = PkwareKeys.open(password, header.keyHeader, header.checkByte)
  if (keys === undefined) return false
  const head = new Uint8Array(source.read(piece.start, Math.min(piece.packed, trialBytes)))
  keys.decrypt(head, head)
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

/** Decrypts the packed bytes of a piece. */
class Decrypting implements Decoder {
  readonly #source: ByteSource
  readonly #piece: Piece
  readonly #keys: PkwareKeys
  #done = 0

  constructor(source: ByteSource, piece: Piece, keys: PkwareKeys) {
    this.#source = source
    this.#piece = piece
    this.#keys = keys
  }

  get consumed(): number {
    return this.#done
  }

  read(out: Uint8Array): number {
    const wanted = Math.min(out.length, 64 * 1024, this.#piece.packed - this.#done)
    if (wanted <= 0) return 0
    const view = this.#source.read(this.#piece.start + this.#done, wanted)
    this.#keys.decrypt(view, out.subarray(0, view.length))
    this.#done += view.length
    return view.length
  }
}

function releasingBoth(member: DecodedSource, plain: DecodedSource): ByteSource {
  return {
    get size() {
      return member.size
    },
    read: (offset, length) => member.read(offset, length),
    release() {
      member.release()
      plain.release()
    },
  }
}
