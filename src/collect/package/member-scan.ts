// Members of a package in the order in which they stand, from the unpacked frames. After damage it goes on with the first frame
// that begins with a member.

import type { Frame } from './frame-reader.ts'
import { treeText } from './member-name.ts'
import { blockBytes, checksumOf, paddingOf } from './tar-header.ts'

/** A member as its own header tells it. */
export interface ScannedMember {
  readonly name: string
  /** One character of POSIX's: `0` file, `2` symbolic link, `5` folder, `6` FIFO. */
  readonly type: string
  /** Of the data. */
  readonly stored: number
  readonly sparseSize?: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly modifiedNs: bigint
  readonly target: string
  /** The header with the extended one before it. */
  readonly header: Buffer
  readonly frame: number
  readonly skip: number
  /** Complete when the member has ended. */
  readonly frames: number[]
}

export interface MemberHandler {
  begin(member: ScannedMember): void
  /** Its next bytes; they are only lent. */
  data(bytes: Uint8Array): void
  /** `isWhole`: all its data and what fills its last block were there. */
  end(isWhole: boolean): void
  /** Something is there that is no member. */
  damage(offset: number, text: string): void
}

const mostHeaderBytes = 131_072

export class MemberScanner {
  readonly #handler: MemberHandler
  /** Bytes of the header that is being read. */
  #header: Buffer[] = []
  #headerBytes = 0
  #wanted = blockBytes
  #extended: Map<string, Buffer> | undefined
  #isExtended = false
  #member: ScannedMember | undefined
  #dataLeft = 0
  #paddingLeft = 0
  #isLost = false
  #start = { frame: 0, skip: 0, frames: [] as number[] }

  constructor(handler: MemberHandler) {
    this.#handler = handler
  }

