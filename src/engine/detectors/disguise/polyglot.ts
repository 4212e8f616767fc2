// Pictures and documents that are something else as well: a head that passes for a picture, and a script, a Java archive or a
// program behind it.

import { u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ScanObject } from '../../scan-object.ts'
import { indexOfBytes } from '../../source/search.ts'
import type { Disguise } from './names.ts'

const technique = 'T1027.009'
/** How far into a picture a program is looked for. */
const maxLooked = 1024 * 1024
const tailBytes = 4096
const dosStub = Buffer.from('This program cannot be run in DOS mode')
const classFile = /META-INF\/MANIFEST\.MF|\.class\b/
const endOfDirectory = 'PK\u0005\u0006'

export function polyglotOf(object: ScanObject, budget: Budget): Disguise | undefined {
  const kind = pictureOf(object.head)
  if (kind !== undefined) return inPicture(object, kind, budget)
  return inFrontOfDocument(object.head)
}

function pictureOf(head: Uint8Array): string | undefined {
  if (head.length < 12) return undefined
  const magic = u32(head, 0)
  if (magic === 0x38464947) return 'GIF'
  if (magic === 0x474e5089) return 'PNG'
  if ((magic & 0xffffff) === 0xffd8ff) return 'JPEG'
  // The size of a bitmap and four bytes of zero, or a comment that a script begins with.
  if ((magic & 0xffff) !== 0x4d42) return undefined
  return u32(head, 6) === 0 || magic >>> 16 === 0x2a2f ? 'BMP' : undefined
}

function inPicture({ head, source }: ScanObject, kind: string, budget: Budget): Disguise | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  const script = /^(?:GIF8[79]a|BM)[^]{0,4}?(?:\/\*|=\s{0,3}["'\d(])/.test(start)
  if (script && /\*\/\s{0,9}=|\*\/\s{0,9}[;=]|^GIF8[79]a\s{0,3}=/.test(start)) {
    return polyglot(76, `a ${kind} picture that is a script as well`)
  }
  if (/<script\b[\s>]/i.test(start) && !/<svg\b/i.test(start)) {
    return polyglot(66, `a ${kind} picture that holds a script for browsers in its head`)
  }
  const size = source.size
  const tail = Buffer.from(source.read(Math.max(0, size - tailBytes), tailBytes)).toString('latin1')
  if (tail.includes(endOfDirectory) && classFile.test(tail)) {
    return polyglot(74, `a ${kind} picture that is a Java archive as well`)
  }
  const stub = indexOfBytes(source, dosStub, { from: 0, to: Math.min(size, maxLooked) }, budget)
  if (stub < 0) return undefined
  return isProgramAround(source.read(Math.max(0, stub - 0x4e), 64))
    ? polyglot(76, `a ${kind} picture that carries a program of Windows`)
    : undefined
}

/** Compilers put the sentence at 0x4e. */
function isProgramAround(bytes: Uint8Array): boolean {
  return bytes[0] === 0x4d && bytes[1] === 0x5a
}

function inFrontOfDocument(head: Uint8Array): Disguise | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString('latin1')
  const at = start.indexOf('%PDF-1.')
  if (at <= 0) return undefined
  const before = start.slice(0, at)
  if (before.startsWith('MZ')) return polyglot(84, 'a program of Windows that is a PDF document as well')
  return /<script\b|<hta:/i.test(before)
    ? polyglot(78, 'a PDF document that begins as a page with a script')
    : undefined
}

function polyglot(score: number, sentence: string): Disguise {
  return { name: 'Polyglot', score, sentence: `it is ${sentence}`, technique }
}
