// Writes VBA projects ([MS-OVBA]): the compression, the `dir` stream, module streams.

import type { CfbNode } from './cfb-writer.ts'

const chunkBytes = 4096

/** A compressed container with copy tokens ([MS-OVBA] 2.4.1.3.6). */
export function compressVba(data: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Uint8Array.of(1)]
  for (let at = 0; at < data.length; at += chunkBytes) {
    const chunk = compressChunk(data.subarray(at, at + chunkBytes))
    const header = Buffer.alloc(2)
    header.writeUInt16LE(0xb000 | (chunk.length + 2 - 3))
    parts.push(header, chunk)
  }
  return Buffer.concat(parts)
}

function compressChunk(chunk: Uint8Array): Buffer {
  const out: number[] = []
  for (let at = 0; at < chunk.length;) {
    const flagsAt = out.push(0) - 1
    for (let bit = 0; bit < 8 && at < chunk.length; bit++) {
      const offsetBits = Math.max(4, Math.ceil(Math.log2(at)))
      const longest = 2 ** (16 - offsetBits) + 2
      const match = longestMatch(chunk, at, longest)
      if (match.length < 3) {
        out.push(chunk[at++] ?? 0)
        continue
      }
      out[flagsAt] = (out[flagsAt] ?? 0) | (1 << bit)
      const token = ((match.distance - 1) << (16 - offsetBits)) | (match.length - 3)
      out.push(token & 0xff, token >> 8)
      at += match.length
    }
  }
  return Buffer.from(out)
}

function longestMatch(chunk: Uint8Array, at: number, longest: number): { distance: number; length: number } {
  let best = { distance: 0, length: 0 }
  for (let from = at - 1; from >= 0; from--) {
    let length = 0
    while (length < longest && at + length < chunk.length && chunk[from + length] === chunk[at + length])
      length++
    if (length > best.length) best = { distance: at - from, length }
  }
  return best
}

export interface ModuleToWrite {
  readonly name: string
  readonly source: string
  readonly isClass?: boolean
  /** Stands before the source. */
  readonly compiled?: Uint8Array
}

export interface ProjectToWrite {
  readonly modules: readonly ModuleToWrite[]
  readonly codePage?: number
  /** In `_VBA_PROJECT`. */
  readonly names?: readonly string[]
}

function record(id: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(6)
  head.writeUInt16LE(id)
  head.writeUInt32LE(data.length, 2)
  return Buffer.concat([head, data])
}

function u16(value: number): Buffer {
  const out = Buffer.alloc(2)
  out.writeUInt16LE(value)
  return out
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')

function vbaDirStream({ modules, codePage = 1252 }: ProjectToWrite): Buffer {
  const version = Buffer.concat([u16(0x0009), u32(4), u32(0x5f1b1c2d), u16(3)])
  return Buffer.concat([
    record(0x0001, u32(1)),
    record(0x0002, u32(0x409)),
    record(0x0014, u32(0x409)),
    record(0x0003, u16(codePage)),
    record(0x0004, latin('VBAProject')),
    record(0x0007, u32(0)),
    record(0x0008, u32(0)),
    version,
    record(0x000f, u16(modules.length)),
    record(0x0013, u16(0xffff)),
    ...modules.map(moduleRecords),
    record(0x0010, Buffer.alloc(0)),
  ])
}

function moduleRecords({ name, compiled, isClass }: ModuleToWrite): Buffer {
  return Buffer.concat([
    record(0x0019, latin(name)),
    record(0x0047, wide(name)),
    record(0x001a, latin(name)),
    record(0x0032, wide(name)),
    record(0x001c, Buffer.alloc(0)),
    record(0x0048, Buffer.alloc(0)),
    record(0x0031, u32(compiled?.length ?? 0)),
    record(0x001e, u32(0)),
    record(0x002c, u16(0xffff)),
    record(isClass === true ? 0x0022 : 0x0021, Buffer.alloc(0)),
    record(0x002b, Buffer.alloc(0)),
  ])
}

/** The storage `VBA`. */
export function vbaStorage(project: ProjectToWrite): CfbNode {
  const modules = project.modules.map(({ name, source, compiled }) => ({
    name,
    data: Buffer.concat([compiled ?? Buffer.alloc(0), compressVba(latin(source))]),
  }))
  const names = (project.names ?? []).map((name) =>
    Buffer.concat([Buffer.of(name.length, 0), latin(name), u32(0)]),
  )
  return {
    name: 'VBA',
    children: [
      { name: 'dir', data: compressVba(vbaDirStream(project)) },
      { name: '_VBA_PROJECT', data: Buffer.concat([Buffer.from('cc61ffff000000', 'hex'), ...names]) },
      ...modules,
    ],
  }
}
