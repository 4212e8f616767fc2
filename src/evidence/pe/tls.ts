// The TLS directory (Microsoft PE Format, ".tls Section"): callbacks run before the entry point, which is where debuggers
// and people begin to look.

import type { Pe } from '../../engine/index.ts'
import { directoryIndex, directoryOffset, hex } from './view.ts'

const maxCallbacks = 64

export interface Tls {
  /** RVAs, hexadecimal. */
  readonly callbacks: readonly string[]
  readonly dataSize: number
}

export function readTls(pe: Pe): Tls | undefined {
  const directory = directoryOffset(pe, directoryIndex.tls)
  const { bytes, headers } = pe
  if (directory === undefined || headers.optional === undefined) return undefined
  const is64 = headers.optional.isPe32Plus
  const word = is64 ? 8 : 4
  const { offset } = directory
  if (offset + 4 * word + 8 > bytes.length) return undefined
  const read = (at: number): bigint => (is64 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUInt32LE(at)))
  const { imageBase } = headers.optional
  const dataSize = Number(read(offset + word) - read(offset))
  const callbacks: string[] = []
  const table = toOffset(pe, read(offset + 3 * word) - imageBase)
  if (table !== undefined) {
    for (let at = table; at + word <= bytes.length && callbacks.length < maxCallbacks; at += word) {
      const address = read(at)
      if (address === 0n) break
      callbacks.push(hex(address - imageBase < 0n ? address : address - imageBase))
    }
  }
  return { callbacks, dataSize: Math.max(0, dataSize) }
}

function toOffset(pe: Pe, rva: bigint): number | undefined {
  return rva <= 0n || rva > 0xffffffffn ? undefined : pe.offsetOfRva(Number(rva))
}
