// Whether a text is markup that can carry scripts: HTML, HTA, SVG, Windows script files and scriptlets, style sheets with
// scripts; or a script in Microsoft's encoding. Judged by its first bytes, whatever their encoding.

import type { ScanObject } from '../../scan-object.ts'
import { textKindOf } from '../../text-kind.ts'
import { startsWith } from '../../source/starts-with.ts'

/** Behind a `<`, lower case; what other texts do not say by chance at their beginning. */
const tags: readonly string[] = [
  '!doctype html',
  '!doctype svg',
  'html',
  'head',
  'body',
  'script',
  'svg',
  'meta ',
  'iframe',
  'hta:application',
  'job',
  'package',
  'component',
  'scriptlet',
  'registration',
  'xsl:stylesheet',
  'msxsl:script',
  'ms:script',
]
/** Where a text begins with one of them, right behind white space, it is a piece of HTML. */
const firstTags: readonly string[] = [
  'a ',
  'b>',
  'base ',
  'br',
  'center>',
  'div',
  'embed ',
  'font',
  'form',
  'h1',
  'h2',
  'img ',
  'input ',
  'link ',
  'object',
  'p>',
  'span',
  'style',
  'table',
  'title',
  '!--',
]

const tagsByFirst = byFirst(tags)
const firstTagsByFirst = byFirst(firstTags)
const less = 0x3c
const encodedScript = Buffer.from('#@~^')

function byFirst(names: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const map = new Map<number, string[]>()
  for (const name of names) {
    const first = name.charCodeAt(0)
    map.set(first, [...(map.get(first) ?? []), name])
  }
  return map
}

let judged: { readonly object: ScanObject; readonly is: boolean } | undefined

export function isMarkup(object: ScanObject): boolean {
  if (judged?.object !== object) judged = { object, is: judge(object) }
  return judged.is
}

function judge(object: ScanObject): boolean {
  const kind = textKindOf(object)
  // Browsers take a page with control characters in it for a page all the same.
  if (kind === undefined && !beginsWithTag(object.head)) return false
  const head = kind === 'utf-16le' || kind === 'utf-16be' ? narrow(object.head) : object.head
  // Scripts put markup together: that is theirs, and would be opened again and again.
  if (object.language !== undefined && !beginsWithTag(head)) return false
  return isMarkupHead(head)
}

/** Behind a byte order mark and white space there is a `<`. */
export function beginsWithTag(head: Uint8Array): boolean {
  return head[firstOf(head)] === less
}

function firstOf(head: Uint8Array): number {
  let first = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  while (first < head.length && (head[first]! <= 0x20 || head[first]! >= 0xfe)) first++
  return first
}

/** A script that is encoded as a whole, as in .jse and .vbe files. */
export function isEncodedScript(head: Uint8Array): boolean {
  return startsWith(head, encodedScript)
}

/** UTF-16 without its zeros. */
function narrow(head: Uint8Array): Uint8Array {
  return head.filter((byte) => byte !== 0 && byte < 0x80)
}

function isMarkupHead(head: Uint8Array): boolean {
  if (isEncodedScript(head)) return true
  const first = firstOf(head)
  if (head[first] === less && startsWithOne(head, first + 1, firstTagsByFirst)) return true
  if (isUtf7(head)) return true
  for (let at = head.indexOf(less, first); at >= 0; at = head.indexOf(less, at + 1)) {
    if (startsWithOne(head, at + 1, tagsByFirst)) return true
  }
  return false
}

const shiftedLess = Buffer.from('+ADw-')

/** `+ADw-script+AD4-`: markup whose brackets are in UTF-7. */
export function isUtf7(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.length).includes(shiftedLess)
}

function startsWithOne(head: Uint8Array, at: number, names: ReadonlyMap<number, readonly string[]>): boolean {
  const list = names.get((head[at] ?? 0) | (head[at] === 0x21 ? 0 : 0x20))
  return list?.some((name) => startsTag(head, at, name)) ?? false
}

/** Also that the name ends there, where the list does not say how. */
function startsTag(head: Uint8Array, at: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const byte = head[at + index] ?? 0
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    if (lower !== name.charCodeAt(index)) return false
  }
  const last = name.charCodeAt(name.length - 1)
  if (last < 0x30 || (last > 0x39 && last < 0x61)) return true
  const next = head[at + name.length] ?? 0x20
  return next <= 0x20 || next === 0x3e || next === 0x2f || next === 0x3a
}
