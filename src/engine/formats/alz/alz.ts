// alz, the older archive of ALZip. It is read from the front, record by record, as ALZip itself and unalz do; the
// central directory at the end repeats nothing.

import { u32 } from '../../codecs/little-endian.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import { indexOfBytes, timedSource } from '../../source/search.ts'
import type { Format, Member, MemberFault, UnpackContext } from '../format.ts'
import {
  archiveHeaderBytes,
  archiveSignature,
  centralSignature,
  commentSignature,
  endSignature,
  type LocalHeader,
  localSignature,
  readLocalHeader,
  tailBytes,
  volumeEndSignature,
} from './header.ts'
import { openMember } from './member.ts'

const localBytes = Buffer.from('BLZ\x01')
const centralBytes = Buffer.from('CLZ\x01')
const archiveName = '(archive)'

export const alz: Format = {
  id: 'alz',
  kind: 'archive',

  matches: ({ head }) => head.length >= archiveHeaderBytes && u32(head, 0) === archiveSignature,

  *members({ source: parent }, context) {
    const source = timedSource(parent, context.budget)
    yield* new Walk(source, context).members()
  },
}

class Walk {
  readonly #source: ByteSource
  readonly #context: UnpackContext
  readonly #size: number
  /** Behind the last byte that a member may have: a volume ends with a tail. */
  readonly #dataEnd: number
  readonly #goesOn: boolean
  #at = archiveHeaderBytes
  #isReported = false

  constructor(source: ByteSource, context: UnpackContext) {
    this.#source = source
    this.#context = context
    this.#size = source.size
    const tail = source.read(Math.max(0, this.#size - tailBytes), tailBytes)
    this.#goesOn = u32(tail, tailBytes - 4) === volumeEndSignature
    this.#dataEnd = this.#goesOn ? this.#size - tailBytes : this.#size
  }

  *members(): Generator<Member> {
    for (;;) {
      const signature = u32(this.#source.read(this.#at, 4), 0)
      const local = signature === localSignature ? readLocalHeader(this.#source, this.#at) : undefined
      if (local !== undefined) {
        yield* this.#member(local)
        continue
      }
      if (signature === commentSignature) this.#at = this.#find(centralBytes)
      if (this.#isEnd()) break
      if (!this.#resume()) return
    }
    if (this.#goesOn)
      this.#context.fault(archiveName, 'missing-volume', 'the archive goes on in another volume')
    const rest = sliceSource(this.#source, this.#at, this.#size - this.#at)
    if (hasContent(rest)) yield { name: 'trailing-data', source: rest }
  }

  *#member(local: LocalHeader): Generator<Member> {
    const context = this.#context
    const room = Math.max(0, this.#dataEnd - local.dataStart)
    const packed = Math.min(local.packed, room)
    this.#at = local.dataStart + packed
    if (local.packed > room) this.#reportCut(local.name)
    const isEmpty = local.packed === 0 && local.size === 0
    const member = isEmpty ? undefined : openMember(this.#source, local, packed, context)
    if (member === undefined) context.budget.countMember()
    else yield { name: local.name, source: member }
  }

  #reportCut(name: string): void {
    if (this.#goesOn) this.#context.fault(name, 'missing-volume', 'its data go on in another volume')
    else this.#context.fault(name, 'damaged', 'the data go on behind the end of the archive')
  }

  /** At the end, and behind it then. */
  #isEnd(): boolean {
    const view = this.#source.read(this.#at, tailBytes)
    const signature = u32(view, 0)
    if (signature === endSignature || signature === volumeEndSignature) {
      this.#at += 4
      return true
    }
    if (signature !== centralSignature) return false
    const last = u32(view, tailBytes - 4)
    this.#at += last === endSignature || last === volumeEndSignature ? tailBytes : 4
    return true
  }

  /** Goes on with the next header behind bytes that are none; false: there is no more. */
  #resume(): boolean {
    const isSecondVolume = this.#at === archiveHeaderBytes && this.#size > archiveHeaderBytes
    const isCut = this.#at >= this.#size
    this.#at = this.#find(localBytes)
    const hasMore = this.#at < this.#size
    if (isSecondVolume && (hasMore || this.#goesOn || this.#endsWell())) {
      this.#report('missing-volume', 'the archive begins in another volume')
    } else if (isCut) this.#report('damaged', 'the end of the archive is missing')
    else this.#report('damaged', 'there are bytes that belong to no member')
    return hasMore
  }

  /** Once: what follows from it need not be said. */
  #report(code: MemberFault, message: string): void {
    if (!this.#isReported) this.#context.fault(archiveName, code, message)
    this.#isReported = true
  }

  #endsWell(): boolean {
    return u32(this.#source.read(this.#size - 4, 4), 0) === endSignature
  }

  /** Where the next such bytes stand, else the end. */
  #find(bytes: Uint8Array): number {
    const at = indexOfBytes(this.#source, bytes, { from: this.#at + 1, to: this.#size }, this.#context.budget)
    return at < 0 ? this.#size : at
  }
}
