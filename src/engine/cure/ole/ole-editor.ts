// Takes macros and other bad content out of compound files ([MS-CFB]): documents of Office up to 2003, of Hangul, messages
// of Outlook, installers. A VBA project goes as a whole, with its storage; any other bad stream is overwritten with zeros.
// Kept: the file's size, and every other stream byte for byte in its place. Refused: macro sheets and DDE links, streams without
// which there is no document, what is encrypted, and compound files that do not follow the specification to the letter.

import { doc } from '../../formats/doc/doc.ts'
import type { Format } from '../../formats/format.ts'
import { hwp } from '../../formats/hwp/hwp.ts'
import { msg } from '../../formats/msg/msg.ts'
import { officeEncryption } from '../../formats/office-encryption/office-encryption.ts'
import { ole } from '../../formats/ole/ole.ts'
import { ppt } from '../../formats/ppt/ppt.ts'
import { vba } from '../../formats/vba/vba.ts'
import { xls } from '../../formats/xls/xls.ts'
import type { CfbEntry } from '../../parsers/cfb/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { CannotCure, type Edit, type Editor } from '../editor.ts'
import { writeChanged } from '../splice.ts'
import { emptyHangulContent, hangulStream } from './hangul.ts'
import {
  isAmong,
  isBareProject,
  macroEntries,
  type OfficeFile,
  openOfficeFile,
  removeMacros,
} from './office-file.ts'
import { editPresentation } from './presentation.ts'

/** What they find is not in a stream of its own. */
const unchangeable: readonly Format[] = [officeEncryption, xls, doc]
const unusedSectors = 'unused-sectors'
/** At the top of the file; without them there is nothing to open. */
const vital: ReadonlySet<string> = new Set([
  '0table',
  '1table',
  'book',
  'bodytext',
  'current user',
  'docinfo',
  'fileheader',
  'powerpoint document',
  'workbook',
  'worddocument',
  '__properties_version1.0',
])

export const oleEditor: Editor = {
  format: ole,

  edit(object, edit) {
    const { budget } = edit.context
    const file = openOfficeFile(object.source, budget)
    const bad = new Bad(file)
    judgeStreams(object, bad, edit)
    judgeOthers(object, file, bad, edit)
    if (ppt.matches(object)) editPresentation(object, file, edit)
    else if (bad.isEmpty && vba.matches(object)) {
      // Modules that are harmless each by itself, or compiled code that is not that of the source.
      bad.hasMacros = edit.isToGo({ name: 'VBA project', source: object.source })
    }
    apply(object, file, bad, edit)
    writeChanged(object.source, file.compound.changes(), edit)
  },
}

class Bad {
  readonly #entries: ReadonlyMap<ByteSource, CfbEntry>
  readonly streams = new Set<CfbEntry>()
  hasMacros = false
  hasUnused = false

  constructor({ cfb }: OfficeFile) {
    this.#entries = new Map(cfb.entries.filter(({ kind }) => kind === 'stream').map((e) => [e.source, e]))
  }

  get isEmpty(): boolean {
    return this.streams.size === 0 && !this.hasMacros && !this.hasUnused
  }

  /** Formats yield the very sources of the parser where they change nothing. */
  entryOf(source: ByteSource): CfbEntry | undefined {
    return this.#entries.get(source)
  }
}

function judgeStreams(object: ScanObject, bad: Bad, edit: Edit): void {
  let last: CfbEntry | undefined
  const isPresentation = ppt.matches(object)
  for (const member of ole.members(object, edit.context)) {
    last = bad.entryOf(member.source) ?? last
    // What is in its objects is taken out of them.
    if (isPresentation && isMainStream(last)) continue
    if (!edit.isToGo(member)) continue
    if (member.name === unusedSectors) bad.hasUnused = true
    // The file in a package comes behind its stream.
    else if (last !== undefined) bad.streams.add(last)
  }
  if (!msg.matches(object)) return
  for (const member of msg.members(object, edit.context)) {
    const entry = bad.entryOf(member.source)
    const isBad = edit.isToGo(member)
    member.source.release?.()
    if (isBad && entry === undefined) throw new CannotCure(`${member.name} cannot be taken out`)
    if (isBad && entry !== undefined) bad.streams.add(entry)
  }
}

function isMainStream(entry: CfbEntry | undefined): boolean {
  return entry?.path.toLowerCase() === 'powerpoint document'
}

function judgeOthers(object: ScanObject, { cfb }: OfficeFile, bad: Bad, edit: Edit): void {
  for (const format of [vba, hwp, ...unchangeable]) {
    if (!format.matches(object)) continue
    for (const member of format.members(object, edit.context)) {
      const isBad = edit.isToGo(member)
      member.source.release?.()
      if (!isBad) continue
      const stream = format === hwp ? hangulStream(cfb.entries, member.name) : undefined
      if (format === vba) bad.hasMacros = true
      else if (stream === undefined) throw new CannotCure(`${member.name} cannot be taken out`)
      else bad.streams.add(stream)
    }
  }
}

function apply(object: ScanObject, file: OfficeFile, bad: Bad, { context }: Edit): void {
  const { compound, indices } = file
  const macros = macroEntries(file, context.budget)
  let hasMacros = bad.hasMacros
  for (const entry of bad.streams) {
    const index = indices.get(entry) ?? 0
    if (isAmong(index, macros, file)) hasMacros = true
    else if (vital.has(entry.path.toLowerCase().split('/', 1)[0] ?? '')) {
      throw new CannotCure(`${entry.path} cannot be taken out`)
    } else {
      compound.empty(index)
      compound.patch(index, 0, emptyHangulContent(object, entry))
    }
  }
  if (hasMacros) {
    if (isBareProject(file, macros)) throw new CannotCure('it is nothing but macros')
    removeMacros(file, macros, context.budget)
  }
  if (bad.hasUnused) compound.emptyUnused()
}
