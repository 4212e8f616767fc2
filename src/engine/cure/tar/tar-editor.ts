// Rebuilds a tar archive: every member that stays is copied with its headers, block for block. Hard links to a removed
// member are removed with it: they would lead nowhere.

import { type Extension, readLongName, readPax } from '../../formats/tar/extension.ts'
import { blockBytes, parseTarHeader, type TarHeader, textOf } from '../../formats/tar/header.ts'
import { tar } from '../../formats/tar/tar.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent, isAllZeros } from '../../source/padding.ts'
import { copyRange } from '../copy.ts'
import { CannotCure, type Edit, type Editor } from '../editor.ts'

/** What the size field holds in octal digits. */
const largestOctal = 8 ** 11

interface Group {
  readonly name: string
  readonly linkName: string
  readonly header: TarHeader
  readonly extension: Extension
  /** Where its first header begins, its own header is, its data begin and its last block ends. */
  readonly start: number
  readonly headerAt: number
  readonly dataAt: number
  readonly end: number
}

export const tarEditor: Editor = {
  format: tar,

  edit({ source }, edit) {
    const removed = new Set<string>()
    let at = 0
    for (const group of groupsOf(source, edit)) {
      at = group.end
      if (group.header.type === '1' && removed.has(group.linkName)) {
        edit.alsoRemoved(group.name, `a hard link to ${group.linkName}`)
        continue
      }
      const bytes = group.header.type === '1' ? 0 : group.header.size
      const judgement =
        bytes === 0
          ? { kind: 'keep' as const }
          : edit.judge({ name: group.name, source: sliceSource(source, group.dataAt, bytes) })
      if (judgement.kind === 'remove') removed.add(group.name)
      else if (judgement.kind === 'keep') copyRange(source, group.start, group.end, edit)
      else replace(source, group, judgement.bytes, edit)
    }
    // The end mark, and the padding of the last record.
    copyRange(source, at, source.size, edit)
  },
}

function* groupsOf(source: ByteSource, { context }: Edit): Generator<Group> {
  const { size } = source
  let extension: Extension & { linkName?: string } = {}
  let start = 0
  for (let at = 0; at < size;) {
    context.budget.checkTime()
    const block = source.read(at, blockBytes).slice()
    const header = parseTarHeader(block)
    if (header === undefined) {
      if (!isAllZeros(block)) throw new CannotCure(`there is no tar header at offset ${at}`)
      if (hasContent(sliceSource(source, at, size - at)))
        throw new CannotCure('there are data behind the end of the tar archive')
      return
    }
    const dataAt = at + blockBytes
    if (dataAt + header.size > size) throw new CannotCure('the tar archive is cut off')
    const end = dataAt + Math.ceil(header.size / blockBytes) * blockBytes
    if (readExtension(source, dataAt, header, extension)) {
      at = end
      continue
    }
    checkSimple(header, extension)
    const name = extension.name ?? header.name
    const linkName = extension.linkName ?? textOf(block.subarray(157, 257))
    yield { name, linkName, header, extension, start, headerAt: at, dataAt, end }
    extension = {}
    start = end
    at = end
  }
}

/** True when the header was one about the next member. */
function readExtension(
  source: ByteSource,
  dataAt: number,
  { type, size }: TarHeader,
  into: Extension & { linkName?: string },
): boolean {
  if (type === 'L') into.name = readLongName(source, dataAt, size)
  else if (type === 'K') into.linkName = readLongName(source, dataAt, size)
  else if (type === 'x' || type === 'X') {
    readPax(source, dataAt, size, into)
    const link = /\d+ linkpath=([^\n]*)\n/.exec(Buffer.from(source.read(dataAt, size)).toString('utf8'))
    if (link?.[1] !== undefined) into.linkName = link[1]
  } else return type === 'g'
  return true
}

function checkSimple(header: TarHeader, extension: Extension): void {
  if (header.type === 'S' || extension.isSparse === true) throw new CannotCure('it contains a sparse file')
  if (extension.size !== undefined && extension.size !== header.size) {
    throw new CannotCure('the sizes of a member differ in its two headers')
  }
}

function replace(source: ByteSource, group: Group, bytes: Uint8Array, edit: Edit): void {
  if (group.extension.size !== undefined || bytes.length >= largestOctal) {
    throw new CannotCure('the size of a member is in a header that cannot be changed')
  }
  copyRange(source, group.start, group.headerAt, edit)
  const header = Buffer.from(source.read(group.headerAt, blockBytes))
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  edit.write(header)
  edit.write(bytes)
  edit.write(Buffer.alloc(-bytes.length & (blockBytes - 1)))
}
