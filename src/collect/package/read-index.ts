// What lies in a package: told by its manifest, whose parts the signature points at. Where the end is missing or damaged, by its
// members one after the other.

import type { Notes } from '../../evidence/note.ts'
import { readFrames, unpackFrame } from './frame-reader.ts'
import { factsOf, type ManifestEntry, type MemberPlace, readManifestLine } from './manifest-entry.ts'
import {
  caseName,
  headName,
  manifestName,
  memberName,
  rootName,
  signatureName,
  treeText,
  wholeName,
} from './member-name.ts'
import { type ScannedMember, MemberScanner } from './member-scan.ts'
import type { PackageBytes } from './package-bytes.ts'
import { IndexBuilder, type LineRef } from './package-index.ts'
import { pointerBytes, readSignature, type Signature, tailOffset } from './signature.ts'

const mostPartBytes = 134_217_728
const mostTailBytes = 16_777_216
const mostKeptParts = 4

/** Lines of a manifest by their place, read again when they are asked for. */
export class ManifestLines {
  readonly #bytes: PackageBytes
  readonly #parts: MemberPlace[] = []
  readonly #kept = new Map<number, Buffer>()
  /** Of members without a line. */
  readonly #own: ManifestEntry[] = []

  constructor(bytes: PackageBytes) {
    this.#bytes = bytes
  }

  /** Adds a part, gives its entries. Throws AppError where it cannot be read. */
  *part(place: MemberPlace): Generator<{ entry: ManifestEntry; line: LineRef }> {
    const part = this.#parts.push(place) - 1
    const content = this.#content(part)
    for (let at = 0; at < content.length;) {
      const end = lineEnd(content, at)
      const read = readManifestLine(content.toString('utf8', at, end))
      if (read !== undefined) yield { entry: read.entry, line: part * mostPartBytes + at }
      at = end + 1
    }
  }

  own(entry: ManifestEntry): LineRef {
    this.#own.push(entry)
    return -this.#own.length
  }

  entry(line: LineRef): ManifestEntry | undefined {
    if (line < 0) return this.#own[-line - 1]
    const content = this.#content(Math.floor(line / mostPartBytes))
    const at = line % mostPartBytes
    return readManifestLine(content.toString('utf8', at, lineEnd(content, at)))?.entry
  }

  #content(part: number): Buffer {
    const kept = this.#kept.get(part)
    if (kept !== undefined) return kept
    const place = this.#parts[part]
    const length = Math.min(place?.bytes ?? 0, mostPartBytes - 1)
    const read = place === undefined ? new Uint8Array(0) : this.#bytes.member(place).read(0, length)
    const content = Buffer.from(read.buffer, read.byteOffset, read.length)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < mostKeptParts) break
      this.#kept.delete(oldest)
    }
    this.#kept.set(part, content)
    return content
  }
}

function lineEnd(content: Buffer, at: number): number {
  const end = content.indexOf(0x0a, at)
  return end === -1 ? content.length : end
}

/** Undefined where the end is not as it must be. */
export function readTail(bytes: PackageBytes, size: number): Signature | undefined {
  const offset = size < pointerBytes ? undefined : tailOffset(bytes.raw(size - pointerBytes, pointerBytes))
  if (offset === undefined || offset >= size - pointerBytes || size - offset > mostTailBytes) return undefined
  const frame = bytes.raw(offset, size - pointerBytes - offset)
  const content = unpackFrame(frame)
  if (content === undefined) return undefined
  let name = ''
  const text: Buffer[] = []
  const scanner = new MemberScanner({
    begin: (member) => {
      name = member.name
    },
    data: (data) => text.push(Buffer.from(data)),
    end: () => undefined,
    damage: () => undefined,
  })
  scanner.frame({ offset, bytes: frame, kind: 'data', content })
  return name === signatureName ? readSignature(Buffer.concat(text).toString()) : undefined
}

/** By the manifest. Throws AppError where a part of it cannot be read. */
export function indexByManifest(signature: Signature, lines: ManifestLines): IndexBuilder {
  const index = new IndexBuilder()
  for (const place of signature.manifest)
    for (const { entry, line } of lines.part(place)) index.add(entry, line)
  return index
}

/** By the members one after the other; what is damaged is noted. The case file too where it is reached. */
export async function indexByMembers(
  chunks: AsyncIterable<Uint8Array>,
  lines: ManifestLines,
  notes: Notes,
): Promise<{ index: IndexBuilder; case?: MemberPlace }> {
  const scan = new Scan(lines, notes)
  let end = 0
  for await (const frame of readFrames(chunks)) {
    scan.scanner.frame(frame)
    end = frame.offset + frame.bytes.length
  }
  scan.end(end)
  return { index: scan.index, ...(scan.case === undefined ? {} : { case: scan.case }) }
}

