// Lists of shell items: the path of a thing in Windows' shell, in shortcuts, jump lists and the registry (ShellBags). What is
// inside an item Microsoft does not specify; see libyal's "Windows Shell Item format".

import { ansi, dosTime, guid, u16, u32, utf16 } from './fields.ts'
import { type Property, readPropertyStore } from './property-store.ts'

const maxItems = 1024
const maxExtensions = 32
const fileEntryExtension = 0xbeef0004
/** `CFSF`: a file entry inside an item of another class. */
const delegateSignature = 0x46534643

export type ShellItemType =
  | 'root'
  | 'volume'
  | 'file'
  | 'directory'
  | 'network'
  | 'uri'
  | 'control-panel'
  | 'property-view'
  | 'unknown'

export interface ShellItem {
  readonly type: ShellItemType
  /** The item's class byte. */
  readonly classType: number
  /** The best of the names that the item has. */
  readonly name?: string
  /** The 8.3 name of a file or directory. */
  readonly shortName?: string
  readonly localizedName?: string
  /** Class identifier of a shell folder, delegate or control panel item. */
  readonly guid?: string
  /** These three: to two seconds, UTC on NTFS. */
  readonly modified?: string
  readonly created?: string
  readonly accessed?: string
  readonly fileSize?: number
  readonly fileAttributes?: number
  readonly mftEntry?: number
  readonly mftSequence?: number
  readonly properties?: readonly Property[]
  /** Signatures of the extension blocks. */
  readonly extensions?: readonly number[]
}

type Fields = { -readonly [K in keyof Omit<ShellItem, 'type' | 'classType'>]: ShellItem[K] }

/** Folders that begin most paths. */
const folderNames: ReadonlyMap<string, string> = new Map([
  ['20d04fe0-3aea-1069-a2d8-08002b30309d', 'This PC'],
  ['450d8fba-ad25-11d0-98a8-0800361b1103', 'Documents'],
  ['59031a47-3f72-44a7-89c5-5595fe6b30ee', 'User'],
  ['645ff040-5081-101b-9f08-00aa002f954e', 'Recycle Bin'],
  ['208d2c60-3aea-1069-a2d7-08002b30309d', 'Network'],
  ['f02c1a0d-be21-4350-88b0-7367fc96ef3c', 'Network'],
  ['21ec2020-3aea-1069-a2dd-08002b30309d', 'Control Panel'],
  ['26ee0668-a00a-44d7-9371-beb064c98683', 'Control Panel'],
  ['5399e694-6ce5-4d6c-8fce-1d8870fdcba0', 'Control Panel'],
  ['031e4825-7b94-4dc3-b131-e946b44c8dd5', 'Libraries'],
  ['871c5380-42a0-1069-a2ea-08002b30309d', 'Internet Explorer'],
  ['2227a280-3aea-1069-a2de-08002b30309d', 'Printers'],
  ['4234d49b-0245-4df3-b780-3893943456e1', 'Applications'],
  ['679f85cb-0220-4080-b29b-5540cc05aab6', 'Quick access'],
  ['088e3905-0323-4b02-9826-5d99428e115f', 'Downloads'],
  ['d3162b92-9365-467a-956b-92703aca08af', 'Documents'],
  ['b4bfcc3a-db2c-424c-b029-7fe99a87c641', 'Desktop'],
  ['24ad3ad4-a569-4530-98e1-ab02f9417aa8', 'Pictures'],
  ['3dfdf296-dbec-4fb4-81d1-6a3438bcf4de', 'Music'],
  ['f86fa3ab-70d2-4fc7-9c99-fcbf05467f3a', 'Videos'],
])

export interface ShellItemList {
  readonly items: readonly ShellItem[]
  /** A size told that an item goes on behind the end. */
  readonly isCut: boolean
}

/** `bytes` is the list without its own size. */
export function readShellItems(bytes: Uint8Array): ShellItemList {
  const items: ShellItem[] = []
  for (let at = 0; at + 2 <= bytes.length && items.length < maxItems;) {
    const size = u16(bytes, at)
    if (size === 0) return { items, isCut: false }
    if (size < 3 || at + size > bytes.length) return { items, isCut: true }
    items.push(readShellItem(bytes.subarray(at, at + size)))
    at += size
  }
  return { items, isCut: false }
}

/** One item with its size in front. */
export function readShellItem(item: Uint8Array): ShellItem {
  const classType = item[2] ?? 0
  const { type, ...fields } = fieldsOf(item, classType)
  return { type, classType, ...fields, ...readExtensions(item, fields) }
}

/** The path as Explorer would show it: `This PC\C:\Windows\notepad.exe` without what stands before a drive. */
export function shellPath(items: readonly ShellItem[]): string {
  let path = ''
  for (const { type, name } of items) {
    if (name === undefined) continue
    if (type === 'volume') path = name
    else path = path === '' || path.endsWith('\\') ? path + name : `${path}\\${name}`
  }
  return path
}

