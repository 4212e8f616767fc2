// Writes what no program of Debian writes, by the formats' specifications: cabinets with LZX and in sets, xar, chm, and
// the files of Microsoft's compress.exe.

import { createHash } from 'node:crypto'
import { deflateRawSync, deflateSync } from 'node:zlib'

export interface WrittenFile {
  readonly name: string
  readonly data: Uint8Array
}

/** Fields one after the other; numbers as [value, bytes], little-endian. */
function record(
  ...fields: readonly (Uint8Array | string | readonly [value: number, bytes: number])[]
): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      if (typeof field === 'string') return Buffer.from(field, 'latin1')
      if (field instanceof Uint8Array) return Buffer.from(field)
      const [value, bytes] = field
      const out = Buffer.alloc(bytes)
      out.writeUIntLE(value, 0, Math.min(bytes, 6))
      return out
    }),
  )
}

const dos = [
  [0x5c22, 2],
  [0x1883, 2],
] as const

interface CabPart {
  readonly files: readonly {
    readonly name: string
    readonly size: number
    readonly offset: number
    readonly folder: number
  }[]
  readonly blocks: readonly { readonly packed: Uint8Array; readonly size: number }[]
  readonly method: number
  readonly previous?: string
  readonly next?: string
  readonly index?: number
}

/** One cabinet with one folder ([MS-CAB] 2). Checksums of blocks are left out (0). */
function cabOf({ files, blocks, method, previous, next, index = 0 }: CabPart): Buffer {
  const names = record(
    ...(previous === undefined ? [] : [`${previous}\0`, '\0']),
    ...(next === undefined ? [] : [`${next}\0`, '\0']),
  )
  const entries = record(
    ...files.map(({ name, size, offset, folder }) =>
      record([size, 4], [offset, 4], [folder, 2], ...dos, [0x20, 2], `${name}\0`),
    ),
  )
  const filesAt = 36 + names.length + 8
  const dataAt = filesAt + entries.length
  const data = record(
    ...blocks.map(({ packed, size }) => record([0, 4], [packed.length, 2], [size, 2], packed)),
  )
  const flags = (previous === undefined ? 0 : 1) | (next === undefined ? 0 : 2)
  const header = record(
    'MSCF',
    [0, 4],
    [dataAt + data.length, 4],
    [0, 4],
    [filesAt, 4],
    [0, 4],
    [3, 1],
    [1, 1],
    [1, 2],
    [files.length, 2],
    [flags, 2],
    [4711, 2],
    [index, 2],
  )
  return record(header, names, [dataAt, 4], [blocks.length, 2], [method, 2], entries, data)
}

/** LZX with a window of 32 KiB ([MS-PATCH]): no E8 translation, then one uncompressed block. */
export function lzxCabOf(name: string, data: Uint8Array): Uint8Array {
  // 16-bit words, the highest bit first: 0, block type 3 (3 bits), the size (24 bits), then padding to a word.
  const bits = `0${(3).toString(2).padStart(3, '0')}${data.length.toString(2).padStart(24, '0')}`.padEnd(
    32,
    '0',
  )
  const words = [bits.slice(0, 16), bits.slice(16)].map((word) => [Number.parseInt(word, 2), 2] as const)
  const odd = data.length % 2 === 1 ? '\0' : ''
  const packed = record(...words, [1, 4], [1, 4], [1, 4], data, odd)
  const files = [{ name, size: data.length, offset: 0, folder: 0 }]
  return new Uint8Array(cabOf({ files, blocks: [{ packed, size: data.length }], method: 3 | (15 << 8) }))
}

/** Two cabinets; the last file begins in the first and ends in the second. */
export function cabSetOf(files: readonly [WrittenFile, WrittenFile]): [Uint8Array, Uint8Array] {
  const [whole, split] = files
  const half = split.data.length >> 1
  const entry = { name: split.name, size: split.data.length, offset: whole.data.length }
  const begin = record(whole.data, split.data.subarray(0, half))
  const first = cabOf({
    files: [
      { name: whole.name, size: whole.data.length, offset: 0, folder: 0 },
      { ...entry, folder: 0xfffe },
    ],
    blocks: [
      { packed: whole.data, size: whole.data.length },
      { packed: begin.subarray(whole.data.length), size: 0 },
    ],
    method: 0,
    next: 'next.cab',
  })
  const second = cabOf({
    files: [{ ...entry, folder: 0xfffd }],
    blocks: [{ packed: split.data.subarray(half), size: split.data.length }],
    method: 0,
    previous: 'first.cab',
    index: 1,
  })
  return [new Uint8Array(first), new Uint8Array(second)]
}

function be(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes)
  out.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(bytes, 6))
  return out
}

/** A header, a table of contents in XML (zlib), a heap: the checksum of the table, then the files (zlib). */
export function xarOf(files: readonly WrittenFile[]): Uint8Array {
  const sha1 = (data: Uint8Array): string => createHash('sha1').update(data).digest('hex')
  let offset = 20
  const packed = files.map(({ data }) => deflateSync(data))
  const entries = files.map(({ name, data }, index) => {
    const stored = packed[index] ?? Buffer.alloc(0)
    const at = offset
    offset += stored.length
    return `<file id="${index + 1}"><name>${name}</name><type>file</type><mode>0644</mode><data>
<length>${stored.length}</length><offset>${at}</offset><size>${data.length}</size>
<encoding style="application/x-gzip"/>
<extracted-checksum style="sha1">${sha1(data)}</extracted-checksum>
<archived-checksum style="sha1">${sha1(stored)}</archived-checksum></data></file>`
  })
  const toc = `<?xml version="1.0" encoding="UTF-8"?>
<xar><toc><checksum style="sha1"><size>20</size><offset>0</offset></checksum>${entries.join('\n')}</toc></xar>`
  const packedToc = deflateSync(toc)
  const header = record('xar!', be(28, 2), be(1, 2), be(packedToc.length, 8), be(toc.length, 8), be(1, 4))
  const checksum = createHash('sha1').update(packedToc).digest()
  return new Uint8Array(record(header, packedToc, checksum, ...packed))
}

