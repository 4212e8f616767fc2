// The header of an object in the format of OLE 1.0 ([MS-OLEDS] 2.2), which is how RTF holds objects, and of a package
// of the Object Packager in it.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'

export interface Ole1Object {
  readonly className: string
  readonly isLinked: boolean
  /** Of a linked object: the file. */
  readonly topic: string
  /** Offset of the native data; of a linked object: behind its header. */
  readonly start: number
  /** As it says. */
  readonly size: number
}

export interface Package {
  readonly name: string
  readonly start: number
  readonly size: number
}

const formatLinked = 1
const formatEmbedded = 2
/** Names of classes, files and items are shorter. */
const maxNameBytes = 1024
const headBytes = 8 + 4 * (4 + maxNameBytes)
const packageSignature = 2
const packageEmbedded = 3

/** Undefined: there is no such header. */
export function readOle1(source: ByteSource): Ole1Object | undefined {
  const head = source.read(0, headBytes).slice()
  const format = u32(head, 4)
  if (head.length < 24 || (format !== formatLinked && format !== formatEmbedded)) return undefined
  const texts: string[] = []
  let at = 8
  for (let i = 0; i < 3; i++) {
    const length = u32(head, at)
    if (length > maxNameBytes || at + 4 + length > head.length) return undefined
    texts.push(cText(head.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  const [className = '', topic = ''] = texts
  if (className === '') return undefined
  if (format === formatLinked) return { className, isLinked: true, topic, start: at, size: 0 }
  return at + 4 > head.length
    ? undefined
    : { className, isLinked: false, topic: '', start: at + 4, size: u32(head, at) }
}

function cText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('latin1')
}

/** The file in a package's native data, from `start` on. */
export function readPackage(source: ByteSource, start: number): Package | undefined {
  const head = source.read(start, headBytes).slice()
  if (u16(head, 0) !== packageSignature) return undefined
  const label = cText(head.subarray(2))
  let at = 2 + label.length + 1
  const path = cText(head.subarray(at))
  at += path.length + 1
  if (u16(head, at + 2) !== packageEmbedded) return undefined
  const pathBytes = u32(head, at + 4)
  at += 8 + pathBytes
  if (pathBytes > maxNameBytes || at + 4 > head.length) return undefined
  const name = label === '' ? (path.split(/[\\/]/).at(-1) ?? '') : label
  return { name: name === '' ? 'package' : name, start: start + at + 4, size: u32(head, at) }
}
