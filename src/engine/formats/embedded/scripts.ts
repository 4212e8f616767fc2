// Scripts inside of pictures and sound: a web server that is told to run the file runs what stands between the marks,
// whatever is around it.

import type { Language } from '../../scan-object.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { indexOfBytes } from '../../source/search.ts'

export interface Script {
  readonly offset: number
  readonly length: number
  readonly language: Language | undefined
}

interface Mark {
  readonly text: string
  /** Happens in compressed data: what follows has to be a text that people write. */
  readonly isWeak?: boolean
  readonly language?: Language
}

const marks: readonly Mark[] = [
  { text: '<?php', language: 'php' },
  { text: '<?PHP', language: 'php' },
  { text: '<?=', isWeak: true, language: 'php' },
  { text: '<script' },
  { text: '<SCRIPT' },
  { text: '<%', isWeak: true },
]
/** Fewer characters happen by chance in compressed data. */
const leastBytes = 16
const weakBytes = 24
const longestScript = 1024 * 1024
const maxScripts = 64
/** Looked at from the beginning. */
const span = 16 * 1024 * 1024

/** In the order of their offsets; none inside another. */
export function findScripts(source: ByteSource): Script[] {
  const scripts: Script[] = []
  const to = Math.min(source.size, span)
  for (const { text, language, isWeak = false } of marks) {
    const pattern = Buffer.from(text)
    let tries = 0
    for (let at = indexOfBytes(source, pattern, { from: 1, to }); at >= 0 && tries < 4096; tries++) {
      const length = textLength(source, at)
      if (length >= leastBytes && !(isWeak && !isPlainText(source, at)))
        scripts.push({ offset: at, length, language })
      at = indexOfBytes(source, pattern, { from: at + Math.max(length, text.length), to })
      if (scripts.length >= maxScripts) break
    }
  }
  scripts.sort((a, b) => a.offset - b.offset)
  const isInside = (offset: number, index: number): boolean =>
    scripts.slice(0, index).some((other) => offset < other.offset + other.length)
  return scripts.filter(({ offset }, index) => !isInside(offset, index))
}

/** All ASCII, as far as one looks. */
function isPlainText(source: ByteSource, from: number): boolean {
  return source.read(from, weakBytes).every((byte) => byte < 127)
}

/** Bytes up to the first control character that stands in no text. */
function textLength(source: ByteSource, from: number): number {
  let length = 0
  while (length < longestScript) {
    const view = source.read(from + length, Math.min(maxRead, longestScript - length))
    if (view.length === 0) return length
    for (const byte of view) {
      if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) return length
      length++
    }
  }
  return length
}
