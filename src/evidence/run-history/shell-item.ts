// Items of the shell's namespace (ITEMIDLIST) as far as a path needs them: folders known by GUID, drives, files and folders with
// their FAT times and long names, network places, addresses. After J. Metz, "Windows Shell Item format".

import { ansi, dosTime, guid, u16, u32, utf16 } from '../fields.ts'

const maxItems = 256
const fileExtension = 0xbe_ef_00_04

const known: Readonly<Record<string, string>> = {
  '20d04fe0-3aea-1069-a2d8-08002b30309d': 'This PC',
  '031e4825-7b94-4dc3-b131-e946b44c8dd5': 'Libraries',
  '208d2c60-3aea-1069-a2d7-08002b30309d': 'Network',
  '450d8fba-ad25-11d0-98a8-0800361b1103': 'Documents',
  '59031a47-3f72-44a7-89c5-5595fe6b30ee': 'User files',
  '645ff040-5081-101b-9f08-00aa002f954e': 'Recycle Bin',
  '26ee0668-a00a-44d7-9371-beb064c98683': 'Control Panel',
  '21ec2020-3aea-1069-a2dd-08002b30309d': 'All Control Panel Items',
  '679f85cb-0220-4080-b29b-5540cc05aab6': 'Quick access',
  'b4bfcc3a-db2c-424c-b029-7fe99a87c641': 'Desktop',
  '0db7e03f-fc29-4dc6-9020-ff41b59e513a': '3D Objects',
  '374de290-123f-4565-9164-39c4925e467b': 'Downloads',
  '088e3905-0323-4b02-9826-5d99428e115f': 'Downloads',
  '24ad3ad4-a569-4530-98e1-ab02f9417aa8': 'Pictures',
  '3add1653-eb32-4cb0-bbd7-dfa0abb5acca': 'Pictures',
  '3dfdf296-dbec-4fb4-81d1-6a3438bcf4de': 'Music',
  '1cf1260c-4dd0-4ebb-811f-33c572699fde': 'Music',
  'a0953c92-50dc-43bf-be83-3742fed03c9c': 'Videos',
  'f86fa3ab-70d2-4fc7-9c99-fcbf05467f3a': 'Videos',
  'a8cdff1c-4878-43be-b5fd-f8091c1c60d0': 'Documents',
  'd3162b92-9365-467a-956b-92703aca08af': 'Documents',
  'f02c1a0d-be21-4350-88b0-7367fc96ef3c': 'Network',
  'ed834ed6-4b5a-4bfe-8f11-a626dcb6a921': 'Personalization',
  '7b81be6a-ce2b-4676-a29e-eb907a5126c5': 'Programs and Features',
  'bb06c0e4-d293-4f75-8a90-cb05b6477eee': 'System',
  '018d5c66-4533-4307-9b53-224de2ed1fe6': 'OneDrive',
}

/** Of the control panel. */
const categories = [
  'All Control Panel Items',
  'Appearance and Personalization',
  'Hardware and Sound',
  'Network and Internet',
  'Sounds, Speech, and Audio Devices',
  'System and Security',
  'Clock, Language, and Region',
  'Ease of Access',
  'Programs',
  'User Accounts',
  'Security Center',
  'Mobile PC',
] as const

export interface ShellItem {
  readonly name: string
  readonly modified?: string
  readonly created?: string
  readonly accessed?: string
}

/** Of one item, its length in front; undefined where there is none. */
export function shellItem(bytes: Uint8Array): ShellItem | undefined {
  const size = u16(bytes, 0)
  if (size < 4 || size > bytes.length) return undefined
  const item = bytes.subarray(0, size)
  const type = item[2] ?? 0
  if (type === 0x1f && size >= 20) return { name: folderName(guid(item, 4)) }
  if (type === 0x2e && item[3] === 0x80 && size >= 20) return { name: folderName(guid(item, 4)) }
  if ((type & 0x70) === 0x20 && type !== 0x2e) return { name: ansi(item, 3, 20) }
  if ((type & 0x70) === 0x30) return fileItem(item)
  if ((type & 0x70) === 0x40) return { name: ansi(item, 5) }
  if (type === 0x61) return { name: uri(item) }
  if (type === 0x01 && size >= 12) return { name: categories[u32(item, 8)] ?? 'Control Panel category' }
  // A known folder, with its properties behind it.
  if (u32(item, 6) === 0x23_fe_bb_ee && u16(item, 12) >= 16) return { name: folderName(guid(item, 14)) }
  if (type === 0x71 && size >= 30) return { name: folderName(guid(item, 14)) }
  return otherItem(item)
}

function folderName(id: string): string {
  return known[id] ?? `{${id.toUpperCase()}}`
}

function fileItem(item: Uint8Array): ShellItem {
  const isUtf16 = ((item[2] ?? 0) & 4) !== 0
  const short = isUtf16 ? utf16(item, 14) : ansi(item, 14)
  const modified = dosTime(item, 8)
  return { name: short, ...(modified === undefined ? {} : { modified }), ...extensionOf(item) }
}

/** The long name and the other two times, in a block whose place the last word of the item tells. */
function extensionOf(item: Uint8Array): Partial<ShellItem> {
  const start = u16(item, item.length - 2)
  if (start < 4 || start + 20 > item.length || u32(item, start + 4) !== fileExtension) return {}
  const version = u16(item, start + 2)
  const created = dosTime(item, start + 8)
  const accessed = dosTime(item, start + 12)
  // Version 7 put a file reference, 8 and 9 further numbers in front of the name.
  const nameAt =
    start +
    18 +
    (version >= 7 ? 18 : 0) +
    (version >= 3 ? 2 : 0) +
    (version >= 9 ? 4 : 0) +
    (version >= 8 ? 4 : 0)
  const name = nameAt < item.length ? utf16(item, nameAt) : ''
  return {
    ...(name === '' ? {} : { name }),
    ...(created === undefined ? {} : { created }),
    ...(accessed === undefined ? {} : { accessed }),
  }
}

function uri(item: Uint8Array): string {
  const isUtf16 = ((item[3] ?? 0) & 0x80) !== 0
  const read = (at: number): string => (isUtf16 ? utf16(item, at) : ansi(item, at))
  return read(8 + u16(item, 4)) || read(8)
}

/** Delegates and properties: a file's block may still be in there, or a GUID at the beginning. */
function otherItem(item: Uint8Array): ShellItem {
  const extension = extensionOf(item)
  if (extension.name !== undefined) return { name: extension.name, ...extension }
  for (let start = 4; start + 46 <= item.length; start += 2) {
    if (u32(item, start + 4) !== fileExtension) continue
    const inner = extensionOf(
      Buffer.concat([item.subarray(0, start + u16(item, start) - 2), Buffer.from([start & 255, start >> 8])]),
    )
    if (inner.name !== undefined) return { name: inner.name, ...inner }
  }
  return { name: `(item of type 0x${(item[2] ?? 0).toString(16)})` }
}

/** Of a list: the path it means. */
export function shellPath(bytes: Uint8Array): string {
  const names: string[] = []
  let at = 0
  for (
    let count = 0;
    count < maxItems && u16(bytes, at) >= 4 && at + u16(bytes, at) <= bytes.length;
    count += 1
  ) {
    const item = shellItem(bytes.subarray(at))
    if (item !== undefined) names.push(item.name)
    at += u16(bytes, at)
  }
  return joined(names)
}

export function joined(names: readonly string[]): string {
  return names.reduce(
    (path, name) => (path === '' || path.endsWith('\\') ? path + name : `${path}\\${name}`),
    '',
  )
}
