// The target of a shortcut as a list of shell items ([MS-SHLLINK] 2.2). What is inside an item is not specified by
// Microsoft; see https://github.com/libyal/libfwsi, "Windows Shell Item format".

import { u16 } from '../../codecs/little-endian.ts'
import { guidText } from '../dotnet/index.ts'
import { bytesStringToNul, utf16String } from './strings.ts'

const controlPanelCpl = 0x00
const rootFolder = 0x1f
const rootFolderOther = 0x1e
const volume = 0x20
const fileEntry = 0x30
const networkLocation = 0x40

/** An item's own size and the class byte behind it. */
const headerBytes = 3
const volumeHasName = 0x01
const fileIsUnicode = 0x04
const guidBytes = 16
const cplBytesAt = 9
const cplUtf16At = 21
const volumeNameBytes = 20
const fileNameAt = 11
const locationAt = 2

export interface ShellItem {
  /** The class byte, or what a range of them stands for: 0x20, 0x30, 0x40. */
  readonly type: number
  /** What follows the class byte. */
  readonly data: Uint8Array
  readonly cplFilePath?: string
  readonly rootFolderId?: string
  readonly volumeName?: string
  readonly volumeId?: string
  readonly fileEntryName?: string
  readonly networkLocation?: string
}

/** The items of the list at `start`, as far as they are there; `end` is undefined when the list is cut off. */
export function readShellItems(
  bytes: Uint8Array,
  start: number,
): { items: readonly ShellItem[]; end: number | undefined } {
  const items: ShellItem[] = []
  if (start + 2 > bytes.length) return { items, end: undefined }
  const listEnd = start + 2 + u16(bytes, start)
  const end = Math.min(listEnd, bytes.length)
  let at = start + 2
  while (at + 2 <= end) {
    const size = u16(bytes, at)
    if (size === 0) break
    const itemEnd = Math.min(at + size, end)
    if (itemEnd - at >= headerBytes)
      items.push(readItem(bytes[at + 2]!, bytes.subarray(at + headerBytes, itemEnd)))
    at += Math.max(size, 2)
  }
  return { items, end: listEnd > end ? undefined : listEnd }
}

function readItem(indicator: number, data: Uint8Array): ShellItem {
  const type = typeOf(indicator)
  return { type, data, ...fieldsOf(type, indicator, data) }
}

function fieldsOf(type: number, indicator: number, data: Uint8Array): Omit<ShellItem, 'type' | 'data'> {
  switch (type) {
    case controlPanelCpl:
      return cplFields(data)
    case rootFolder:
      return data.length < 1 + guidBytes ? {} : { rootFolderId: guidText(data, 1) }
    case volume:
      return volumeFields(indicator, data)
    case fileEntry:
      return data.length < fileNameAt ? {} : { fileEntryName: fileName(indicator, data.subarray(fileNameAt)) }
    case networkLocation:
      return data.length < locationAt ? {} : { networkLocation: bytesStringToNul(data.subarray(locationAt)) }
    default:
      return {}
  }
}

function typeOf(indicator: number): number {
  if (indicator === rootFolderOther) return rootFolder
  const range = indicator & 0x70
  return range === volume || range === fileEntry || range === networkLocation ? range : indicator
}

/** There are two forms: one has bytes where the other has zeros and, further on, UTF-16. */
function cplFields(data: Uint8Array): Pick<ShellItem, 'cplFilePath'> {
  if (data.length > cplBytesAt && data[cplBytesAt] !== 0) {
    return { cplFilePath: bytesStringToNul(data.subarray(cplBytesAt)) }
  }
  return data.length < cplUtf16At ? {} : { cplFilePath: utf16String(data.subarray(cplUtf16At)) }
}

function volumeFields(indicator: number, data: Uint8Array): Pick<ShellItem, 'volumeName' | 'volumeId'> {
  if ((indicator & volumeHasName) === 0)
    return data.length < 1 + guidBytes ? {} : { volumeId: guidText(data, 1) }
  return data.length < volumeNameBytes
    ? {}
    : { volumeName: bytesStringToNul(data.subarray(0, volumeNameBytes)) }
}

function fileName(indicator: number, name: Uint8Array): string {
  return (indicator & fileIsUnicode) === 0 ? bytesStringToNul(name) : utf16String(name)
}
