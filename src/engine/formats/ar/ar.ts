// ar: static libraries and Debian packages (ar(5); System V and GNU long names, BSD long names). Symbol and name tables
// are members like all others: nothing can hide in them.

import { decodeName } from '../../../base/text.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { startsWith } from '../../source/starts-with.ts'
import type { Format, Member, UnpackContext } from '../format.ts'

const magicBytes = 8
const headerBytes = 60
const longestName = 16 * 1024
const magic = Buffer.from('!<arch>\n', 'latin1')
const thinMagic = Buffer.from('!<thin>\n', 'latin1')

export const ar: Format = {
  id: 'ar',
  kind: 'archive',

  matches: ({ head }) => startsWith(head, magic) || startsWith(head, thinMagic),

  *members({ source }, context) {
    const isThin = startsWith(source.read(0, magicBytes), thinMagic)
    const { size } = source
    let table: NameTable | undefined
    for (let at = magicBytes; at < size;) {
      context.budget.checkTime()
      const header = readHeader(source, at, table)
      if (header === undefined) {
        context.fault('(header)', 'damaged', `no ar header at offset ${at}`)
        yield { name: 'trailing-data', source: sliceSource(source, at, size - at) }
        return
      }
      if (header.name === '//') table = { start: header.dataStart, end: Math.min(size, header.end) }
      // The files of a thin archive lie elsewhere; only its tables are in it.
      if (isThin && !header.isTable) {
        context.budget.countMember()
        at = header.dataStart
        continue
      }
      yield memberOf(source, header, context)
      at = header.end + (header.end & 1)
    }
  },
}

interface Header {
  readonly name: string
  readonly isTable: boolean
  readonly dataStart: number
  readonly end: number
}

/** Where GNU's long names lie. */
interface NameTable {
  readonly start: number
  readonly end: number
}

function memberOf(source: ByteSource, { name, dataStart, end }: Header, context: UnpackContext): Member {
  if (end > source.size) context.fault(name, 'damaged', 'the data go on behind the end of the archive')
  return { name, source: sliceSource(source, dataStart, Math.max(0, Math.min(end, source.size) - dataStart)) }
}

/** Undefined: no header, or one that is cut off. */
function readHeader(source: ByteSource, at: number, table: NameTable | undefined): Header | undefined {
  const text = Buffer.from(source.read(at, headerBytes)).toString('latin1')
  const size = /^\d+ *$/.exec(text.slice(48, 58))
  if (text.length < headerBytes || text.slice(58) !== '`\n' || size === null) return undefined
  const field = text.slice(0, 16).trimEnd()
  const start = at + headerBytes
  const end = start + Number(size[0])
  const bsdLength = /^#1\/(\d+)$/.exec(field)?.[1]
  if (bsdLength !== undefined) {
    const length = Math.min(Number(bsdLength), end - start)
    const bytes = source.read(start, Math.min(length, longestName))
    return { name: nameOf(bytes, 0), isTable: false, dataStart: start + length, end }
  }
  const isTable = field === '/' || field === '//' || field === '/SYM64/'
  const offset = /^\/(\d+)$/.exec(field)?.[1]
  if (offset !== undefined && table !== undefined) {
    const from = table.start + Number(offset)
    const bytes = source.read(from, Math.max(0, Math.min(longestName, table.end - from)))
    return { name: nameOf(bytes, 0x0a), isTable, dataStart: start, end }
  }
  const bytes = Buffer.from(field, 'latin1')
  return { name: isTable ? field : nameOf(bytes, 0x0a), isTable, dataStart: start, end }
}

/** Up to `endByte`, without the slash that GNU puts behind a name. */
function nameOf(bytes: Uint8Array, endByte: number): string {
  const end = bytes.indexOf(endByte)
  return decodeName(end < 0 ? bytes : bytes.subarray(0, end)).text.replace(/\/$/, '')
}
