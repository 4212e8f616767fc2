// Paths of a Linux host are bytes. Here they are kept as bytes in latin1 strings, one character a byte, and told as text in which
// bytes that are no UTF-8 stand as `\xNN`.

import { bytesOfName, nameOfBytes } from '../../evidence/tree-path.ts'

// eslint-disable-next-line no-control-regex -- every byte that stands for itself
const ascii = /^[\x00-\x7f]*$/

export function textOf(bytes: string): string {
  return ascii.test(bytes) ? bytes : nameOfBytes(Buffer.from(bytes, 'latin1'))
}

/** The other way. */
export function bytesOf(text: string): string {
  if (ascii.test(text) && !text.includes('\\x')) return text
  return (bytesOfName(text) ?? Buffer.from(text)).toString('latin1')
}

/** Bytes of a name as the kernel takes them: with a zero behind them. */
export function kernelName(bytes: string): Buffer {
  return Buffer.from(`${bytes}\0`, 'latin1')
}
