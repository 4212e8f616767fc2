// A Windows shortcut ([MS-SHLLINK]): header, target, link information, strings, extra data.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { guidText } from '../dotnet/index.ts'
import { type LinkInfo, readLinkInfo } from './link-info.ts'
import { readShellItems, type ShellItem } from './shell-item.ts'
import { bytesString, utf16String } from './strings.ts'

const headerBytes = 0x4c
/** 00021401-0000-0000-C000-000000000046 */
const classId = [0x00021401, 0, 0xc0, 0x46000000] as const
const hasTarget = 0x01
const hasLinkInfo = 0x02
const isUnicode = 0x80
const trackerSignature = 0xa0000003
const trackerBytes = 88
/** Smaller sizes end the extra data (2.5). */
const minBlockBytes = 4
/** The system takes no more characters of a string, except of the arguments, and goes on right behind them. */
const maxStringLength = 260
/** Real shortcuts have up to ten. */
const maxBlocks = 4096
const secondsTo1970 = 11_644_473_600n

/** The strings behind the link information (2.4), in their order, by the flag that says that one is there. */
const stringFlags = {
  name: 0x04,
  relativePath: 0x08,
  workingDir: 0x10,
  arguments: 0x20,
  iconLocation: 0x40,
} as const
export type LinkStrings = { readonly [K in keyof typeof stringFlags]?: string }

export interface Tracker {
  readonly version: number
  readonly machineId: string
  readonly droidVolumeId: string
  readonly droidFileId: string
  readonly droidBirthVolumeId: string
  readonly droidBirthFileId: string
}

export interface Lnk extends LnkParts {
  readonly fileAttributes: number
  /** Seconds since 1970; undefined: not set, or before. */
  readonly creationTime: number | undefined
  readonly accessTime: number | undefined
  readonly writeTime: number | undefined
  readonly fileSize: number
  readonly iconIndex: number
  readonly showCommand: number
}

interface LnkParts {
  readonly target: readonly ShellItem[]
  readonly linkInfo: LinkInfo | undefined
  readonly strings: LinkStrings
  readonly tracker: Tracker | undefined
  /** Where the shortcut ends; undefined: it is cut off. */
  readonly end: number | undefined
}

/** Undefined: not a shortcut. */
export function parseLnk(bytes: Uint8Array): Lnk | undefined {
  if (bytes.length < headerBytes || u32(bytes, 0) !== headerBytes) return undefined
  if (classId.some((part, index) => u32(bytes, 4 + 4 * index) !== part)) return undefined
  return {
    fileAttributes: u32(bytes, 24),
    creationTime: unixTime(bytes, 28),
    accessTime: unixTime(bytes, 36),
    writeTime: unixTime(bytes, 44),
    fileSize: u32(bytes, 52),
    iconIndex: u32(bytes, 56),
    showCommand: u32(bytes, 60),
    ...readParts(bytes, u32(bytes, 20)),
  }
}

/** The parts behind the header, up to the first that is cut off. */
function readParts(bytes: Uint8Array, flags: number): LnkParts {
  const parts: { -readonly [K in keyof LnkParts]: LnkParts[K] } = {
    target: [],
    linkInfo: undefined,
    strings: {},
    tracker: undefined,
    end: undefined,
  }
  let at: number | undefined = headerBytes
  if ((flags & hasTarget) !== 0) {
    const list = readShellItems(bytes, at)
    parts.target = list.items
    at = list.end
  }
  if (at !== undefined && (flags & hasLinkInfo) !== 0) {
    parts.linkInfo = readLinkInfo(bytes, at)
    at = parts.linkInfo?.end
  }
  if (at === undefined) return parts
  const strings = readStrings(bytes, at, flags)
  parts.strings = strings.values
  if (strings.end === undefined) return parts
  return { ...parts, ...readExtraData(bytes, strings.end) }
}

function unixTime(bytes: Uint8Array, at: number): number | undefined {
  const ticks = (BigInt(u32(bytes, at + 4)) << 32n) | BigInt(u32(bytes, at))
  const seconds = ticks / 10_000_000n - secondsTo1970
  return seconds < 0n ? undefined : Number(seconds)
}

function readStrings(
  bytes: Uint8Array,
  start: number,
  flags: number,
): { values: LinkStrings; end: number | undefined } {
  const values: { -readonly [K in keyof LinkStrings]: LinkStrings[K] } = {}
  const width = (flags & isUnicode) === 0 ? 1 : 2
  let at = start
  for (const name of Object.keys(stringFlags) as (keyof LinkStrings)[]) {
    if ((flags & stringFlags[name]) === 0) continue
    if (at + 2 > bytes.length) return { values, end: undefined }
    const length = u16(bytes, at)
    const end = at + 2 + (name === 'arguments' ? length : Math.min(length, maxStringLength)) * width
    if (end > bytes.length) return { values, end: undefined }
    const text = bytes.subarray(at + 2, end)
    values[name] = width === 2 ? utf16String(text) : bytesString(text)
    at = end
  }
  return { values, end: at }
}

function readExtraData(bytes: Uint8Array, start: number): Pick<LnkParts, 'tracker' | 'end'> {
  let tracker: Tracker | undefined
  let at = start
  for (let count = 0; count < maxBlocks && at + 4 <= bytes.length; count++) {
    const size = u32(bytes, at)
    if (size < minBlockBytes) return { tracker, end: at + 4 }
    if (at + size > bytes.length) break
    const block = bytes.subarray(at + 4, at + size)
    if (block.length >= 4 && u32(block, 0) === trackerSignature)
      tracker = readTracker(block.subarray(4)) ?? tracker
    at += size
  }
  return { tracker, end: undefined }
}

function readTracker(block: Uint8Array): Tracker | undefined {
  if (block.length < trackerBytes) return undefined
  const name = block.subarray(8, 24)
  const nul = name.indexOf(0)
  return {
    version: u32(block, 4),
    machineId: bytesString(nul < 0 ? name : name.subarray(0, nul)),
    droidVolumeId: guidText(block, 24),
    droidFileId: guidText(block, 40),
    droidBirthVolumeId: guidText(block, 56),
    droidBirthFileId: guidText(block, 72),
  }
}
