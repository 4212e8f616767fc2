// The objects of PDF (ISO 32000-2, 7.3) as values of the language: names are strings, strings are bytes.

export class PdfReference {
  readonly number: number
  readonly generation: number

  constructor(number: number, generation: number) {
    this.number = number
    this.generation = generation
  }
}

/** A dictionary; of a key that stands twice the last one counts. */
export type PdfDictionary = Map<string, PdfValue>

export type PdfValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PdfReference
  | readonly PdfValue[]
  | PdfDictionary

/** An array, and not one of the other kinds that are objects. */
export function isArray(value: PdfValue | undefined): value is readonly PdfValue[] {
  return Array.isArray(value)
}

/** Text of a string (ISO 32000-2, 7.9.2.2): UTF-16 with a mark, UTF-8 with a mark, else one character a byte. */
export function textOfString(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const even = bytes.length & ~1
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return Buffer.from(buffer.subarray(2, even)).swap16().toString('utf16le')
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return buffer.toString('utf16le', 2, even)
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return buffer.toString('utf8', 3)
  return buffer.toString('latin1')
}
