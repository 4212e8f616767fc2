// The data of an OLE "Package" object, which wraps a file of any kind ([MS-OLEDS] 2.3.6 for the frame; the package
// itself is documented by the programs that write it: label, path, path of the temporary copy, bytes).

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'

interface NativeFile {
  /** The last part of the file's name; empty where there is none. */
  readonly name: string
  readonly start: number
  readonly length: number
}

/** Three names of at most 260 characters, some written with more. */
const frameBytes = 8192
const packageFlags = 2

/**
 * Where the embedded file lies in an `\x01Ole10Native` stream or in the native data of an OLE 1 object. Undefined where
 * the data is not a package: then it is the object's own, behind a length of four bytes.
 */
export function readOleNative(source: ByteSource): NativeFile | undefined {
  const view = source.read(0, frameBytes)
  if (view.length < 16 || u16(view, 4) !== packageFlags) return undefined
  const label = textAt(view, 6)
  const path = label && textAt(view, label.next)
  if (label === undefined || path === undefined) return undefined
  // Two words between: what kind of link it is.
  const pathLength = u32(view, path.next + 4)
  const lengthAt = path.next + 8 + pathLength
  if (lengthAt + 4 > view.length) return undefined
  const start = lengthAt + 4
  const name = lastPart(path.text) || lastPart(label.text)
  return { name, start, length: Math.max(0, Math.min(u32(view, lengthAt), source.size - start)) }
}

function textAt(bytes: Uint8Array, at: number): { text: string; next: number } | undefined {
  const end = bytes.indexOf(0, at)
  if (end < 0) return undefined
  return { text: Buffer.from(bytes.subarray(at, end)).toString('latin1'), next: end + 1 }
}

function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)
}
