// Which objects are searched: programs, pictures, sound, documents of no known structure, and whatever begins with nothing
// that is known. What another format opens explains its own bytes and is left to it.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ScanObject } from '../../scan-object.ts'
import { textKindOf } from '../../text-kind.ts'

/** `script`: a text that a program reads line by line. `media`: has no business holding a script. */
export type Host = 'script' | 'media' | 'other'

/**
 * Beginnings of what other formats open, by the first four bytes, little-endian: those that are told from more than these
 * bytes, and are not searched where the rest is damaged.
 */
const explained = new Set(
  [
    'PK\x07\x08', 'Rar!', '7z\xbc\xaf', 'MSCF', '!<ar', '0707', 'EGGA', 'xar!', 'ITSF', 'BZh1', 'BZh2', 'BZh3', 'BZh4', 'BZh5',
    'BZh6', 'BZh7', 'BZh8', 'BZh9', '\xfd7zX', 'LZIP', 'SZDD', 'KWAJ', 'hsqs', 'sqsh', 'MSWI', 'conn', 'cone', 'vhdx', 'KDMV',
    'QFI\xfb', '\xd0\xcf\x11\xe0', 'Cr24', 'dex\n', '\xca\xfe\xba\xbe', '\xbe\xba\xfe\xca', '\xca\xfe\xba\xbf', '\x45\x3d\xcd\x28',
    'koly', 'SQLi', '\xa3HK\xbe',
  ].map((text) => Buffer.from(text, 'latin1').readUInt32LE()),
) // prettier-ignore
/** The same by two bytes: gzip, compress, arj, cpio of both byte orders. */
const explainedPairs = new Set([0x8b1f, 0x9d1f, 0xa01f, 0xea60, 0x71c7, 0xc771])

/** Pictures and sound: GIF, PNG, JPEG, TIFF, RIFF, MP3, Ogg, FLAC, ICO, PSD, Flash. */
const media = new Set(
  [
    'GIF8',
    '\x89PNG',
    '\xff\xd8\xff\xe0',
    '\xff\xd8\xff\xe1',
    '\xff\xd8\xff\xdb',
    '\xff\xd8\xff\xee',
    '\xff\xd8\xff\xfe',
    'II*\0',
    'MM\0*',
    'RIFF',
    'OggS',
    'fLaC',
    '\0\0\x01\0',
    '8BPS',
  ].map((text) => Buffer.from(text, 'latin1').readUInt32LE()),
)
const textTail = 4096

/** Undefined: not searched. `isOpened`: another format explains all of its bytes. */
export function hostOf(object: ScanObject, isOpened: boolean): Host | undefined {
  const { head } = object
  if (head.length < 64) return isMedia(head) ? 'media' : undefined
  if (explained.has(u32(head, 0)) || explainedPairs.has(u16(head, 0))) return undefined
  if (isMedia(head)) return 'media'
  if (u16(head, 0) === 0x2123) return 'script'
  if (isOpened || isInside(head)) return undefined
  if (textKindOf(object) === undefined) return 'other'
  return hasBinaryTail(object) ? 'other' : undefined
}

function isMedia(head: Uint8Array): boolean {
  const first = u32(head, 0)
  if (media.has(first) || (first & 0xffffff) === 0x334449 || (first & 0xffff) === 0x4d42) return true
  // ISO base media: `ftyp` behind the box's length.
  return u32(head, 4) === 0x70797466
}

/** Signatures that do not stand at the beginning: tar, lzh, ace, boot sectors, GPT, ext, NSIS, SIS. */
function isInside(head: Uint8Array): boolean {
  if (u32(head, 257) === 0x61747375 || u32(head, 7) === 0x43412a2a) return true
  if (head[2] === 0x2d && head[3] === 0x6c && head[6] === 0x2d) return true
  if (u16(head, 510) === 0xaa55 || u16(head, 1080) === 0xef53) return true
  if (u32(head, 4) === 0xdeadbeef || u32(head, 8) === 0x10000419) return true
  return u32(head, 512) === 0x20494645 || u32(head, 4) === 0x00495600
}

/** A text with binary data behind it. */
function hasBinaryTail({ source, head }: ScanObject): boolean {
  if (head.length < textTail) return false
  return source.read(Math.max(0, source.size - textTail), textTail).includes(0)
}
