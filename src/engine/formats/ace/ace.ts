// ACE, the archive of WinACE (versions 1.0 and 2.0; format.md). Read header by header: there is no directory.

import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { hasContent } from '../../source/padding.ts'
import { timedSource } from '../../source/search.ts'
import type { Format, Member, MemberFault, UnpackContext } from '../format.ts'
import { FilesDecoder, type PackedFile } from './files-decoder.ts'
import { type AceFile, type AceHeader, fileFlag, isAce, mainFlag, readHeader } from './header.ts'

const archiveName = '(archive)'
const highestMethod = 2
/** The files of a solid archive are known before the first is read. */
const maxSolidFiles = 65_536

export const ace: Format = {
  id: 'ace',
  kind: 'archive',

  matches: ({ head }) => isAce(head),

  *members({ source: parent }, context) {
    const source = timedSource(parent, context.budget)
    const main = readHeader(source, 0)
    if (main === undefined) {
      context.budget.countMember()
      context.fault(archiveName, 'damaged', 'the header is cut off')
      return
    }
    if ((main.flags & mainFlag.volumes) !== 0) {
      const which =
        main.volume === 0 ? 'the archive goes on in another volume' : 'the archive has other volumes'
      context.fault(archiveName, 'missing-volume', which)
    }
    const archive: Archive = { source, size: source.size, context, end: main.end }
    if (!main.isCrcRight) context.fault(archiveName, 'damaged', 'the checksum of the header is wrong')
    if ((main.flags & mainFlag.solid) === 0) {
      for (const file of filesOf(archive)) yield* single(archive, file)
    } else yield* solid(archive, [...filesOf(archive)])
    const rest = sliceSource(source, archive.end, archive.size - archive.end)
    if (hasContent(rest)) yield { name: 'trailing-data', source: rest }
  },
}

interface Archive {
  readonly source: ByteSource
  readonly size: number
  readonly context: UnpackContext
  /** Behind the last header and its data. */
  end: number
}

function* filesOf(archive: Archive): Generator<AceFile> {
  const { source, size, context } = archive
  for (let count = 0; archive.end < size && count < maxSolidFiles; count++) {
    const header = readHeader(source, archive.end)
    if (header === undefined || !isPlausible(header)) {
      if (archive.end + 4 > size || header?.file !== undefined) {
        context.fault(archiveName, 'damaged', 'the last header is cut off')
      }
      return
    }
    archive.end = Math.min(header.end, size)
    if (header.file === undefined) continue
    if (!header.isCrcRight) context.fault(header.file.name, 'damaged', 'the checksum of its header is wrong')
    yield header.file
  }
}

/** What has neither the right checksum nor the fields of a file is something else, appended. */
function isPlausible({ isCrcRight, file }: AceHeader): boolean {
  return isCrcRight || (file !== undefined && file.method <= highestMethod && file.name !== '')
}

function packedFile({ size }: Archive, file: AceFile): PackedFile {
  const present = Math.max(0, Math.min(file.packed, size - file.dataStart))
  return { ...file, present, isOpen: (file.flags & fileFlag.intoNext) !== 0 || present < file.packed }
}

/** Says what cannot be read of it; true: it can be read as far as it is there. */
function isReadable({ context }: Archive, file: PackedFile): boolean {
  const { name, flags } = file
  const problem = problemOf(file)
  if (problem !== undefined) context.fault(name, ...problem)
  else if ((flags & fileFlag.intoNext) !== 0) {
    context.fault(name, 'missing-volume', 'its data go on in another volume')
  } else if (file.present < file.packed) {
    context.fault(name, 'damaged', 'the data go on behind the end of the archive')
  }
  return problem === undefined
}

function problemOf({ flags, method }: PackedFile): [MemberFault, string] | undefined {
  if ((flags & fileFlag.encrypted) !== 0) return ['encrypted', 'needs a password']
  if ((flags & fileFlag.fromPrevious) !== 0) return ['missing-volume', 'its data begin in another volume']
  if (method <= highestMethod) return undefined
  return ['unsupported-method', `packed with method number ${method}, which is not known`]
}

function* single(archive: Archive, file: AceFile): Generator<Member> {
  const { source, context } = archive
  const packed = packedFile(archive, file)
  if (file.isFolder || (file.size === 0 && file.packed === 0) || !isReadable(archive, packed)) {
    context.budget.countMember()
    return
  }
  let isReported = false
  const open = (): FilesDecoder =>
    new FilesDecoder(source, [packed], ({ name }, code, message) => {
      if (!isReported) context.fault(name, code, message)
      isReported = true
    })
  yield { name: file.name, source: new DecodedSource(open, context.budget, file.size) }
}

/** The members of a solid archive are parts of one stream, which ends at the first that cannot be read. */
function* solid(archive: Archive, all: readonly AceFile[]): Generator<Member> {
  const { source, context } = archive
  const files: PackedFile[] = []
  let isBroken = false
  for (const file of all) {
    const packed = packedFile(archive, file)
    if (file.isFolder || file.size === 0) context.budget.countMember()
    else if (isBroken) context.fault(file.name, 'damaged', 'follows a file that cannot be read')
    else {
      isBroken = !isReadable(archive, packed)
      if (!isBroken) files.push(packed)
    }
  }
  const reported = new Set<PackedFile>()
  const open = (): FilesDecoder =>
    new FilesDecoder(source, files, (file, code, message) => {
      if (!reported.has(file)) context.fault(file.name, code, message)
      reported.add(file)
    })
  const whole = new DecodedSource(open, context.budget)
  let at = 0
  try {
    for (const file of files) {
      yield { name: file.name, source: partOf(whole, at, file.size) }
      at += file.size
    }
  } finally {
    whole.release()
  }
}

/** A slice whose size is what there is, in case the stream ends early. */
function partOf(whole: DecodedSource, start: number, size: number): ByteSource {
  const slice = sliceSource(whole, start, size)
  return {
    get size() {
      if (whole.read(start + size - 1, 1).length > 0) return size
      return Math.max(0, Math.min(size, whole.size - start))
    },
    read: (offset, length) => slice.read(offset, length),
  }
}
