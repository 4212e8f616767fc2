// What ClamAV takes a file for (`CL_TYPE_…`): bytes at the start, else what kind of text it is, else signatures of file
// types in its first kilobyte. And which target's signatures are for it.

import { startsWith } from '../../source/starts-with.ts'
import type { StoredMagic } from './layout.ts'
import { textTypeOf } from './text-type.ts'

export const anyType = 'CL_TYPE_ANY'
export const htmlType = 'CL_TYPE_HTML'
export const utf16HtmlType = 'CL_TYPE_HTML_UTF16'
export const mailType = 'CL_TYPE_MAIL'
export const asciiType = 'CL_TYPE_TEXT_ASCII'
const ignoredType = 'CL_TYPE_IGNORED'
const binaryType = 'CL_TYPE_BINARY_DATA'

/** What is looked at to tell the type. */
export const typedBytes = 1024

/** A match of a file type signature. */
export interface TypeMatch {
  /** Where the match ends. */
  readonly end: number
  readonly required: string
  readonly detected: string
}

export interface Magic {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly detected: string
}

export function readMagics(stored: readonly StoredMagic[]): readonly Magic[] {
  return stored.map(({ offset, bytes, detected }) => ({ offset, bytes: Buffer.from(bytes, 'hex'), detected }))
}

export function fileTypeOf(
  bytes: Uint8Array,
  magics: readonly Magic[],
  matches: readonly TypeMatch[],
): string {
  const head = bytes.subarray(0, typedBytes)
  const magic = magics.find((one) => isAt(one, head))
  const first = magic?.detected ?? textTypeOf(head)
  if (!isUnsure(first)) return first
  return (
    typeAmong(
      matches.filter(({ end }) => end <= typedBytes),
      first,
    ) ?? first
  )
}

function isAt({ offset, bytes }: Magic, head: Uint8Array): boolean {
  return offset + bytes.length <= head.length && startsWith(head, bytes, offset)
}

function isUnsure(type: string): boolean {
  return type === binaryType || isText(type)
}

/** Whether it is worth a look if this is HTML in UTF-16: its first characters are ASCII in two bytes. */
export function mayBeUtf16Html(type: string, bytes: Uint8Array): boolean {
  if (!isUnsure(type)) return false
  const units = Math.min(bytes.length, typedBytes) >> 1
  let narrow = 0
  for (let unit = 0; unit < units; unit++) if (bytes[unit * 2 + 1] === 0) narrow++
  return narrow > 0 && narrow * 4 >= units
}

/** Types that win over others, from the weakest. From `SFX` on the last match counts, whatever it is. */
const byPriority = [
  'MBR',
  'HTML',
  'MAIL',
  'SFX',
  'ZIPSFX',
  'RARSFX',
  '7ZSFX',
  'CABSFX',
  'ARJSFX',
  'EGGSFX',
  'NULSFT',
  'AUTOIT',
  'ISHIELD_MSI',
  'ISO9660',
  'DMG',
  'GPT',
  'APM',
  'XDP',
  'XML_WORD',
  'XML_XL',
  'XML_HWP',
  'HWPOLE2',
  'MHTML',
  'LNK',
  'OTHER',
  'IGNORED',
].map((suffix) => `CL_TYPE_${suffix}`)
const lastWins = byPriority.indexOf('CL_TYPE_SFX')

/** The type that a file of type `present` has by its matches; undefined: they say nothing. */
export function typeAmong(matches: readonly TypeMatch[], present: string): string | undefined {
  let type: string | undefined
  let priority = -2
  for (const { required, detected } of matches.toSorted((left, right) => left.end - right.end)) {
    if (required !== anyType && required !== present) continue
    if (detected === ignoredType) return detected
    const own = byPriority.indexOf(detected)
    if (own <= priority && own < lastWins) continue
    type = detected
    priority = own
  }
  return type
}

const targets: Readonly<Record<string, number>> = {
  CL_TYPE_MSEXE: 1,
  CL_TYPE_MSOLE2: 2,
  CL_TYPE_HTML: 3,
  CL_TYPE_MAIL: 4,
  CL_TYPE_GRAPHICS: 5,
  CL_TYPE_GIF: 5,
  CL_TYPE_PNG: 5,
  CL_TYPE_JPEG: 5,
  CL_TYPE_TIFF: 5,
  CL_TYPE_ELF: 6,
  CL_TYPE_TEXT_ASCII: 7,
  CL_TYPE_MACHO: 9,
  CL_TYPE_MACHO_UNIBIN: 9,
  CL_TYPE_PDF: 10,
  CL_TYPE_SWF: 11,
  CL_TYPE_JAVA: 12,
  CL_TYPE_INTERNAL: 13,
  CL_TYPE_BINARY_DATA: 14,
  CL_TYPE_PYTHON_COMPILED: 14,
}

/** The target whose signatures are for files of this type; 0: only those for all files. */
export function targetOf(type: string): number {
  return targets[type] ?? 0
}

/** Types of text that is also searched in its normalised form. */
export function isText(type: string): boolean {
  return type.startsWith('CL_TYPE_TEXT_')
}

/** ELF, PE and Mach-O: files with sections. */
export function isExecutableType(type: string): boolean {
  const target = targetOf(type)
  return target === 1 || target === 6 || target === 9
}
