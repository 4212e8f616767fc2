// From the records of a file to its bytes.

import {
  type ContinuedPart,
  joinedSource,
  type Piece,
  PiecesDecoder,
  type ReportPiece,
} from '../../parsers/alzip/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { layered } from '../../source/layered.ts'
import type { Member, UnpackContext } from '../format.ts'
import { isKnownMethod, openCodec } from './codecs.ts'
import { isKnownLock, isSureLock, type Opener, openersOf } from './lock.ts'
import type { Block, EggFile } from './records.ts'
import { SolidDecoder } from './solid.ts'

export interface Archive {
  readonly source: ByteSource
  readonly size: number
  /** There is a next volume. */
  readonly goesOn: boolean
  readonly context: UnpackContext
}

/** Unpacked bytes looked at to tell the right password from one that fits by chance. */
const trialBytes = 64 * 1024

export function* openFile(archive: Archive, file: EggFile): Generator<Member> {
  const { context } = archive
  if (file.isBroken) context.fault(file.name, 'damaged', 'its records are damaged')
  const isKnown = reportUnknown(file, context)
  const packed = packedOf(archive, file.blocks)
  if (!isKnown || packed.pieces.length === 0) {
    context.budget.countMember()
    if (isKnown && !file.isBroken && file.size > 0 && !file.isFolder) {
      context.fault(file.name, archive.goesOn ? 'missing-volume' : 'damaged', 'its data are missing')
    }
    return
  }
  if (packed.isCut) reportCut(archive, file.name)
  const report = reporter(context, file.name, packed.isCut)
  const plain = unlock(archive, file, packed, report)
  if (plain === undefined) {
    context.budget.countMember()
    return
  }
  const unpacked = piecesOf(plain, packed.pieces, context, report)
  yield { name: file.name, source: layered(unpacked, plain) }
}

/** The members of a solid archive: parts of one stream. */
export function* openSolid(archive: Archive, files: readonly EggFile[]): Generator<Member> {
  const { context } = archive
  const parts: ContinuedPart[] = []
  const pieces: Piece[] = []
  const locked: DecodedSource[] = []
  const report = reporter(context, '(solid)', false)
  let isWhole = true
  let at = 0
  for (const file of files) {
    if (file.isBroken) context.fault(file.name, 'damaged', 'its records are damaged')
    const packed = packedOf(archive, file.blocks)
    if (packed.pieces.length === 0) continue
    if (packed.isCut) reportCut(archive, file.name)
    const plain = reportUnknown(file, context) ? unlock(archive, file, packed, report) : undefined
    if (plain === undefined) {
      isWhole = false
      break
    }
    if (plain instanceof DecodedSource) locked.push(plain)
    parts.push({ source: plain, start: 0, size: packed.size })
    for (const piece of packed.pieces) pieces.push({ ...piece, start: piece.start + at })
    at += packed.size
  }
  const input = joinedSource(parts)
  const whole = new DecodedSource(
    () => new SolidDecoder(input, pieces, context.budget, report),
    context.budget,
  )
  try {
    yield* partsOf(whole, files, pieces, { context, isWhole })
  } finally {
    whole.release()
    for (const source of locked) source.release()
  }
}

function* partsOf(
  whole: DecodedSource,
  files: readonly EggFile[],
  pieces: readonly Piece[],
  { context, isWhole }: { context: UnpackContext; isWhole: boolean },
): Generator<Member> {
  const total = pieces.reduce((sum, { size }) => sum + size, 0)
  let at = 0
  for (const { name, size, isFolder } of files) {
    if (isFolder || size === 0 || at >= total) {
      context.budget.countMember()
      if (!isFolder && size > 0 && isWhole) context.fault(name, 'damaged', 'its data are missing')
      continue
    }
    yield { name, source: sliceOf(whole, at, Math.min(size, total - at)) }
    at += size
  }
}

/** A slice whose size is what there is, in case the stream ends early. */
function sliceOf(whole: DecodedSource, start: number, size: number): ByteSource {
  const slice = sliceSource(whole, start, size)
  return {
    get size() {
      const last = whole.read(start + size - 1, 1)
      return last.length > 0 ? size : Math.max(0, Math.min(size, whole.size - start))
    },
    read: (offset, length) => slice.read(offset, length),
  }
}

