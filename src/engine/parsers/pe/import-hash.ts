// The import hash: MD5 over libraries and functions in the order of the import table
// (mandiant.com/resources/blog/tracking-malware-import-hashing).

import { createHash } from 'node:crypto'
import type { ImportedLibrary } from './imports.ts'

const extension = /\.(?:dll|sys|ocx)$/i
const ascii = /^[\0-\x7f]*$/

/** Hexadecimal; of a program without imports the digest of nothing. */
export function importHash(libraries: readonly ImportedLibrary[]): string {
  const words: string[] = []
  for (const { name, functions } of libraries) {
    const library = lower(name.replace(extension, ''))
    for (const imported of functions) words.push(`${library}.${lower(imported.name)}`)
  }
  return createHash('md5').update(words.join(','), 'latin1').digest('hex')
}

/** Unicode lower case of a text with one character for each byte of UTF-8. */
function lower(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return Buffer.from(Buffer.from(text, 'latin1').toString('utf8').toLowerCase()).toString('latin1')
}
