// Archives, documents and programs that begin inside of something else: self-extractors, pictures with an archive behind
// them, droppers, scripts with a compressed part. Each candidate's header is checked (parsers/containers), so that what
// comes out of here is as good as a file by itself.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type Container, findContainers, isReadAsZip, programEnd } from '../../parsers/containers/index.ts'
import { peLayoutOf, resourceLeavesOf } from '../../parsers/pe/index.ts'
import { elfLayoutOf } from '../../parsers/elf/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import { type ByteSource, maxRead, sliceSource } from '../../source/byte-source.ts'
import { isAllZeros } from '../../source/padding.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { hostOf } from './host.ts'
import { findScripts, type Script } from './scripts.ts'

const maxContainers = 256
/** What all slices together may have: some reach to the end of the file and hold others. */
const mostOverlap = 4
const freeBytes = 64 * 1024 * 1024
/** As far as a zip looks for its first member in a program (formats/zip). */
const longestStub = 4 * 1024 * 1024

/** Formats that do not explain all bytes of the object. */
const hosts: ReadonlySet<string> = new Set(['pe', 'elf', 'macho', 'upx', 'packed', 'html'])

interface Found {
  /** Where the search ended: programs in a program end there at the latest. */
  readonly end: number
  readonly containers: readonly Container[]
  readonly isCut: boolean
  readonly scripts: readonly Script[]
}

const nothing: Found = { end: 0, containers: [], isCut: false, scripts: [] }

/** What comes from here is not searched again: the search that found it went on to the end. */
const searched = new WeakSet<ByteSource>()
/** The answer for the last object: `members` follows `matches`. */
let last: { readonly object: ScanObject; readonly found: Found } | undefined

export const embedded: Format = {
  id: 'embedded',
  kind: 'search',

  matches(object, opened = []) {
    const isOpened = opened.some((id) => !hosts.has(id))
    const { containers, isCut, scripts } = findIn(object, isOpened)
    return containers.length > 0 || scripts.length > 0 || isCut
  },

  *members(object, context) {
    const found = last?.object === object ? last.found : findIn(object, false)
    const { isCut, scripts } = found
    last = undefined
    if (isCut) context.fault('(search)', 'unsupported-method', 'too much looks like the beginning of a file')
    yield* slicesOf(object.source, found, context)
    for (const { offset, length, language } of scripts) {
      const source = sliceSource(object.source, offset, length)
      searched.add(source)
      const name = `offset ${hex(offset)} (script)`
      yield language === undefined ? { name, source } : { name, source, language }
    }
  },
}

function findIn(object: ScanObject, isOpened: boolean): Found {
  const host = searched.has(object.source) ? undefined : hostOf(object, isOpened)
  if (host === undefined) return nothing
  const { source } = object
  const to = Math.min(source.size, programEnd(source) ?? Number.POSITIVE_INFINITY)
  const search = findContainers(source, {
    to,
    withStreams: host === 'script',
    limit: maxContainers + 1,
    isKnown: knownElsewhere(source),
  })
  const scripts = host === 'media' ? findScripts(source) : []
  const found: Found = { end: to, containers: search.found, isCut: search.isCut, scripts }
  if (found.containers.length + scripts.length > 0 || found.isCut) last = { object, found }
  return found
}

/**
 * Resources and sections are objects by themselves; a zip with its end record at the end, or near the beginning of a
 * program, is read from the whole file.
 */
function knownElsewhere(source: ByteSource): (offset: number) => boolean {
  const ranges: { from: number; to: number }[] = []
  const layout = peLayoutOf(source)
  if (layout !== undefined) {
    for (const { offset, length, isPlain } of resourceLeavesOf(source, layout)) {
      ranges.push({ from: offset, to: offset + (isPlain ? 1 : length) })
    }
  }
  for (const { offset } of elfLayoutOf(source)?.sections ?? []) ranges.push({ from: offset, to: offset + 1 })
  const zipFrom = isProgram(source) ? longestStub : 0
  return (at) => {
    if (ranges.some(({ from, to }) => at >= from && at < to)) return true
    return isZip(source, at) && (at < zipFrom || isReadAsZip(source, at))
  }
}

function isProgram(source: ByteSource): boolean {
  const head = source.read(0, 4)
  return u16(head, 0) === 0x5a4d || u16(head, 0) === 0x2123 || u32(head, 0) === 0x464c457f
}

function isZip(source: ByteSource, at: number): boolean {
  return u32(source.read(at, 4), 0) === 0x04034b50
}

function* slicesOf(
  source: ByteSource,
  { containers, end }: Found,
  context: UnpackContext,
): Generator<Member> {
  const { budget } = context
  let room = source.size * mostOverlap + freeBytes
  for (const [index, container] of containers.entries()) {
    const { kind, offset } = container
    budget.checkTime()
    const length = sliceEnd({ size: source.size, end }, containers, index) - offset
    const alone = kind.sort === 'program' ? Math.min(container.length, length) : length
    room -= alone < length ? alone + length : length
    if (index === maxContainers || room < 0) {
      context.fault(`offset ${hex(offset)}`, 'unsupported-method', 'more is embedded than is opened')
      return
    }
    const name = `offset ${hex(offset)} (${kind.id})`
    // A program as its headers have it, as it was before it was put here; then with what may be appended to it.
    yield { name, source: sliceOf(source, offset, alone) }
    if (alone < length && hasMore(source, offset + alone, offset + length)) {
      yield { name: `${name} and more`, source: sliceOf(source, offset, length) }
    }
  }
}

function sliceOf(source: ByteSource, offset: number, length: number): ByteSource {
  const slice = sliceSource(source, offset, length)
  searched.add(slice)
  return slice
}

/** More than one read is more without a look. */
function hasMore(source: ByteSource, from: number, to: number): boolean {
  return to - from > maxRead || !isAllZeros(source.read(from, to - from))
}

/** What is appended to a program belongs to it up to the next thing that was found behind it. */
function sliceEnd(
  { size, end }: { readonly size: number; readonly end: number },
  containers: readonly Container[],
  index: number,
): number {
  const container = containers[index]
  if (container === undefined || !Number.isFinite(container.length)) return size
  const ownEnd = Math.min(size, container.offset + container.length)
  if (container.kind.sort !== 'program') return ownEnd
  const next = containers.slice(index + 1).find(({ offset }) => offset >= ownEnd)?.offset
  return next ?? Math.max(ownEnd, end)
}

function hex(offset: number): string {
  return `0x${offset.toString(16)}`
}
