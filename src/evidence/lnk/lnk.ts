// Shortcuts ([MS-SHLLINK]) as evidence: target, times, volume, computer and network card, arguments, and every block behind them. The
// engine's own reader gives a scanner what it needs; this one gives times with all their digits and says what it could not read.

import { ansi, filetime, u16, u32, utf16Exactly } from '../fields.ts'
import type { Notes } from '../note.ts'
import { readShellItems, type ShellItem, shellPath } from '../shell-items.ts'
import { type ExtraData, readExtraData } from './extra-data.ts'
import { type LinkInfo, readLinkInfo } from './link-info.ts'

const headerBytes = 0x4c
const classId = [0x00021401, 0, 0xc0, 0x46000000] as const
const hasTarget = 0x01
const hasLinkInfo = 0x02
const isUnicode = 0x80

/** The texts behind the link information (2.4), in their order, with the flag that says that one is there. */
const stringFlags = [
  ['name', 0x04],
  ['relativePath', 0x08],
  ['workingDirectory', 0x10],
  ['arguments', 0x20],
  ['iconLocation', 0x40],
] as const

type LinkStrings = { [K in (typeof stringFlags)[number][0]]?: string }

export interface Lnk extends Readonly<LinkStrings>, ExtraData {
  /** Of the target, when the shortcut was last written. */
  readonly created?: string
  readonly accessed?: string
  readonly modified?: string
  readonly fileSize: number
  readonly fileAttributes: number
  readonly flags: number
  readonly iconIndex: number
  readonly showCommand: number
  readonly hotKey: number
  /** The best that the parts say about where the target lies. */
  readonly path?: string
  readonly target: readonly ShellItem[]
  readonly linkInfo?: LinkInfo
  /** Bytes behind the last block. */
  readonly overlayBytes: number
}

export interface LnkAt {
  readonly lnk: Lnk
  /** Behind the terminal block. */
  readonly end: number
}

/** `bytes` begins with the shortcut and may go on behind it. Undefined: this is none. */
export function readLnk(bytes: Uint8Array, notes: Notes): LnkAt | undefined {
  if (bytes.length < headerBytes || u32(bytes, 0) !== headerBytes) return undefined
  if (classId.some((part, index) => u32(bytes, 4 + 4 * index) !== part)) return undefined
  const flags = u32(bytes, 20)
  const parts = readParts(bytes, flags, notes)
  const path = pathOf(parts)
  const times = { created: filetime(bytes, 28), accessed: filetime(bytes, 36), modified: filetime(bytes, 44) }
  const { target, linkInfo, strings, extra, end } = parts
  const lnk: Lnk = {
    ...(times.created === undefined ? {} : { created: times.created }),
    ...(times.accessed === undefined ? {} : { accessed: times.accessed }),
    ...(times.modified === undefined ? {} : { modified: times.modified }),
    fileSize: u32(bytes, 52),
    fileAttributes: u32(bytes, 24),
    flags,
    iconIndex: u32(bytes, 56) | 0,
    showCommand: u32(bytes, 60),
    hotKey: u16(bytes, 64),
    ...(path === undefined ? {} : { path }),
    ...strings,
    target,
    ...(linkInfo === undefined ? {} : { linkInfo }),
    ...extra,
    overlayBytes: Math.max(0, bytes.length - end),
  }
  return { lnk, end }
}

interface Parts {
  target: readonly ShellItem[]
  linkInfo: LinkInfo | undefined
  strings: LinkStrings
  extra: ExtraData
  end: number
}

/** Up to the first part that is cut off; what there is of that one is read too. */
function readParts(bytes: Uint8Array, flags: number, notes: Notes): Parts {
  const parts: Parts = { target: [], linkInfo: undefined, strings: {}, extra: {}, end: bytes.length }
  let at = headerBytes
  if ((flags & hasTarget) !== 0) {
    const end = at + 2 + u16(bytes, at)
    const list = readShellItems(bytes.subarray(at + 2, end))
    if (list.isCut || end > bytes.length) notes.add('the list of the target’s shell items is cut off', at)
    parts.target = list.items
    at = end
  }
  if ((flags & hasLinkInfo) !== 0 && at < bytes.length) {
    const end = at + u32(bytes, at)
    if (end > bytes.length) notes.add('the link information is cut off', at)
    parts.linkInfo = readLinkInfo(bytes.subarray(at, end))
    at = end
  }
  for (const [name, flag] of stringFlags) {
    if ((flags & flag) === 0 || at >= bytes.length) continue
    const units = u16(bytes, at)
    const width = (flags & isUnicode) === 0 ? 1 : 2
    parts.strings[name] =
      width === 2 ? trimmed(utf16Exactly(bytes, at + 2, units)) : ansi(bytes, at + 2, units)
    at += 2 + units * width
  }
  if (at >= bytes.length) {
    notes.add('the shortcut is cut off', bytes.length)
    return parts
  }
  const { data, end } = readExtraData(bytes, at, notes)
  return { ...parts, extra: data, end }
}

/** Some writers count the NUL behind the text. */
function trimmed(text: string): string {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}

function pathOf({ target, linkInfo, strings, extra }: Parts): string | undefined {
  const { localBasePath, network, commonPathSuffix = '' } = linkInfo ?? {}
  if (localBasePath !== undefined && localBasePath !== '') return localBasePath + commonPathSuffix
  if (network?.shareName !== undefined) return `${network.shareName}\\${commonPathSuffix}`
  const shown = shellPath(target)
  return [shown, extra.environment, strings.relativePath].find((text) => text !== undefined && text !== '')
}
