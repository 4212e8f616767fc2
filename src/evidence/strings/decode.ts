// A found string as text.

import type { CodePage } from './code-page.ts'
import type { StringEncoding } from './scanner.ts'

/** `codePage` must be the one that was searched with. */
export function stringDecoder(codePage?: CodePage): (bytes: Uint8Array, encoding: StringEncoding) => string {
  const page = new TextDecoder(codePage?.label ?? 'windows-1252', { ignoreBOM: true })
  const bigEndian = new TextDecoder('utf-16be', { ignoreBOM: true })
  return (bytes, encoding) => {
    switch (encoding) {
      case 'ascii':
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      case 'utf-16le':
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf16le')
      case 'utf-16be':
        return bigEndian.decode(bytes)
      case 'code-page':
        return page.decode(bytes)
    }
  }
}