  frame(frame: Frame): void {
    if (frame.kind === 'skippable') return
    if (frame.content === undefined) {
      this.#lose(frame.offset, frame.kind === 'cut-off' ? 'the package is cut off here' : 'a damaged frame')
      return
    }
    if (this.#isLost && !isHeader(frame.content.subarray(0, blockBytes))) return
    this.#isLost = false
    if (this.#member !== undefined || this.#headerBytes > 0) this.#start.frames.push(frame.bytes.length)
    for (let at = 0; at < frame.content.length && !this.#isLost;) at += this.#take(frame, at)
  }

  /** Nothing more comes. */
  end(offset: number): void {
    if (this.#member !== undefined || this.#headerBytes > 0) this.#lose(offset, 'the package is cut off here')
  }

  /** Bytes that were used up. */
  #take(frame: Frame, at: number): number {
    const bytes = (frame.content ?? Buffer.alloc(0)).subarray(at)
    if (this.#dataLeft > 0) {
      const data = bytes.subarray(0, this.#dataLeft)
      this.#handler.data(data)
      this.#dataLeft -= data.length
      this.#endIfWhole()
      return data.length
    }
    if (this.#paddingLeft > 0) {
      const padding = Math.min(this.#paddingLeft, bytes.length)
      this.#paddingLeft -= padding
      this.#endIfWhole()
      return padding
    }
    if (this.#headerBytes === 0) this.#start = { frame: frame.offset, skip: at, frames: [frame.bytes.length] }
    const part = bytes.subarray(0, this.#wanted - this.#headerBytes)
    this.#header.push(part)
    this.#headerBytes += part.length
    if (this.#headerBytes === this.#wanted) this.#readHeader(frame.offset)
    return part.length
  }

  #readHeader(offset: number): void {
    const bytes =
      this.#header.length === 1 ? (this.#header[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#header)
    this.#header = [bytes]
    if (this.#isExtended) {
      this.#isExtended = false
      this.#extended = readRecords(bytes.subarray(blockBytes))
      this.#wanted += blockBytes
      return
    }
    const block = bytes.subarray(-blockBytes)
    if (this.#extended === undefined && block.every((byte) => byte === 0)) {
      this.#resetHeader()
      return
    }
    if (!isHeader(block)) {
      this.#lose(offset, 'no header of a member where one must be')
      return
    }
    const size = octal(block, 124, 12)
    const type = String.fromCharCode(block[156] ?? 0)
    if (type === 'x' && this.#extended === undefined && size + 2 * blockBytes < mostHeaderBytes) {
      this.#isExtended = true
      this.#wanted += size + paddingOf(size)
      return
    }
    this.#begin(block, bytes)
  }

  #begin(block: Buffer, header: Buffer): void {
    const extended = this.#extended ?? new Map<string, Buffer>()
    const text = (keyword: string): string | undefined => {
      const value = extended.get(keyword)
      return value === undefined ? undefined : treeText(value)
    }
    const type = String.fromCharCode(block[156] ?? 0)
    const stored = numberOf(text('size')) ?? octal(block, 124, 12)
    const sparseSize = numberOf(text('GNU.sparse.realsize'))
    this.#member = {
      name: text('GNU.sparse.name') ?? text('path') ?? treeText(untilZero(block.subarray(0, 100))),
      type,
      stored,
      ...(sparseSize === undefined ? {} : { sparseSize }),
      mode: octal(block, 100, 8),
      uid: numberOf(text('uid')) ?? octal(block, 108, 8),
      gid: numberOf(text('gid')) ?? octal(block, 116, 8),
      modifiedNs: nanoseconds(text('mtime')) ?? BigInt(octal(block, 136, 12)) * 1_000_000_000n,
      target: text('linkpath') ?? treeText(untilZero(block.subarray(157, 257))),
      // The frame goes, the header may stay.
      header: Buffer.from(header),
      ...this.#start,
    }
    this.#resetHeader()
    this.#dataLeft = type === '0' ? stored : 0
    this.#paddingLeft = paddingOf(this.#dataLeft)
    this.#handler.begin(this.#member)
    this.#endIfWhole()
  }

  #endIfWhole(): void {
    if (this.#dataLeft > 0 || this.#paddingLeft > 0 || this.#member === undefined) return
    this.#member = undefined
    this.#handler.end(true)
  }

  #resetHeader(): void {
    this.#header = []
    this.#headerBytes = 0
    this.#wanted = blockBytes
    this.#extended = undefined
    this.#isExtended = false
  }

  #lose(offset: number, text: string): void {
    this.#resetHeader()
    this.#isLost = true
    this.#dataLeft = 0
    this.#paddingLeft = 0
    if (this.#member !== undefined) this.#handler.end(false)
    this.#member = undefined
    this.#handler.damage(offset, text)
  }
}

function isHeader(block: Uint8Array): boolean {
  if (block.length < blockBytes) return false
  const isOurs = Buffer.from(block.buffer, block.byteOffset + 257, 8).toString('latin1') === 'ustar\x0000'
  return isOurs && octal(block, 148, 8) === checksumOf(block)
}

/** -1 where it is no number. */
function octal(block: Uint8Array, at: number, length: number): number {
  const text = Buffer.from(block.buffer, block.byteOffset + at, length).toString('latin1')
  const digits = /^ *(?<digits>[0-7]+)/.exec(text)?.groups?.['digits']
  return digits === undefined ? 0 : Number.parseInt(digits, 8)
}

function untilZero(bytes: Buffer): Buffer {
  const zero = bytes.indexOf(0)
  return zero === -1 ? bytes : bytes.subarray(0, zero)
}

function readRecords(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>()
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at)
    const length = blank === -1 ? 0 : Number(bytes.toString('latin1', at, Math.min(blank, at + 8)))
    const equals = bytes.indexOf(0x3d, blank)
    if (!Number.isInteger(length) || length < 4 || at + length > bytes.length || equals === -1) break
    if (equals < at + length)
      records.set(bytes.toString('latin1', blank + 1, equals), bytes.subarray(equals + 1, at + length - 1))
    at += length
  }
  return records
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function nanoseconds(text: string | undefined): bigint | undefined {
  const found = /^(?<sign>-?)(?<whole>\d{1,15})(?:\.(?<digits>\d{1,9}))?/.exec(text ?? '')?.groups
  if (found === undefined) return undefined
  const size = BigInt(found['whole'] ?? '') * 1_000_000_000n + BigInt((found['digits'] ?? '').padEnd(9, '0'))
  return found['sign'] === '-' ? -size : size
}
