// What a part is called: the name it has, else its number and its type.

import type { BodyPart } from '../../parsers/mime/index.ts'

const extensions: Readonly<Record<string, string>> = {
  'text/calendar': '.ics',
  'text/html': '.html',
  'text/plain': '.txt',
  'message/rfc822': '.eml',
  'image/svg+xml': '.svg',
}
const longestName = 512

export type PartNamer = (part: BodyPart) => string

/** Counts the parts of one message. */
export function namerOf(): PartNamer {
  let count = 0
  return ({ kind, name, type }) => {
    count++
    if (name !== '') return name.slice(0, longestName)
    if (kind === 'preamble' || kind === 'epilogue') return kind
    return `part-${count}${extensions[type] ?? ''}`
  }
}
