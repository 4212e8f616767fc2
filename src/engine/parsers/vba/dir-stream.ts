// The `dir` stream of a VBA project, unpacked ([MS-OVBA] 2.3.4.2): records of an id, a length and data.

import { u16, u32 } from '../../codecs/little-endian.ts'

export interface ModuleRecord {
  readonly name: string
  /** Name of the stream beside `dir`. */
  readonly streamName: string
  /** Where in that stream the compressed source begins. */
  readonly sourceOffset: number
  /** Of a document, class or form; else a plain module. */
  readonly isClass: boolean
}

export interface DirStream {
  readonly codePage: number
  readonly modules: readonly ModuleRecord[]
}

const ids = {
  codePage: 0x0003,
  version: 0x0009,
  moduleName: 0x0019,
  moduleNameUnicode: 0x0047,
  streamName: 0x001a,
  streamNameUnicode: 0x0032,
  sourceOffset: 0x0031,
  classModule: 0x0022,
  moduleEnd: 0x002b,
} as const
const maxModules = 10_000
const maxNameBytes = 512

interface Draft {
  name: string
  streamName: string
  sourceOffset: number
  isClass: boolean
}

export function readDirStream(bytes: Uint8Array): DirStream {
  const modules: ModuleRecord[] = []
  let codePage = 1252
  let draft: Draft | undefined
  for (let at = 0; at + 6 <= bytes.length && modules.length < maxModules;) {
    const id = u16(bytes, at)
    const length = u32(bytes, at + 2)
    // The version's length does not count its minor part.
    const next = at + 6 + (id === ids.version ? 6 : length)
    const data = bytes.subarray(at + 6, Math.min(next, bytes.length))
    if (id === ids.codePage) codePage = u16(data, 0)
    else if (id === ids.moduleName)
      draft = { name: textOf(data, codePage), streamName: '', sourceOffset: 0, isClass: false }
    else if (draft !== undefined) applyRecord(draft, { id, data, codePage })
    if (id === ids.moduleEnd && draft !== undefined) {
      modules.push({ ...draft, streamName: draft.streamName || draft.name })
      draft = undefined
    }
    at = next
  }
  if (draft !== undefined && draft.streamName !== '') modules.push(draft)
  return { codePage, modules }
}

function applyRecord(draft: Draft, record: { id: number; data: Uint8Array; codePage: number }): void {
  const { id, data, codePage } = record
  if (id === ids.streamName) draft.streamName = textOf(data, codePage)
  else if (id === ids.streamNameUnicode) draft.streamName = wideText(data) || draft.streamName
  else if (id === ids.moduleNameUnicode) draft.name = wideText(data) || draft.name
  else if (id === ids.sourceOffset) draft.sourceOffset = u32(data, 0)
  else if (id === ids.classModule) draft.isClass = true
}

function wideText(data: Uint8Array): string {
  return Buffer.from(data.subarray(0, maxNameBytes & ~1)).toString('utf16le')
}

function textOf(data: Uint8Array, codePage: number): string {
  return decodeCodePage(data.subarray(0, maxNameBytes), codePage)
}

const labels: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  874: 'windows-874',
  866: 'ibm866',
  10_000: 'macintosh',
  10_007: 'x-mac-cyrillic',
  20_866: 'koi8-r',
  54_936: 'gb18030',
  65_001: 'utf-8',
}

/** The text of bytes in a Windows code page; one that is not known is taken for Latin-1. */
export function decodeCodePage(bytes: Uint8Array, codePage: number): string {
  const isWindows = codePage >= 1250 && codePage <= 1258
  const label = labels[codePage] ?? (isWindows ? `windows-${codePage}` : undefined)
  if (label === undefined) return Buffer.from(bytes).toString('latin1')
  return new TextDecoder(label, { ignoreBOM: true }).decode(bytes)
}
