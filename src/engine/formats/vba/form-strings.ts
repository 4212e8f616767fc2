// The strings in a form's streams ([MS-OFORMS]): captions, texts and tags, of one or two bytes a character.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'

const maxStreamBytes = 4 * 1024 * 1024
const strings = /(?:[\t\u0020-\u007e]\0){4,}|[\t\u0020-\u007e]{4,}/g

/** One a line. */
export function stringsOf(source: ByteSource): string {
  const lines: string[] = []
  for (let at = 0; at < Math.min(source.size, maxStreamBytes); at += maxRead) {
    const text = Buffer.from(source.read(at, maxRead)).toString('latin1')
    for (const [found] of text.matchAll(strings)) lines.push(found.replaceAll('\0', ''))
  }
  return lines.join('\n')
}
