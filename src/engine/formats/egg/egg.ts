// egg, the archive of ALZip since version 8 (ESTsoft's EGG specification 1.0; format.md). Read from the front, record
// by record: there is no directory.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import { indexOfBytes, timedSource } from '../../source/search.ts'
import type { Format, Member, MemberFault, UnpackContext } from '../format.ts'
import { type Archive, openFile, openSolid } from './member.ts'
import { archiveHeaderBytes, type EggFile, readField, readFile, signature } from './records.ts'

const version = 0x0100
const archiveName = '(archive)'
const fileBytes = Buffer.from('e390850a', 'hex')
/** The files of a solid archive are known before the first is read. */
const maxSolidFiles = 65_536

export const egg: Format = {
  id: 'egg',
  kind: 'archive',

  matches({ head }) {
    if (u32(head, 0) !== signature.archive || head.length < archiveHeaderBytes) return false
    return u16(head, 4) === version || isPrefix(u32(head, archiveHeaderBytes))
  },

  *members({ source: parent }, context) {
    yield* new Walk(timedSource(parent, context.budget), context).members()
  },
}

function isPrefix(found: number): boolean {
  return (
    found === signature.end ||
    found === signature.split ||
    found === signature.solid ||
    found === signature.skip ||
    found === signature.globalLock ||
    found === signature.dummy
  )
}

class Walk {
  readonly #source: ByteSource
  readonly #context: UnpackContext
  readonly #size: number
  #at = archiveHeaderBytes
  #isSolid = false
  #isLocked = false
  #previous = 0
  #next = 0
  #isReported = false

  constructor(source: ByteSource, context: UnpackContext) {
    this.#source = source
    this.#context = context
    this.#size = source.size
  }

  *members(): Generator<Member> {
    this.#readPrefix()
    if (this.#isLocked) {
      this.#context.budget.countMember()
      this.#context.fault(archiveName, 'encrypted', 'the archive is encrypted as a whole')
      return
    }
    if (this.#previous !== 0) this.#report('missing-volume', `the archive begins in another volume`)
    const archive: Archive = {
      source: this.#source,
      size: this.#size,
      goesOn: this.#next !== 0,
      context: this.#context,
    }
    if (this.#isSolid) yield* openSolid(archive, this.#collect())
    else for (const file of this.#files()) yield* openFile(archive, file)
    if (this.#next !== 0) {
      const volume = this.#next.toString(16).padStart(8, '0')
      this.#context.fault(archiveName, 'missing-volume', `the archive goes on in the volume ${volume}`)
    }
    const rest = sliceSource(this.#source, this.#at, this.#size - this.#at)
    if (hasContent(rest)) yield { name: 'trailing-data', source: rest }
  }

  #readPrefix(): void {
    for (;;) {
      const found = this.#signature()
      const field = isPrefix(found) && found !== signature.end ? readField(this.#source, this.#at) : undefined
      if (field === undefined) break
      if (found === signature.split) {
        const ids = this.#source.read(field.start, 8)
        this.#previous = u32(ids, 0)
        this.#next = u32(ids, 4)
      }
      this.#isSolid ||= found === signature.solid
      this.#isLocked ||= found === signature.globalLock
      this.#at = field.end
    }
    if (this.#signature() === signature.end) this.#at += 4
  }

  *#files(): Generator<EggFile> {
    for (;;) {
      const found = this.#signature()
      if (found === signature.end) {
        this.#at += 4
        if (!isBetweenFiles(this.#signature())) return
        continue
      }
      const file = found === signature.file ? readFile(this.#source, this.#at) : undefined
      const field =
        found === signature.comment || found === signature.dummy
          ? readField(this.#source, this.#at)
          : undefined
      if (file !== undefined) {
        this.#at = Math.min(file.end, this.#size)
        yield file
      } else if (field !== undefined && field.end <= this.#size) this.#at = field.end
      else if (!this.#resume()) return
    }
  }

  #collect(): EggFile[] {
    const files: EggFile[] = []
    for (const file of this.#files()) {
      if (files.length >= maxSolidFiles) {
        this.#report('damaged', `more than ${maxSolidFiles} files in a solid archive`)
        break
      }
      files.push(file)
    }
    return files
  }

  /** Goes on with the next file behind bytes that are no record; false: there is none. */
  #resume(): boolean {
    const isEnd = this.#at >= this.#size
    const at = indexOfBytes(
      this.#source,
      fileBytes,
      { from: this.#at + 1, to: this.#size },
      this.#context.budget,
    )
    this.#at = at < 0 ? this.#size : at
    // The data of a later volume begin in the middle of a file, those of an earlier one end there.
    if (isEnd && this.#next === 0) this.#report('damaged', 'the end of the archive is missing')
    else if (!isEnd && this.#previous === 0) this.#report('damaged', 'there are bytes that belong to no file')
    return at >= 0
  }

  /** Once: what follows from it need not be said. */
  #report(code: MemberFault, message: string): void {
    if (!this.#isReported) this.#context.fault(archiveName, code, message)
    this.#isReported = true
  }

  #signature(): number {
    return u32(this.#source.read(this.#at, 4), 0)
  }
}

/** The end of a volume stands like the end of the archive; files may follow when volumes were joined. */
function isBetweenFiles(found: number): boolean {
  return found === signature.file || found === signature.comment || found === signature.dummy
}
