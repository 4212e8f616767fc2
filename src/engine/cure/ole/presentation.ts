// Objects of PowerPoint presentations ([MS-PPT] 2.10.34): compound files, mostly compressed, inside of the main stream. A
// rebuilt one takes the record of the old one, with zeros behind what it needs.

import { deflateSync } from 'node:zlib'

import { ppt } from '../../formats/ppt/ppt.ts'
import { type OfficeRecord, recordsOf } from '../../formats/ppt/records.ts'
import type { ScanObject } from '../../scan-object.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { CannotCure, type Edit } from '../editor.ts'
import { changedBytes } from '../splice.ts'
import { isBareProject, macroEntries, type OfficeFile, openOfficeFile, removeMacros } from './office-file.ts'

const storageRecord = 0x1011
/** VBAInfoAtom (2.4.11): where the project is, and whether there is one. */
const vbaInfoAtom = 0x0400
const hasMacrosAt = 4
const sizeBytes = 4
const largestObject = 64 * 1024 ** 2
const mainStream = 'powerpoint document'

/** Judges all objects and pictures, and changes the file. */
export function editPresentation(object: ScanObject, file: OfficeFile, edit: Edit): void {
  for (const member of ppt.members(object, edit.context)) {
    const number = Number(/\/object (\d+)$/.exec(member.name)?.[1] ?? 0)
    try {
      if (number === 0) {
        if (edit.isToGo(member)) throw new CannotCure(`${member.name} cannot be taken out`)
        continue
      }
      const judgement = edit.judge(member)
      if (judgement.kind === 'keep') continue
      const bytes = judgement.kind === 'replace' ? judgement.bytes : withoutMacros(member, edit)
      putBack(file, { number, bytes, size: member.source.size, isProject: judgement.kind === 'remove' }, edit)
    } finally {
      member.source.release?.()
    }
  }
}

/** A VBA project is all that its object holds; it stays as an empty one. */
function withoutMacros({ name, source }: { name: string; source: ByteSource }, edit: Edit): Uint8Array {
  const { budget } = edit.context
  if (source.size > largestObject) throw new CannotCure(`${name} is too large`)
  const whole = bytesSource(copyBytes(source, { most: largestObject }))
  const file = openOfficeFile(whole, budget)
  const tops = macroEntries(file, budget)
  if (tops.length === 0 || !isBareProject(file, tops)) throw new CannotCure(`${name} cannot be taken out`)
  removeMacros(file, tops, budget)
  return changedBytes(whole, file.compound.changes(), edit)
}

interface Packed {
  /** Of the object, from 1. */
  readonly number: number
  readonly bytes: Uint8Array
  readonly size: number
  readonly isProject: boolean
}

function putBack({ cfb, compound, indices }: OfficeFile, packed: Packed, edit: Edit): void {
  const { bytes, size, isProject } = packed
  const main = cfb.entries.filter(({ name, kind }) => kind === 'stream' && name.toLowerCase() === mainStream)
  const [entry, another] = main
  const index = entry === undefined ? undefined : indices.get(entry)
  if (entry === undefined || index === undefined || another !== undefined) {
    throw new CannotCure('the presentation has more than one main stream')
  }
  // The record says how long the content is.
  if (bytes.length !== size) throw new CannotCure('an object of the presentation changes its size')
  let number = 0
  for (const record of recordsOf(entry.source, edit.context.budget)) {
    if (record.type === vbaInfoAtom && isProject)
      compound.patch(index, record.at + hasMacrosAt, Buffer.alloc(4))
    if (record.type !== storageRecord || record.length <= sizeBytes) continue
    if (++number === packed.number) compound.patch(index, record.at, contentOf(entry.source, record, bytes))
  }
}

function contentOf(
  source: ByteSource,
  { at, length, instance }: OfficeRecord,
  bytes: Uint8Array,
): Uint8Array {
  if (instance === 0) return bytes
  const content = Buffer.alloc(length)
  content.set(source.read(at, sizeBytes))
  const packed = deflateSync(bytes, { level: 9 })
  if (packed.length > length - sizeBytes) throw new CannotCure('an object of the presentation has no room')
  content.set(packed, sizeBytes)
  return content
}