function fieldsOf(item: Uint8Array, classType: number): Fields & { type: ShellItemType } {
  if (u32(item, 6) === delegateSignature) return { ...fileEntry(item, 10), ...delegateGuid(item) }
  if (classType === 0x1f || classType === 0x1e) return { type: 'root', ...folder(guid(item, 4)) }
  if (classType === 0x71) return { type: 'control-panel', ...folder(guid(item, 14)) }
  if (classType === 0x61) return { type: 'uri', ...uri(item) }
  if (classType === 0x00 && item.length > 20) return propertyView(item)
  switch (classType & 0x70) {
    case 0x20:
      if ((classType & 1) === 0) return { type: 'volume', ...folder(guid(item, 4)) }
      return { type: 'volume', name: ansi(item, 3, 20) }
    case 0x30:
      return fileEntry(item, 0)
    case 0x40:
      return { type: 'network', name: ansi(item, 5) }
    default:
      return { type: 'unknown' }
  }
}

function folder(id: string): Fields {
  return { guid: id, name: folderNames.get(id) ?? `{${id}}` }
}

/** `base`: where the inner item begins with its size. */
function fileEntry(item: Uint8Array, base: number): Fields & { type: ShellItemType } {
  const classType = item[base + 2] ?? 0
  const modified = dosTime(item, base + 8)
  const shortName = (classType & 4) === 0 ? ansi(item, base + 14) : utf16(item, base + 14)
  return {
    type: (classType & 1) === 0 && (classType & 2) !== 0 ? 'file' : 'directory',
    name: shortName,
    shortName,
    fileSize: u32(item, base + 4),
    ...(modified === undefined ? {} : { modified }),
    fileAttributes: u16(item, base + 12),
  }
}

function delegateGuid(item: Uint8Array): Pick<Fields, 'guid'> {
  const at = 10 + u16(item, 10) + 16
  return at + 16 > item.length ? {} : { guid: guid(item, at) }
}

function uri(item: Uint8Array): Fields {
  const isUnicode = ((item[3] ?? 0) & 0x80) !== 0
  const at = 8 + u16(item, 4)
  const name = isUnicode ? utf16(item, at) : ansi(item, at)
  return name === '' ? {} : { name }
}

function propertyView(item: Uint8Array): Fields & { type: ShellItemType } {
  const idBytes = u16(item, 12)
  const storeBytes = u16(item, 10)
  const properties = storeBytes > 0 ? readPropertyStore(item.subarray(0, item.length), 14 + idBytes) : []
  const path = properties.find(({ name }) => name === 'System.ParsingPath')?.value
  const shown = properties.find(({ name }) => name === 'System.ItemNameDisplay')?.value
  const name = shown ?? path
  return {
    type: 'property-view',
    ...(typeof name === 'string' ? { name } : {}),
    ...(properties.length === 0 ? {} : { properties }),
  }
}

/** The last two bytes of an item say where its first extension begins. */
function readExtensions(item: Uint8Array, fields: Fields): Fields {
  const extensions: number[] = []
  let found: Fields = {}
  for (let at = u16(item, item.length - 2); at >= 4 && extensions.length < maxExtensions;) {
    const size = u16(item, at)
    const signature = u32(item, at + 4)
    if (size < 8 || at + size > item.length || signature >>> 16 !== 0xbeef) break
    extensions.push(signature)
    if (signature === fileEntryExtension) found = fileExtension(item.subarray(at, at + size))
    at += size
  }
  if (extensions.length === 0) return {}
  const name = found.name ?? ''
  return { ...found, extensions, ...(name === '' && fields.name !== undefined ? { name: fields.name } : {}) }
}

function fileExtension(block: Uint8Array): Fields {
  const version = u16(block, 2)
  const created = dosTime(block, 8)
  const accessed = dosTime(block, 12)
  let at = 18
  const reference =
    version >= 7 ? { low: u32(block, 20), high: u16(block, 24), sequence: u16(block, 26) } : undefined
  if (version >= 7) at += 18
  const longBytes = version >= 3 ? u16(block, at) : 0
  if (version >= 3) at += 2
  if (version >= 9) at += 4
  if (version >= 8) at += 4
  const name = version >= 3 ? utf16(block, at) : ''
  at += 2 * name.length + 2
  const localized = longBytes === 0 ? '' : localizedName(block, { at, version })
  return {
    ...(name === '' ? {} : { name }),
    ...(localized === '' ? {} : { localizedName: localized }),
    ...(created === undefined ? {} : { created }),
    ...(accessed === undefined ? {} : { accessed }),
    ...(reference === undefined || (reference.low === 0 && reference.sequence === 0)
      ? {}
      : { mftEntry: reference.low + reference.high * 2 ** 32, mftSequence: reference.sequence }),
  }
}

function localizedName(block: Uint8Array, { at, version }: { at: number; version: number }): string {
  return version >= 7 ? utf16(block, at) : ansi(block, at)
}
