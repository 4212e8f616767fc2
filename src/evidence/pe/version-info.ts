// The version resource as sigcheck shows it: the texts by the names that Windows has for them, and the two versions of
// VS_FIXEDFILEINFO, which are what Windows itself compares.

import type { Pe } from '../../engine/index.ts'
import { shown } from './view.ts'

const versionType = 16
const fixedMagic = 0xfeef04bd
const searchBytes = 128
const maxStrings = 128
const maxText = 1024

export interface VersionInfo {
  /** E.g. CompanyName, FileDescription, OriginalFilename; the first of several languages. */
  readonly strings: Readonly<Record<string, string>>
  /** `10.0.19041.1` */
  readonly fileVersion?: string
  readonly productVersion?: string
}

export function readVersion(pe: Pe): VersionInfo | undefined {
  const strings: Record<string, string> = {}
  for (const { key, value } of pe.versionInfo.slice(0, maxStrings)) {
    const name = shown(key)
    if (Object.hasOwn(strings, name)) continue
    // Also a key that is `__proto__`.
    const text = shown(value).trim().slice(0, maxText)
    Object.defineProperty(strings, name, { value: text, enumerable: true })
  }
  const fixed = readFixed(pe)
  if (fixed === undefined && Object.keys(strings).length === 0) return undefined
  return { strings, ...fixed }
}

function readFixed(pe: Pe): Pick<VersionInfo, 'fileVersion' | 'productVersion'> | undefined {
  const { bytes } = pe
  const item = pe.resources?.items.find(({ type }) => type.kind === 'number' && type.number === versionType)
  const offset = item?.offset
  if (offset === undefined) return undefined
  for (let at = offset; at + 24 <= bytes.length && at < offset + searchBytes; at += 4) {
    if (bytes.readUInt32LE(at) !== fixedMagic) continue
    return { fileVersion: versionAt(bytes, at + 8), productVersion: versionAt(bytes, at + 16) }
  }
  return undefined
}

function versionAt(bytes: Buffer, at: number): string {
  const parts = [at + 2, at, at + 6, at + 4].map((word) => bytes.readUInt16LE(word))
  return parts.join('.')
}