interface PackedData {
  readonly input: ByteSource
  readonly size: number
  readonly pieces: readonly Piece[]
  readonly isCut: boolean
}

/** The packed bytes of the blocks, joined; the last may be cut off. */
function packedOf({ source, size }: Archive, blocks: readonly Block[]): PackedData {
  const parts: ContinuedPart[] = []
  const pieces: Piece[] = []
  let at = 0
  let isCut = false
  for (const { method, start, packed, size: unpacked, crc } of blocks) {
    const present = Math.max(0, Math.min(packed, size - start))
    isCut ||= present < packed
    parts.push({ source, start, size: present })
    pieces.push({ start: at, packed: present, size: unpacked, crc, method })
    at += present
  }
  return { input: joinedSource(parts), size: at, pieces, isCut }
}

function reportUnknown({ name, blocks, lock }: EggFile, context: UnpackContext): boolean {
  const unknown = blocks.find(({ method }) => !isKnownMethod(method))
  if (unknown !== undefined) {
    context.fault(
      name,
      'unsupported-method',
      `packed with method number ${unknown.method}, which is not known`,
    )
    return false
  }
  if (lock === undefined || isKnownLock(lock)) return true
  context.fault(name, 'unsupported-method', `encrypted with method number ${lock.method}, which is not known`)
  return false
}

function reportCut({ context, goesOn }: Archive, name: string): void {
  if (goesOn) context.fault(name, 'missing-volume', 'its data go on in another volume')
  else context.fault(name, 'damaged', 'the data go on behind the end of the archive')
}

/** One sentence for each member is enough, also when its decoder is started again. */
function reporter(context: UnpackContext, name: string, isSilent: boolean): ReportPiece {
  let isReported = isSilent
  return (code, message) => {
    if (!isReported) context.fault(name, code, message)
    isReported = true
  }
}

/** The packed bytes in plain; undefined: no password fits, which has been reported. */
function unlock(
  { context }: Archive,
  file: EggFile,
  { input, pieces, isCut }: PackedData,
  report: ReportPiece,
): ByteSource | undefined {
  if (file.lock === undefined) return input
  const say = (message: string): void => {
    if (!isCut) report('damaged', message)
  }
  let likely: Opener | undefined
  for (const opener of openersOf(file.lock, context.passwords)) {
    context.budget.checkTime()
    const isRight = (isCut && pieces.length === 1) || fits(input, opener, pieces, context)
    if (isRight || isSureLock(file.lock)) likely ??= opener
    if (!isRight) continue
    likely = opener
    break
  }
  if (likely === undefined) {
    context.fault(file.name, 'encrypted', 'needs a password')
    return undefined
  }
  const opener = likely
  return new DecodedSource(() => opener(input, say), context.budget)
}

/** The first piece begins without a fault; if it is short, its checksum is right, too. */
function fits(input: ByteSource, opener: Opener, pieces: readonly Piece[], context: UnpackContext): boolean {
  const [first] = pieces
  if (first === undefined) return true
  const plain = new DecodedSource(() => opener(input, () => {}), context.budget)
  let isWrong = false
  const open = (piece: Piece) =>
    openCodec(plain, { ...piece, end: piece.start + piece.packed }, context.budget)
  const trial = new PiecesDecoder([first], open, () => {
    isWrong = true
  })
  const out = new Uint8Array(trialBytes)
  let got = 0
  for (let count = 1; count > 0 && got < trialBytes; got += count) count = trial.read(out)
  plain.release()
  return !isWrong
}

function piecesOf(
  plain: ByteSource,
  pieces: readonly Piece[],
  { budget }: UnpackContext,
  report: ReportPiece,
): DecodedSource {
  const open = (piece: Piece) => openCodec(plain, { ...piece, end: piece.start + piece.packed }, budget)
  return new DecodedSource(() => new PiecesDecoder(pieces, open, report), budget, pieces[0]?.size ?? 0)
}