class Scan {
  readonly index = new IndexBuilder()
  readonly scanner: MemberScanner
  case: MemberPlace | undefined
  readonly #lines: ManifestLines
  readonly #notes: Notes
  #seen = new Map<string, { member: ScannedMember; got: number; isWhole: boolean }>()
  #member: ScannedMember | undefined
  #got = 0

  constructor(lines: ManifestLines, notes: Notes) {
    this.#lines = lines
    this.#notes = notes
    this.scanner = new MemberScanner({
      begin: (member) => {
        this.#member = member
        this.#got = 0
      },
      data: (bytes) => {
        this.#got += bytes.length
      },
      end: (isWhole) => this.#end(isWhole),
      damage: (offset, text) => notes.add(text, offset),
    })
  }

  end(offset: number): void {
    this.scanner.end(offset)
    this.#addSeen()
  }

  #end(isWhole: boolean): void {
    const member = this.#member
    this.#member = undefined
    if (member === undefined) return
    const { path } = wholeName(member.name)
    if (path === manifestName && isWhole) this.#addPart(member)
    else if (member.name === caseName && isWhole) this.case = placeOf(member, this.#got)
    else if (path !== manifestName && member.name !== signatureName && member.name !== caseName)
      this.#seen.set(member.name, { member, got: this.#got, isWhole })
  }

  #addPart(member: ScannedMember): void {
    try {
      for (const { entry, line } of this.#lines.part(placeOf(member, this.#got))) {
        const name = treeText(memberName(factsOf(entry)))
        const seen = this.#seen.get(name)
        if (entry.at !== undefined && seen?.isWhole !== true) {
          this.#notes.add(`${name} is not whole`)
          if (seen === undefined) continue
        }
        // Where its members really stand the scan knows better.
        if (seen?.isWhole === true && seen.member.frame === entry.at?.frame) this.#seen.delete(name)
        if (this.#seen.has(name)) continue
        this.index.add(entry, line)
      }
    } catch {
      this.#notes.add('a part of the manifest cannot be read', member.frame)
    }
    this.#addSeen()
  }

  /** Members that no line tells of. */
  #addSeen(): void {
    for (const { member, got, isWhole } of this.#seen.values()) {
      if (member.name === headName) continue
      const entry = this.#entryOf(member, got)
      if (entry === undefined) continue
      if (!isWhole)
        this.#notes.add(`${member.name} is not whole: ${got} of ${member.stored} bytes`, member.frame)
      this.index.add(entry, this.#lines.own(entry))
    }
    this.#seen = new Map()
  }

  #entryOf(member: ScannedMember, got: number): ManifestEntry | undefined {
    const { name, type, mode, uid, gid, sparseSize } = member
    const common = {
      mode,
      uid,
      gid,
      times: { modified: timeOf(member.modifiedNs) },
      step: '',
      ms: 0,
      size: sparseSize ?? got,
      at: placeOf(member, got),
      ...(sparseSize === undefined ? {} : { sparse: { extents: 0, bytes: got } }),
    }
    if (name.startsWith('live/')) {
      const { path, part } = wholeName(name)
      return { ...common, kind: path.endsWith('.jsonl') ? 'rows' : 'bytes', path, part }
    }
    if (!name.startsWith(`${rootName}/`)) return undefined
    const kind = { '0': 'file', '2': 'link', '5': 'folder', '6': 'fifo' }[type] as
      | ManifestEntry['kind']
      | undefined
    if (kind === undefined) return undefined
    return {
      ...common,
      kind,
      ...this.#pathOf(name.slice(rootName.length), kind),
      ...(kind === 'link' ? { target: member.target } : {}),
    }
  }

  /** Only the manifest knows for certain what is a volume and what a stream. */
  #pathOf(name: string, kind: string): Pick<ManifestEntry, 'path' | 'volume' | 'stream'> {
    const plain = kind === 'folder' && name.length > 1 ? name.replace(/\/$/, '') : name
    const [, first = '', rest = '/'] = /^\/(?<first>[^/]+)(?<rest>\/.*)?$/s.exec(plain) ?? []
    const isVolume = this.index.volumes.has(first) || (/^[A-Z]$/.test(first) && !this.index.volumes.has(''))
    if (!isVolume) return { path: plain }
    const [, path = rest, stream] = /^(?<path>.*\/[^/:]+):(?<stream>[^/]+)$/s.exec(rest) ?? []
    return { volume: first, path, ...(stream === undefined ? {} : { stream }) }
  }
}

function placeOf(member: ScannedMember, got: number): MemberPlace {
  const { frame, skip, header, frames } = member
  return { frame, skip, head: header.length, bytes: got, frames }
}

function timeOf(ns: bigint): string {
  const billion = 1_000_000_000n
  const fraction = ((ns % billion) + billion) % billion
  const whole = new Date(Number((ns - fraction) / billion) * 1000)
  if (Number.isNaN(whole.getTime())) return new Date(0).toISOString()
  return `${whole.toISOString().slice(0, -5)}.${fraction.toString().padStart(9, '0')}Z`
}
