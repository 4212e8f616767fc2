// Whether an object is text, and in which encoding, judged by its first bytes: asked by every format and detector
// that works on text, so the answer for the last object is kept.

import type { ScanObject } from './scan-object.ts'

/** `bytes`: ASCII, UTF-8 or an 8-bit code page. */
export type TextKind = 'bytes' | 'utf-16le' | 'utf-16be'

let lastHead: Uint8Array | undefined
let lastChain: readonly string[] | undefined
let lastKind: TextKind | undefined

/** Undefined: not text, or empty. */
export function textKindOf({ head, chain }: Pick<ScanObject, 'head' | 'chain'>): TextKind | undefined {
  // Heads lie in reused memory, chains are made anew for each object.
  if (head !== lastHead || chain !== lastChain) {
    lastKind = kindOf(head)
    lastHead = head
    lastChain = chain
  }
  return lastKind
}

/** Control characters that do not stand in texts: all but backspace to carriage return, Ctrl-Z, escape. */
const isForeign = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 && ((0x0c003f00 >>> byte) & 1) === 0 ? 1 : 0,
)

function kindOf(head: Uint8Array): TextKind | undefined {
  if (head.length === 0) return undefined
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  // Asked about every object: an index is several times as fast as an iterator.
  for (let at = 0; at < head.length; at++) {
    const byte = head[at] ?? 0
    if (isForeign[byte] === 1) return byte === 0 ? wideKindOf(head) : undefined
  }
  return 'bytes'
}

/** UTF-16 without a mark: most characters of markup and scripts are ASCII. */
function wideKindOf(head: Uint8Array): TextKind | undefined {
  const zeros = [0, 0]
  const length = head.length & ~1
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const most = (length / 2) * 0.8
  if (odd >= most && even === 0) return 'utf-16le'
  return even >= most && odd === 0 ? 'utf-16be' : undefined
}
