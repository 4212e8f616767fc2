// VS_VERSIONINFO resources: company, product, original file name
// (learn.microsoft.com/windows/win32/menurc/version-information). A tree of blocks: length, length of the value, type,
// key in UTF-16, value and children, all aligned to four bytes.

import type { Resource } from './resources.ts'

const versionType = 16
/** `dwSignature` to `dwFileDateLS`. */
const fixedInfoBytes = 52
/** Resources with version information that are read. */
const maxInfos = 256
const maxStrings = 16_384
const headerBytes = 6

export interface VersionString {
  /** Both with one character (0–255) for each byte of UTF-8. */
  readonly key: string
  readonly value: string
}

/** Of all resources with version information together, in the order of the file. */
export function readVersionInfo(bytes: Buffer, resources: readonly Resource[]): VersionString[] {
  const strings: VersionString[] = []
  let infos = 0
  for (const { type, offset } of resources) {
    if (type.kind !== 'number' || type.number !== versionType || offset === undefined) continue
    if (++infos > maxInfos || strings.length >= maxStrings) break
    strings.push(...stringsOf(bytes, offset))
  }
  return strings
}

interface Block {
  readonly key: string
  /** Behind the key: value and children. */
  readonly from: number
  /** Where the next block is. */
  readonly end: number
  readonly hasValue: boolean
}

function stringsOf(bytes: Buffer, offset: number): VersionString[] {
  const root = readBlock(bytes, offset, bytes.length)
  if (root?.key !== 'VS_VERSION_INFO') return []
  const hasInfo = root.hasValue && root.from + fixedInfoBytes <= root.end
  const first = hasInfo ? root.from + fixedInfoBytes : root.from
  const child = readBlock(bytes, first, root.end)
  if (child?.key !== 'VarFileInfo') return stringFileInfo(bytes, child) ?? []
  return stringFileInfo(bytes, readBlock(bytes, child.end, root.end)) ?? []
}

/** Tables, one for each language. */
function stringFileInfo(bytes: Buffer, info: Block | undefined): VersionString[] | undefined {
  if (info?.key !== 'StringFileInfo') return undefined
  const strings: VersionString[] = []
  for (let at = info.from; ;) {
    const table = readBlock(bytes, at, info.end)
    if (table === undefined) return strings
    const more = stringTable(bytes, table)
    if (more.length === 0) return strings
    strings.push(...more)
    at = table.end
  }
}

function stringTable(bytes: Buffer, table: Block): VersionString[] {
  const strings: VersionString[] = []
  for (let at = table.from; ;) {
    const block = readBlock(bytes, at, table.end)
    if (block === undefined) return strings
    // The value's length is not to be trusted: it is in bytes or in characters, with or without the end mark.
    const value = block.hasValue
      ? bytes.subarray(block.from, endOfText(bytes, block.from, block.end))
      : bytes.subarray(0, 0)
    strings.push({ key: utf8Of(block.key), value: utf8Of(value.toString('utf16le')) })
    at = block.end
  }
}

/** Undefined where the block is not whole. */
function readBlock(bytes: Buffer, at: number, to: number): Block | undefined {
  if (at + 2 > to) return undefined
  const length = aligned(bytes.readUInt16LE(at))
  const end = at + length
  if (length < headerBytes || end > to) return undefined
  const keyEnd = endOfText(bytes, at + headerBytes, end)
  return {
    key: bytes.toString('utf16le', at + headerBytes, keyEnd),
    from: Math.min(at + aligned(keyEnd + 2 - at), end),
    end,
    hasValue: bytes.readUInt16LE(at + 2) > 0,
  }
}

/** Where the zero character is, or `to`. */
function endOfText(bytes: Buffer, from: number, to: number): number {
  let end = from
  while (end + 2 <= to && bytes.readUInt16LE(end) !== 0) end += 2
  return end
}

function aligned(length: number): number {
  return (length + 3) & ~3
}

function utf8Of(text: string): string {
  // Unpaired surrogates become U+FFFD.
  return Buffer.from(text).toString('latin1')
}
