// Writes HWP 5 and HWP 3.0 documents by Hancom's specifications (src/engine/formats/hwp/format.md).

import { createCipheriv, createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'

import { cfbOf } from './cfb-writer.ts'

export interface HwpBinData {
  /** `BIN0001.jpg`. */
  readonly name: string
  readonly data: Uint8Array | string
  /** 0 as the document, 1 always, 2 never. */
  readonly mode?: 0 | 1 | 2
  /** In place of the stream made from the data. */
  readonly stream?: Uint8Array
}

export interface HwpDocument {
  /** 0x1 compressed (the default), 0x2 password, 0x4 distribution, 0x10 DRM. */
  readonly flags?: number
  readonly text?: string
  readonly script?: readonly string[]
  readonly binData?: readonly HwpBinData[]
  /** Text of ViewText, encrypted as in a document for distribution. */
  readonly viewText?: string
  /** In place of the stream of the body. */
  readonly bodyStream?: Uint8Array
}

const tagBinData = 0x12
const tagDistribution = 0x1c
const tagText = 0x43

export function hwpOf(document: HwpDocument): Uint8Array {
  const flags = document.flags ?? 1
  const packed = (bytes: Uint8Array): Uint8Array => ((flags & 1) === 0 ? bytes : deflateRawSync(bytes))
  const header = Buffer.alloc(256)
  header.write('HWP Document File', 0, 'latin1')
  header.writeUInt32LE(0x05010001, 32)
  header.writeUInt32LE(flags, 36)
  const body = Buffer.concat([
    record(0x42, Buffer.alloc(22)),
    record(tagText, utf16(document.text ?? 'text')),
  ])
  const binData = document.binData ?? []
  const docInfo = Buffer.concat([record(0x10, Buffer.alloc(26)), ...binData.map(binDataRecord)])
  const script = scriptOf(document.script ?? ['', 'var Documents = XHwpDocuments;', '', ''])
  const hide = (bytes: Uint8Array): Uint8Array =>
    (flags & 4) === 0 ? packed(bytes) : distributed(packed(bytes))
  const view = document.viewText
  return cfbOf([
    { name: 'FileHeader', data: header },
    { name: 'DocInfo', data: packed(docInfo) },
    { name: 'BodyText', children: [{ name: 'Section0', data: document.bodyStream ?? packed(body) }] },
    ...(view === undefined
      ? []
      : [{ name: 'ViewText', children: [{ name: 'Section0', data: hide(utf16(view)) }] }]),
    { name: 'Scripts', children: [{ name: 'DefaultJScript', data: hide(script) }] },
    ...(binData.length === 0
      ? []
      : [
          {
            name: 'BinData',
            children: binData.map((item) => ({ name: item.name, data: streamOf(item, flags) })),
          },
        ]),
    { name: 'PrvText', data: utf16('preview') },
  ])
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

function record(tag: number, data: Uint8Array): Buffer {
  const isLong = data.length >= 0xfff
  const head = Buffer.alloc(isLong ? 8 : 4)
  head.writeUInt32LE(((isLong ? 0xfff : data.length) * 2 ** 20 + tag) >>> 0, 0)
  if (isLong) head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data])
}

function binDataRecord({ name, mode = 0 }: HwpBinData): Buffer {
  const extension = name.slice(8)
  const data = Buffer.alloc(6)
  data.writeUInt16LE(1 | (mode << 4), 0)
  data.writeUInt16LE(Number.parseInt(name.slice(3, 7), 16), 2)
  data.writeUInt16LE(extension.length, 4)
  return record(tagBinData, Buffer.concat([data, utf16(extension)]))
}

function streamOf({ data, mode = 0, stream }: HwpBinData, flags: number): Uint8Array {
  if (stream !== undefined) return stream
  const bytes = Buffer.from(data as string)
  return mode === 1 || (mode === 0 && (flags & 1) !== 0) ? deflateRawSync(bytes) : bytes
}

function scriptOf(parts: readonly string[]): Buffer {
  const texts = parts.map((part) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(part.length)
    return Buffer.concat([length, utf16(part)])
  })
  return Buffer.concat([...texts, Buffer.from('ffffffff', 'hex')])
}

/** Behind a record of 256 bytes that hides the key: half of the hexadecimal SHA-1 of a password, as UTF-16. */
function distributed(plain: Uint8Array): Buffer {
  const digest = utf16(createHash('sha1').update('12345').digest('hex').toUpperCase())
  const seed = 0x1234_5675
  const shown = Buffer.alloc(256, 0x77)
  shown.writeUInt32LE(seed, 0)
  digest.copy(shown, 4 + (seed & 15))
  let state = BigInt(seed)
  const next = (): number => {
    state = (state * 214_013n + 2_531_011n) & 0xffffffffn
    return Number((state >> 16n) & 0x7fffn)
  }
  const masks: number[] = []
  while (masks.length < 256) {
    const mask = next() & 0xff
    const run = (next() & 15) + 1
    for (let i = 0; i < run; i++) masks.push(mask)
  }
  const masked = shown.map((byte, i) => (i < 4 ? byte : byte ^ (masks[i] ?? 0)))
  const cipher = createCipheriv('aes-128-ecb', digest.subarray(0, 16), null)
  cipher.setAutoPadding(false)
  const padded = Buffer.concat([plain, Buffer.alloc((16 - (plain.length % 16)) % 16)])
  return Buffer.concat([record(tagDistribution, masked), cipher.update(padded)])
}

export interface Hwp3Options {
  readonly isLocked?: boolean
  readonly isStored?: boolean
  readonly body?: Uint8Array
}

export function hwp3Of(text: string, { isLocked = false, isStored = false, body }: Hwp3Options = {}): Buffer {
  const head = Buffer.alloc(30 + 128 + 1008 + 6)
  head.write('HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05', 0, 'latin1')
  head.writeUInt16LE(isLocked ? 1 : 0, 30 + 96)
  head[30 + 124] = isStored ? 0 : 1
  head.writeUInt16LE(6, 30 + 126)
  return Buffer.concat([head, body ?? (isStored ? Buffer.from(text) : deflateRawSync(text))])
}
