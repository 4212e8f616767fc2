// zip (PKWARE APPNOTE 6.3.10). Readers disagree about what is in an archive: most believe the central directory,
// streaming ones the local headers, repairing ones everything that looks like a header. Whatever any of them
// would give a user is scanned: first what the directories list, then what lies in the parts they leave out.

import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format, Member } from '../format.ts'
import { entriesOf } from './central-directory.ts'
import { Covered } from './covered.ts'
import { type Directory, type Ends, findEndsAnywhere, findEndsInTail } from './end-record.ts'
import {
  type CentralEntry,
  flagDescriptor,
  type LocalHeader,
  localSignature,
  readLocalHeader,
} from './header.ts'
import { findPlausibleHeader, membersInGap } from './hidden.ts'
import { type Archive, openReading } from './member.ts'
import { readingsOf } from './readings.ts'

const endSignature = 0x06054b50
const spanSignature = 0x08074b50
const oldSpanSignature = 0x30304b50
/** Executables and scripts are searched this far for a local header: a self-extractor whose end was damaged. */
const longestStub = 4 * 1024 * 1024

export const zip: Format = {
  id: 'zip',
  kind: 'archive',

  matches({ head, source }) {
    const first = u32(head, 0)
    if (first === localSignature || first === endSignature) return true
    if (first === spanSignature || first === oldSpanSignature) return u32(head, 4) === localSignature
    if (findEndsInTail(source).directories.length > 0) return true
    return isProgram(head) && findPlausibleHeader(source, { from: 0, to: longestStub }) >= 0
  },

  *members({ source }, context) {
    const archive = { source: timedSource(source, context.budget), size: source.size, context }
    const covered = new Covered()
    const ends = findEnds(archive)
    for (const directory of ends.directories) yield* listedMembers(archive, directory, covered)
    for (const gap of covered.gaps(archive.size)) yield* membersInGap(archive, gap)
  },
}

/** MZ, ELF, a script. */
function isProgram(head: Uint8Array): boolean {
  const first = u32(head, 0)
  return (first & 0xffff) === 0x5a4d || first === 0x464c457f || (first & 0xffff) === 0x2123
}

function findEnds({ source, context }: Archive): Ends {
  let ends = findEndsInTail(source)
  if (ends.directories.length === 0 && !ends.saysEmpty) ends = findEndsAnywhere(source, context.budget)
  if (ends.isCut) context.fault('(end records)', 'damaged', 'there are too many end records to follow')
  if (ends.directories.length === 0 && !ends.saysEmpty) {
    context.fault('(central directory)', 'damaged', 'the central directory is missing')
  }
  return ends
}

function* listedMembers(archive: Archive, directory: Directory, covered: Covered): Generator<Member> {
  const { source, context } = archive
  const entries = entriesOf(source, directory)
  let step = entries.next()
  for (; step.done !== true; step = entries.next()) {
    const entry = step.value
    const local = findLocal(source, entry, directory.shift)
    if (local === undefined) {
      context.budget.countMember()
      context.fault(entry.name, 'damaged', 'its local header is missing')
      continue
    }
    const used = yield* listedMember(archive, entry, local)
    covered.add(local.at, local.dataStart + (used ?? explainedBytes(entry, local, archive.size)))
  }
  covered.add(directory.start, step.value.end)
  // The count is 16 bits wide in old archives, where it may have wrapped.
  if (step.value.count % 65_536 < directory.count % 65_536 && step.value.count < directory.count) {
    context.fault('(central directory)', 'damaged', `${directory.count} entries were expected`)
  }
}

function findLocal(source: ByteSource, entry: CentralEntry, shift: number): LocalHeader | undefined {
  const local = readLocalHeader(source, entry.localOffset + shift)
  return local !== undefined || shift === 0 ? local : readLocalHeader(source, entry.localOffset)
}

/** How much of the data nobody else will explain: a length that one side disputes or that is too long hides nothing. */
function explainedBytes(entry: CentralEntry, local: LocalHeader, size: number): number {
  const isDeferred = (local.flags & flagDescriptor) !== 0 && local.packed === 0
  const bytes = isDeferred ? entry.packed : Math.min(entry.packed, local.packed)
  return local.dataStart + bytes <= size ? bytes : 0
}

/** Yields the member in each of its readings; returns how many bytes its data used, if that is known. */
function* listedMember(
  archive: Archive,
  entry: CentralEntry,
  local: LocalHeader,
): Generator<Member, number | undefined> {
  let isYielded = false
  let used: number | undefined
  const isEmpty = entry.packed === 0 && local.packed === 0 && (local.flags & flagDescriptor) === 0
  const isFolder = isEmpty && entry.name.endsWith('/')
  if (!isFolder) {
    for (const reading of readingsOf({ name: entry.name, start: local.dataStart }, entry, local)) {
      const source = openReading(archive, reading)
      if (source === undefined) continue
      isYielded = true
      yield { name: entry.name, source }
      if (source instanceof DecodedSource && !reading.isGuess) used = source.encodedSize
    }
  }
  // Whoever takes the members counts them; those that nobody gets to see are counted here.
  if (!isYielded) archive.context.budget.countMember()
  return used
}
