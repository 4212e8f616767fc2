// A library of compiled modules (PyInstaller/archive/writers.py, "ZlibArchive"): each packed with zlib, and a marshalled table
// of names, kinds and places.

import { u32 } from '../../codecs/little-endian.ts'
import { isZlibHeader } from '../../codecs/zlib-stream.ts'
import {
  MarshalError,
  makePycHeader,
  type PythonValue,
  readMarshal,
  readPycHeader,
} from '../../parsers/python/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import type { Member, UnpackContext } from '../format.ts'
import { PackedEntry } from './packed-entry.ts'

const mark = 0x005a5950
const headerBytes = 12
const largestTable = 16 * 1024 * 1024
/** Modules and packages; data have no header, name spaces no content. */
const codeKinds = new Set([0, 1])

interface PyzEntry {
  readonly name: string
  readonly isCode: boolean
  readonly offset: number
  readonly length: number
}

export function isPyz(head: Uint8Array): boolean {
  return head.length > headerBytes + 8 && u32(head, 0) === mark
}

export function* pyzMembers(source: ByteSource, context: UnpackContext): Generator<Member> {
  const { budget } = context
  const head = Buffer.from(source.read(0, headerBytes)).subarray(0, headerBytes)
  // The magic number of a compiled module, as its header begins.
  const version = readPycHeader(pycWith(head.subarray(4, 8)))?.version ?? 311
  let entries: PyzEntry[]
  try {
    entries = entriesOf(
      readMarshal(copyBytes(source, { from: head.readUInt32BE(8), most: largestTable }), 0, version),
    )
  } catch (thrown) {
    if (!(thrown instanceof MarshalError)) throw thrown
    context.fault('(table of contents)', 'damaged', thrown.message)
    return
  }
  for (const { name, isCode, offset, length } of entries) {
    if (!isZlibHeader(source.read(offset, 2))) {
      budget.countMember()
      context.fault(name, 'encrypted', 'is encrypted with a key in the program')
      continue
    }
    const prefix = isCode ? makePycHeader(version) : new Uint8Array(0)
    const report = (message: string): void => context.fault(name, 'damaged', message)
    const open = (): PackedEntry => new PackedEntry(source, { offset, length }, prefix, report)
    yield { name: isCode ? `${name}.pyc` : name, source: new DecodedSource(open, budget, length * 3) }
  }
}

/** As far as is asked: a header with this magic and a code object behind it, of each length that there is. */
function pycWith(magic: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(17)
  bytes.set(magic)
  for (const at of [8, 12, 16]) bytes[at] = 0x63
  return bytes
}

/** `[(name, (kind, offset, length)), …]`, in old versions a dictionary of the same. */
function entriesOf(table: PythonValue): PyzEntry[] {
  if (!Array.isArray(table)) throw new MarshalError('the table of contents is no list')
  const items = table as readonly PythonValue[]
  const isDictionary = items.some((item) => typeof item === 'object' && 'kind' in item)
  const entries: PyzEntry[] = []
  for (let index = 0; index < items.length; index += isDictionary ? 2 : 1) {
    const [name, place] = isDictionary ? [items[index], items[index + 1]] : pairOf(items[index])
    const entry = entryOf(name, place)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

function pairOf(value: PythonValue): readonly PythonValue[] {
  return typeof value === 'object' && !('kind' in value) ? value : []
}

function entryOf(name: PythonValue, place: PythonValue): PyzEntry | undefined {
  const [kind, offset, length] = pairOf(place)
  if (typeof name !== 'object' || !('kind' in name) || name.kind === 'code') return undefined
  // False is nothing here: a module; true was a package.
  const isCode = typeof kind !== 'number' || codeKinds.has(kind)
  if (typeof offset !== 'number' || typeof length !== 'number' || offset < 0 || length <= 0) return undefined
  return { name: Buffer.from(name.bytes).toString('utf8'), isCode, offset, length }
}
