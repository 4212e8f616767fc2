// Members that no central directory lists: cut-off archives, self-extractors with a damaged end, and members that
// were hidden on purpose. Found by their local headers, one after the other, as a streaming reader would.

import { u32 } from '../../codecs/little-endian.ts'
import { type Budget, LimitReached } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { indexOfBytes } from '../../source/search.ts'
import type { Member } from '../format.ts'
import type { Range } from './covered.ts'
import {
  flagDescriptor,
  localBytes,
  type LocalHeader,
  methodAes,
  methodStored,
  readLocalHeader,
  readLocalName,
} from './header.ts'
import { type Archive, openReading } from './member.ts'
import { methodNames, readingsOfLocal } from './readings.ts'

const localSignature = Uint8Array.of(0x50, 0x4b, 0x03, 0x04)
const descriptorSignature = Uint8Array.of(0x50, 0x4b, 0x07, 0x08)
const descriptorBytes = 16
/** APPNOTE 4.4.4: bits that nobody sets. */
const reservedFlags = 0xd780
/** APPNOTE 4.4.3: the highest version needed to extract. */
const highestVersion = 63
const longestName = 4096
const maxBlindTries = 1000

export function* membersInGap(archive: Archive, gap: Range): Generator<Member> {
  const { source, context } = archive
  for (let at = gap.from; at < gap.to;) {
    context.budget.checkTime()
    // Where a header is due, only its signature counts; elsewhere it has to make sense as well.
    let local = readLocalHeader(source, at)
    if (local === undefined) {
      at = findPlausibleHeader(source, { from: at, to: gap.to }, context.budget)
      local = at < 0 ? undefined : readLocalHeader(source, at)
      if (local === undefined) return
    }
    at = yield* unlistedMember(archive, local)
  }
}

/** Yields the member and returns where the next header is due. */
function* unlistedMember(archive: Archive, local: LocalHeader): Generator<Member, number> {
  const { context } = archive
  const name = readLocalName(archive.source, local)
  const packed = lengthOf(archive, local)
  let used: number | undefined
  let isYielded = false
  const readings = readingsOfLocal({ name, start: local.dataStart }, local, packed)
  const isFolder = packed === 0 && name.endsWith('/')
  for (const reading of isFolder ? [] : readings) {
    const source = openReading(archive, reading)
    if (source === undefined) continue
    isYielded = true
    yield { name, source }
    if (source instanceof DecodedSource && !reading.isGuess) {
      if (packed === Number.POSITIVE_INFINITY) decodeToEnd(source, name, context)
      used = source.encodedSize
    }
  }
  if (!isYielded) context.budget.countMember()
  const next = local.dataStart + (used ?? packed)
  // A length that leaves the archive says nothing about where the next member is.
  return next <= archive.size ? next : local.dataStart
}

/** Finds where the data end, unless that is too far away. */
function decodeToEnd(source: DecodedSource, name: string, context: Archive['context']): void {
  if (source.wasCut || source.encodedSize !== undefined) return
  try {
    void source.size
  } catch (thrown) {
    if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
    context.fault(name, 'damaged', thrown.message)
  } finally {
    source.release()
  }
}

function lengthOf({ source, size, context }: Archive, local: LocalHeader): number {
  if ((local.flags & flagDescriptor) === 0 || local.packed !== 0) return local.packed
  if (local.method !== methodStored) return Number.POSITIVE_INFINITY
  return storedLength(source, { from: local.dataStart, to: size }, context.budget)
}

/** APPNOTE 4.3.9: stored data of unknown length end where a descriptor says that they are as long as they are. */
function storedLength(source: ByteSource, range: Range, budget: Budget): number {
  for (let from = range.from; ;) {
    const at = indexOfBytes(source, descriptorSignature, { from, to: range.to }, budget)
    if (at < 0) break
    const descriptor = source.read(at, descriptorBytes)
    if (u32(descriptor, 8) === (at - range.from) % 2 ** 32) return at - range.from
    from = at + descriptorSignature.length
  }
  const next = findPlausibleHeader(source, range, budget)
  return (next < 0 ? range.to : next) - range.from
}

/**
 * The first local header in the range that could be one: chance makes its signature once in 4 GiB. Without a
 * budget, a source that is full of signatures counts as having one: it is looked at again with a budget.
 */
export function findPlausibleHeader(source: ByteSource, range: Range, budget?: Budget): number {
  let from = range.from
  for (let tries = 0; ; tries++) {
    const at = indexOfBytes(source, localSignature, { from, to: range.to }, budget)
    if (at < 0 || (budget === undefined && tries > maxBlindTries) || isPlausible(source, at)) return at
    from = at + localSignature.length
  }
}

function isPlausible(source: ByteSource, at: number): boolean {
  const version = source.read(at + 4, 1)[0] ?? 255
  const local = readLocalHeader(source, at)
  if (local === undefined || version > highestVersion || (local.flags & reservedFlags) !== 0) return false
  if (local.method !== methodAes && methodNames[local.method] === undefined) return false
  if (local.nameBytes === 0 || local.nameBytes > longestName || local.dataStart > source.size) return false
  const name = source.read(at + localBytes, local.nameBytes)
  return name.every((byte) => byte >= 0x20)
}