const chunkBytes = 4096

/** A number in ENCINT: seven bits a byte, the highest first. */
function encint(value: number): Buffer {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return Buffer.from(bytes)
}

/** One listing chunk; all files in section 0, which is not compressed. */
export function chmOf(files: readonly WrittenFile[]): Uint8Array {
  let at = 0
  // The list of sections: how many words it has, how many names, each with its length.
  const section0 = Buffer.from('Uncompressed\0', 'utf16le')
  const nameList = record([(6 + section0.length) / 2, 2], [1, 2], [section0.length / 2 - 1, 2], section0)
  const all = [
    ...files.map(({ name, data }) => ({ name: `/${name}`, data })),
    { name: '::DataSpace/NameList', data: nameList },
  ]
  const entries = all
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, data }) => {
      const path = Buffer.from(name)
      const entry = record(encint(path.length), path, encint(0), encint(at), encint(data.length))
      at += data.length
      return { entry, data }
    })
  const listing = record(...entries.map(({ entry }) => entry))
  const free = chunkBytes - 20 - listing.length
  const chunk = record(
    'PMGL',
    [free, 4],
    [0, 4],
    [0xffffffff, 4],
    [0xffffffff, 4],
    listing,
    Buffer.alloc(free - 2),
    [entries.length, 2],
  )
  const headerBytes = 0x60
  const sizes = 0x18
  const contentAt = headerBytes + sizes + 0x54 + chunkBytes
  const directory = record(
    'ITSP',
    [1, 4],
    [0x54, 4],
    [0x0a, 4],
    [chunkBytes, 4],
    [2, 4],
    [1, 4],
    [0xffffffff, 4],
    [0, 4],
    [0, 4],
    [0xffffffff, 4],
    [1, 4],
    [0x409, 4],
    Buffer.from('6a92025d2e21d0119df900a0c922e6ec', 'hex'),
    [0x54, 4],
    Buffer.alloc(12, 0xff),
    chunk,
  )
  const header = record(
    'ITSF',
    [3, 4],
    [headerBytes, 4],
    [1, 4],
    [0, 4],
    [0x409, 4],
    Buffer.from('10fd017caa7bd0119e0c00a0c922e6ec', 'hex'),
    Buffer.from('11fd017caa7bd0119e0c00a0c922e6ec', 'hex'),
    [headerBytes, 8],
    [sizes, 8],
    [headerBytes + sizes, 8],
    [directory.length, 8],
    [contentAt, 8],
  )
  const section = record([0x1fe, 4], [0, 4], [contentAt + at, 8], [0, 8])
  return new Uint8Array(record(header, section, directory, ...entries.map(({ data }) => data)))
}

const windowBytes = 4096
const longestMatch = 18

/** Greedy LZSS: eight flags (1: a byte), then bytes or places in the window with lengths. */
function lzssOf(data: Uint8Array, windowAt: number): Buffer {
  const out: number[] = []
  let group: number[] = []
  let flags = 0
  let flagCount = 0
  const flush = (): void => {
    if (flagCount > 0) out.push(flags, ...group)
    group = []
    flags = 0
    flagCount = 0
  }
  for (let at = 0; at < data.length;) {
    let best = { length: 0, from: 0 }
    for (let from = Math.max(0, at - 2000); from < at; from++) {
      let length = 0
      while (length < longestMatch && at + length < data.length && data[from + length] === data[at + length])
        length++
      if (length > best.length) best = { length, from }
    }
    if (best.length >= 3) {
      const place = (windowAt + best.from) % windowBytes
      group.push(place & 0xff, ((place >> 4) & 0xf0) | (best.length - 3))
      at += best.length
    } else {
      flags |= 1 << flagCount
      group.push(data[at++] ?? 0)
    }
    if (++flagCount === 8) flush()
  }
  flush()
  return Buffer.from(out)
}

/** SZDD (data at 14) or QBasic's SZ (data at 12). */
export function szddOf(data: Uint8Array, lastLetter: string, dataAt: 12 | 14): Uint8Array {
  const isQBasic = dataAt === 12
  const header = isQBasic
    ? record('SZ \x88\xf0\x27\x33\xd1', [data.length, 4])
    : record('SZDD\x88\xf0\x27\x33A', lastLetter, [data.length, 4])
  return new Uint8Array(record(header, lzssOf(data, isQBasic ? windowBytes - 18 : windowBytes - 16)))
}

const kwajMethods = { plain: 0, inverted: 1, lzss: 2, lzh: 3, mszip: 4 } as const

/** With its length and the name EICAR.COM. */
export function kwajOf(data: Uint8Array, method: keyof typeof kwajMethods): Uint8Array {
  const name = 'EICAR\0COM\0'
  const dataAt = 14 + 4 + name.length
  const header = record(
    'KWAJ\x88\xf0\x27\xd1',
    [kwajMethods[method], 2],
    [dataAt, 2],
    [1 | 8 | 16, 2],
    [data.length, 4],
    name,
  )
  const deflated = record('CK', deflateRawSync(data))
  const packed = {
    plain: data,
    inverted: data.map((byte) => byte ^ 0xff),
    lzss: lzssOf(data, windowBytes - 18),
    lzh: data,
    mszip: record([deflated.length, 2], deflated),
  }
  return new Uint8Array(record(header, packed[method]))
}
