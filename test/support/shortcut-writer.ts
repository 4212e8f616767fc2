// Writes shortcuts with everything that they may have ([MS-SHLLINK]), and the shell items and property stores in them.

import { dosTimeOf, guidBytes, time, u16, u32, u64, wide } from './artefact-fields.ts'

export interface ShortcutSpec {
  readonly created?: string
  readonly accessed?: string
  readonly modified?: string
  readonly fileSize?: number
  readonly iconIndex?: number
  readonly items?: readonly Buffer[]
  readonly linkInfo?: Buffer
  readonly isAnsi?: boolean
  /** Name, relative path, working directory, arguments, icon location. */
  readonly texts?: readonly (string | undefined)[]
  readonly blocks?: readonly Buffer[]
}

export const linkClass = '00021401-0000-0000-c000-000000000046'

export function writeShortcut(spec: ShortcutSpec): Buffer {
  const { items, linkInfo, texts = [], blocks = [], isAnsi = false } = spec
  let flags = isAnsi ? 0 : 0x80
  if (items !== undefined) flags |= 1
  if (linkInfo !== undefined) flags |= 2
  for (const [index, text] of texts.entries()) if (text !== undefined) flags |= 4 << index
  const list = Buffer.concat([...(items ?? []), u16(0)])
  return Buffer.concat([
    u32(0x4c),
    guidBytes(linkClass),
    u32(flags, 0x20),
    time(spec.created),
    time(spec.accessed),
    time(spec.modified),
    u32(spec.fileSize ?? 0, spec.iconIndex ?? 0, 7),
    u16(0x0641),
    Buffer.alloc(10),
    items === undefined ? Buffer.alloc(0) : Buffer.concat([u16(list.length), list]),
    linkInfo ?? Buffer.alloc(0),
    ...texts
      .filter((text) => text !== undefined)
      .map((text) => Buffer.concat([u16(text.length), isAnsi ? Buffer.from(text, 'latin1') : wide(text)])),
    ...blocks,
    u32(0),
  ])
}

export function extraBlock(signature: number, content: Buffer): Buffer {
  return Buffer.concat([u32(content.length + 8, signature), content])
}

/** 260 bytes of ANSI and the same in UTF-16. */
export function pathBlock(signature: number, text: string): Buffer {
  const content = Buffer.alloc(780)
  content.write(text.replaceAll(/[^\x20-\x7e]/g, '?'), 'latin1')
  wide(text).copy(content, 260)
  return extraBlock(signature, content)
}

export function trackerBlock(
  machine: string,
  [volume, file, birthVolume, birthFile]: readonly string[],
): Buffer {
  const name = Buffer.alloc(16)
  name.write(machine)
  const ids = [volume, file, birthVolume, birthFile].map((id = '') => guidBytes(id))
  return extraBlock(0xa0000003, Buffer.concat([u32(0x58, 0), name, ...ids]))
}

export function rootItem(id: string): Buffer {
  return shellItem(0x1f, Buffer.of(0x50), guidBytes(id))
}

export function volumeItem(name: string): Buffer {
  return shellItem(0x2f, Buffer.from(name.padEnd(22, '\0')))
}

function shellItem(type: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat([Buffer.of(type), ...parts])
  return Buffer.concat([u16(content.length + 2), content])
}

export interface FileItemSpec {
  readonly type: 0x31 | 0x32 | 0x36
  readonly shortName: string
  readonly longName?: string
  readonly version?: 3 | 7 | 8 | 9
  readonly modified: string
  readonly created?: string
  readonly accessed?: string
  readonly entry?: number
  readonly sequence?: number
  readonly localized?: string
}

export function fileItem(spec: FileItemSpec): Buffer {
  const { type, shortName, longName, version = 9 } = spec
  const name = (type & 4) === 0 ? Buffer.from(`${shortName}\0`, 'latin1') : wide(`${shortName}\0`)
  const head = Buffer.concat([
    Buffer.of(0),
    u32(1234),
    dosTimeOf(spec.modified),
    u16(0x20),
    name,
    Buffer.alloc(name.length % 2),
  ])
  if (longName === undefined) return shellItem(type, head)
  const { localized = '' } = spec
  const tail = Buffer.concat([
    dosTimeOf(spec.created ?? spec.modified),
    dosTimeOf(spec.accessed ?? spec.modified),
    u16(0x2e),
    version >= 7
      ? Buffer.concat([u16(0), u32(spec.entry ?? 0), u16(0, spec.sequence ?? 0), u64(0)])
      : Buffer.alloc(0),
    u16(localized === '' ? 0 : 1),
    version >= 9 ? u32(0) : Buffer.alloc(0),
    version >= 8 ? u32(0) : Buffer.alloc(0),
    wide(`${longName}\0`),
    localizedText(localized, version),
  ])
  // Behind the item's size and class byte.
  const extensionAt = 3 + head.length
  const block = Buffer.concat([u16(tail.length + 10, version), u32(0xbeef0004), tail, u16(extensionAt)])
  return shellItem(type, head, block)
}

/** A property store with one storage a format. */
export function propertyStore(
  storages: readonly { readonly format: string; readonly values: readonly Buffer[] }[],
): Buffer {
  const parts = storages.map(({ format, values }) => {
    const content = Buffer.concat([u32(0x53505331), guidBytes(format), ...values, u32(0)])
    return Buffer.concat([u32(content.length + 4), content])
  })
  return Buffer.concat([...parts, u32(0)])
}

export function numberedProperty(id: number, type: number, value: Buffer): Buffer {
  return Buffer.concat([u32(13 + value.length, id), Buffer.of(0), u16(type, 0), value])
}

export function namedProperty(name: string, type: number, value: Buffer): Buffer {
  const text = wide(`${name}\0`)
  return Buffer.concat([
    u32(13 + text.length + value.length, text.length),
    Buffer.of(0),
    text,
    u16(type, 0),
    value,
  ])
}

export function lpwstr(text: string): Buffer {
  const bytes = wide(`${text}\0`)
  return Buffer.concat([u32(text.length + 1), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

/** LinkInfo with a volume, or with a share. */
export function volumeInfo(path: string, label: string, suffix = ''): Buffer {
  const volume = Buffer.concat([u32(20 + 2 * label.length + 2, 3, 0x0badcafe, 0x14, 20), wide(`${label}\0`)])
  const pathAt = 0x24 + volume.length
  const suffixAt = pathAt + 2 * path.length + 2
  const size = suffixAt + 2 * suffix.length + 2
  return Buffer.concat([
    u32(size, 0x24, 1, 0x24, 0, 0, 0, pathAt, suffixAt),
    volume,
    wide(`${path}\0`),
    wide(`${suffix}\0`),
  ])
}

export function networkInfo(share: string, device: string, suffix: string): Buffer {
  const link = Buffer.concat([
    u32(20 + share.length + 1 + device.length + 1, 3, 20, 20 + share.length + 1, 0x00020000),
    Buffer.from(`${share}\0${device}\0`),
  ])
  const suffixAt = 0x1c + link.length
  return Buffer.concat([
    u32(suffixAt + suffix.length + 1, 0x1c, 2, 0, 0, 0x1c, suffixAt),
    link,
    Buffer.from(`${suffix}\0`),
  ])
}

function localizedText(text: string, version: number): Buffer {
  if (text === '') return Buffer.alloc(0)
  return version >= 7 ? wide(`${text}\0`) : Buffer.from(`${text}\0`)
}
