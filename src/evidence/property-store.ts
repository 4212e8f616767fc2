// Serialized property stores ([MS-PROPSTORE] 2), as shortcuts, jump lists and shell items carry them.

import { ansi, filetime, guid, hex, u16, u32, u64, utf16 } from './fields.ts'

const version = 0x53505331
/** Properties of this format are named by text instead of a number. */
const namedFormat = 'd5cdd505-2e9c-101b-9397-08002b2cf9ae'
const maxProperties = 4096
const maxElements = 1024
/** Values of other types are shown as hexadecimal, so many bytes of them. */
const maxHexBytes = 64
const isVector = 0x1000

export interface Property {
  /** The property's canonical name where it is a well-known one, else `FORMAT/ID`. */
  readonly name: string
  readonly value: PropertyValue
}

export type PropertyValue = string | number | boolean | readonly PropertyValue[]

/** Canonical names of what shortcuts and jump lists have, by format and number (propkey.h of the Windows SDK). */
const wellKnown: ReadonlyMap<string, string> = new Map([
  ['9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3/2', 'System.AppUserModel.RelaunchCommand'],
  ['9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3/5', 'System.AppUserModel.ID'],
  ['9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3/6', 'System.AppUserModel.IsDestListSeparator'],
  ['9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3/26', 'System.AppUserModel.ToastActivatorCLSID'],
  ['28636aa6-953d-11d2-b5d6-00c04fd918d0/5', 'System.ComputerName'],
  ['28636aa6-953d-11d2-b5d6-00c04fd918d0/30', 'System.ParsingPath'],
  ['46588ae2-4cbc-4338-bbfc-139326986dce/4', 'System.VolumeOwnerSID'],
  ['446d16b1-8dad-4870-a748-402ea43d788c/100', 'System.ThumbnailCacheId'],
  ['446d16b1-8dad-4870-a748-402ea43d788c/104', 'System.VolumeId'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/4', 'System.ItemTypeText'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/10', 'System.ItemNameDisplay'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/12', 'System.Size'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/13', 'System.FileAttributes'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/14', 'System.DateModified'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/15', 'System.DateCreated'],
  ['b725f130-47ef-101a-a5f1-02608c9eebac/16', 'System.DateAccessed'],
  ['dabd30ed-0043-4789-a7f8-d013a4736622/100', 'System.ItemFolderPathDisplayNarrow'],
  ['e3e0584c-b788-4a5a-bb20-7f5a44c9acdd/6', 'System.ItemFolderPathDisplay'],
  ['f29f85e0-4ff9-1068-ab91-08002b27b3d9/2', 'System.Title'],
])

/** All properties of the storages from `start` on, as far as they are there. */
export function readPropertyStore(bytes: Uint8Array, start: number): Property[] {
  const properties: Property[] = []
  for (let at = start; at + 24 <= bytes.length && properties.length < maxProperties;) {
    const size = u32(bytes, at)
    if (size < 24 || u32(bytes, at + 4) !== version) break
    readStorage(bytes.subarray(at, at + size), properties)
    at += size
  }
  return properties
}

function readStorage(storage: Uint8Array, properties: Property[]): void {
  const format = guid(storage, 8)
  for (let at = 24; at + 9 <= storage.length && properties.length < maxProperties;) {
    const size = u32(storage, at)
    if (size < 9) return
    const item = storage.subarray(at, at + size)
    const isNamed = format === namedFormat
    const id = isNamed ? utf16(item, 9) : `${format}/${u32(item, 4)}`
    const value = readTyped(item, isNamed ? 9 + u32(item, 4) : 9)
    if (value !== undefined) properties.push({ name: wellKnown.get(id) ?? id, value })
    at += size
  }
}

function readTyped(item: Uint8Array, at: number): PropertyValue | undefined {
  if (at + 4 > item.length) return undefined
  const type = u16(item, at)
  if ((type & isVector) === 0) return readValue(item, at + 4, type).value
  const values: PropertyValue[] = []
  const count = Math.min(u32(item, at + 4), maxElements)
  for (let place = at + 8; values.length < count && place < item.length;) {
    const { value, bytes } = readValue(item, place, type & ~isVector)
    values.push(value)
    place += bytes
  }
  return values
}

interface Value {
  readonly value: PropertyValue
  /** That it takes, with padding. */
  readonly bytes: number
}

/** By the numbers of VARENUM ([MS-OLEPS] 2.15). */
function readValue(item: Uint8Array, at: number, type: number): Value {
  switch (type) {
    case 0x00:
    case 0x01:
      return { value: '', bytes: 0 }
    case 0x02:
      return { value: (u16(item, at) << 16) >> 16, bytes: 4 }
    case 0x03:
    case 0x16:
      return { value: u32(item, at) | 0, bytes: 4 }
    case 0x0b:
      return { value: u16(item, at) !== 0, bytes: 4 }
    case 0x11:
      return { value: item[at] ?? 0, bytes: 4 }
    case 0x12:
      return { value: u16(item, at), bytes: 4 }
    case 0x13:
    case 0x17:
      return { value: u32(item, at), bytes: 4 }
    case 0x14:
    case 0x15:
      return { value: u64(item, at), bytes: 8 }
    case 0x40:
      return { value: filetime(item, at) ?? '', bytes: 8 }
    case 0x48:
      return { value: guid(item, at), bytes: 16 }
    case 0x08:
    case 0x1e:
      return {
        value: type === 8 ? utf16(item, at + 4) : ansi(item, at + 4, u32(item, at)),
        bytes: padded(u32(item, at)),
      }
    case 0x1f:
      return { value: utf16(item, at + 4, u32(item, at)), bytes: padded(2 * u32(item, at)) }
    default:
      return {
        value: hex(
          item.subarray(at, at + maxHexBytes),
          0,
          Math.min(maxHexBytes, Math.max(0, item.length - at)),
        ),
        bytes: item.length,
      }
  }
}

function padded(bytes: number): number {
  return 4 + 4 * Math.ceil(bytes / 4)
}
