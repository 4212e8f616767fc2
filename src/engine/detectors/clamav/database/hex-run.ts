// Collects the items of one hexadecimal signature part: fixed bytes are joined, equal wildcards become one repeat.

import type { Tree } from '../../../matcher/regex/tree.ts'
import { anyByte, bothCases, highNibble, lowNibble } from './byte-sets.ts'

export interface HexRun {
  /** The longest stretch of fixed bytes so far. */
  readonly fixed: number
  /** Adds pairs of digits and `?`; false when they are none. */
  addHex(text: string, from: number, to: number): boolean
  addTree(tree: Tree): void
  tree(): Tree
}

const questionMark = 0x3f
const notHex = 16

const values = new Uint8Array(256).fill(notHex)
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  values[digit.charCodeAt(0)] = value
  values[digit.toUpperCase().charCodeAt(0)] = value
}

/** The value of a hexadecimal digit, at least 16 for every other character. */
export function hexValue(code: number): number {
  return code < 256 ? values[code]! : notHex
}

/** Hexadecimal digits as bytes; undefined when they are odd or none. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text)
    ? Uint8Array.from(Buffer.from(text, 'hex'))
    : undefined
}

/** As many whole bytes in digits as there are. */
const stretch = /(?:[0-9a-f]{2})+/iy

export function createHexRun(nocase: boolean): HexRun {
  const items: Tree[] = []
  let wildcards = 0
  let run = 0
  let fixed = 0

  function push(item: Tree): void {
    if (wildcards > 0) items.push(anyBytes({ least: wildcards, most: wildcards }))
    wildcards = 0
    items.push(item)
  }

  function addFixed(digits: string): void {
    const bytes = new Uint8Array(Buffer.from(digits, 'hex'))
    run += bytes.length
    fixed = Math.max(fixed, run)
    if (nocase) pushFolded(bytes)
    else push({ kind: 'bytes', bytes })
  }

  function pushFolded(bytes: Uint8Array): void {
    let start = 0
    for (let at = 0; at <= bytes.length; at++) {
      const folded = at < bytes.length ? bothCases[bytes[at]!] : undefined
      if (folded === undefined && at < bytes.length) continue
      if (at > start) push({ kind: 'bytes', bytes: bytes.slice(start, at) })
      if (folded !== undefined) push(folded)
      start = at + 1
    }
  }

  /** A pair with at least one `?`. */
  function addWild(high: number, low: number): boolean {
    run = 0
    if (high === questionMark && low === questionMark) {
      wildcards++
      return true
    }
    const nibble = low === questionMark ? highNibble[hexValue(high)] : lowNibble[hexValue(low)]
    if (nibble === undefined || (high !== questionMark && low !== questionMark)) return false
    push(nibble)
    return true
  }

  return {
    get fixed() {
      return fixed
    },
    addHex(text, from, to) {
      if ((to - from) % 2 !== 0) return false
      const span = from === 0 && to === text.length ? text : text.slice(from, to)
      for (let at = 0; at < span.length;) {
        stretch.lastIndex = at
        const digits = stretch.exec(span)?.[0] ?? ''
        if (digits !== '') addFixed(digits)
        else if (!addWild(span.charCodeAt(at), span.charCodeAt(at + 1))) return false
        at += digits.length || 2
      }
      return true
    },
    addTree(tree) {
      run = 0
      push(tree)
    },
    tree() {
      if (wildcards > 0) items.push(anyBytes({ least: wildcards, most: wildcards }))
      wildcards = 0
      return items.length === 1 ? items[0]! : { kind: 'concat', items }
    },
  }
}

/** Any `least` to `most` bytes, as few as possible. */
export function anyBytes({ least, most }: { readonly least: number; readonly most: number }): Tree {
  return least === 1 && most === 1 ? anyByte : { kind: 'repeat', item: anyByte, least, most, greedy: false }
}
