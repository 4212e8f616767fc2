// Writes prefetch files of all versions, and compresses them as Windows does ([MS-XCA] 2.1): every symbol with nine bits, and matches for
// runs of one byte, which is enough to use every part of the format.

import { time, u16, u32, u64, wide } from './artefact-fields.ts'

export interface PrefetchSpec {
  readonly version: 17 | 23 | 26 | 30 | 31
  /** Of versions 30 and 31: the later form. */
  readonly isLater?: boolean
  readonly executable: string
  readonly hash: number
  readonly runCount: number
  readonly runs: readonly string[]
  readonly files: readonly string[]
  readonly volume: {
    readonly path: string
    readonly created: string
    readonly serial: number
    readonly directories: readonly string[]
  }
}

export function writePrefetch(spec: PrefetchSpec): Buffer {
  const { version, isLater = false } = spec
  const infoBytes = { 17: 68, 23: 156, 26: 224, 30: isLater ? 212 : 220, 31: 212 }[version]
  const metricsAt = 84 + infoBytes
  const metricBytes = version === 17 ? 20 : 32
  const names = Buffer.concat(spec.files.map((file) => wide(`${file}\0`)))
  let nameAt = 0
  const metrics = spec.files.map((file, index) => {
    const head = version === 17 ? u32(index, 5) : u32(index, 5, 7)
    const rest = Buffer.concat([
      u32(nameAt, file.length, 2),
      version === 17 ? Buffer.alloc(0) : fileReference(index + 40),
    ])
    nameAt += 2 * file.length + 2
    return Buffer.concat([head, rest]).subarray(0, metricBytes)
  })
  const namesAt = metricsAt + metricBytes * spec.files.length
  const volumesAt = namesAt + names.length
  const volume = volumeBlock(spec)
  const info = Buffer.alloc(infoBytes)
  u32(metricsAt, spec.files.length, 0, 0, namesAt, names.length, volumesAt, 1, volume.length).copy(info)
  const runsAt = version === 17 ? 36 : 44
  for (const [index, run] of spec.runs.entries()) time(run).copy(info, runsAt + 8 * index)
  const countAt = { 17: 60, 23: 68, 26: 124, 30: isLater ? 116 : 124, 31: 116 }[version]
  u32(spec.runCount).copy(info, countAt)
  const header = Buffer.alloc(84)
  u32(version, 0x41434353, 0x11, volumesAt + volume.length).copy(header)
  wide(spec.executable.slice(0, 29)).copy(header, 16)
  u32(spec.hash).copy(header, 76)
  return Buffer.concat([header, info, ...metrics, names, volume])
}

function fileReference(entry: number): Buffer {
  return Buffer.concat([u32(entry), u16(0, 3)])
}

function volumeBlock({ version, volume }: PrefetchSpec): Buffer {
  const bytes = { 17: 40, 23: 104, 26: 104, 30: 96, 31: 96 }[version]
  const path = wide(`${volume.path}\0`)
  const references = Buffer.concat([
    u32(version === 17 ? 1 : 3, 2),
    version === 17 ? Buffer.alloc(0) : u64(0),
    u64(7, 8),
  ])
  const directories = volume.directories.map((name) => Buffer.concat([u16(name.length), wide(`${name}\0`)]))
  const referencesAt = bytes + path.length
  const directoriesAt = referencesAt + references.length
  const head = Buffer.alloc(bytes)
  u32(bytes, volume.path.length).copy(head)
  time(volume.created).copy(head, 8)
  u32(volume.serial, referencesAt, references.length, directoriesAt, volume.directories.length).copy(head, 16)
  return Buffer.concat([head, path, references, ...directories])
}

/** A MAM file. */
export function compressPrefetch(
  bytes: Uint8Array,
  options: { readonly hasChecksum?: boolean } = {},
): Buffer {
  const head = Buffer.concat([
    Buffer.from('MAM'),
    Buffer.of(options.hasChecksum === true ? 0x84 : 0x04),
    u32(bytes.length),
  ])
  return Buffer.concat([
    head,
    options.hasChecksum === true ? u32(0) : Buffer.alloc(0),
    compressXpressHuffman(bytes),
  ])
}

const blockBytes = 65_536

export function compressXpressHuffman(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += blockBytes) parts.push(block(bytes, at))
  return Buffer.concat(parts)
}

/** Words of bits lie where the decoder will read the next one, between the bytes of long lengths. */
class BitWriter {
  readonly bytes: number[] = [0, 0, 0, 0]
  readonly #words = [0, 2]
  #bits = 0
  #extra = 16

  put(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      const word = this.#words[this.#bits >> 4] ?? 0
      if (((value >> bit) & 1) === 1) {
        const place = 15 - (this.#bits & 15)
        const at = word + (place >> 3)
        this.bytes[at] = (this.bytes[at] ?? 0) | (1 << (place & 7))
      }
      this.#bits += 1
    }
    this.#extra -= count
    if (this.#extra >= 0) return
    this.#words.push(this.bytes.length)
    this.bytes.push(0, 0)
    this.#extra += 16
  }
}

function block(bytes: Uint8Array, start: number): Buffer {
  const writer = new BitWriter()
  const end = Math.min(bytes.length, start + blockBytes)
  for (let at = start; at < end;) {
    let length = 0
    const last = at > 0 ? bytes[at - 1] : undefined
    while (at + length < end && bytes[at + length] === last) length += 1
    if (length < 3) {
      writer.put(bytes[at] ?? 0, 9)
      at += 1
      continue
    }
    // Distance 1 has no bits of its own.
    const rest = length - 3
    writer.put(256 + Math.min(rest, 15), 9)
    if (rest >= 15) writer.bytes.push(Math.min(rest - 15, 255))
    if (rest >= 270) writer.bytes.push(rest & 0xff, rest >> 8)
    at += length
  }
  return Buffer.concat([Buffer.alloc(256, 0x99), Buffer.from(writer.bytes)])
}
