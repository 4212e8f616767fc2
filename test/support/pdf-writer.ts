// Writes PDF documents object by object (ISO 32000-2), and the encodings for which no program is at hand.

export interface PdfPart {
  readonly number: number
  /** The object, or the dictionary of a stream without its Length. */
  readonly value: string
  readonly data?: Uint8Array | string
  /** Instead of the true length; '' writes none. */
  readonly length?: string
}

export interface PdfOptions {
  readonly header?: string
  /** Entries of the trailer beside Root and Size. */
  readonly trailer?: string
  readonly withoutTable?: boolean
  readonly appended?: Uint8Array | string
}

/** Root is object 1. */
export function pdfOf(parts: readonly PdfPart[], options: PdfOptions = {}): Uint8Array {
  const pieces: Buffer[] = [Buffer.from(options.header ?? '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  const offsets = new Map<number, number>()
  const at = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0)
  for (const { number, value, data, length } of parts) {
    offsets.set(number, at())
    pieces.push(
      Buffer.from(
        `${number} 0 obj\n${data === undefined ? value : streamHead(value, data, length)}`,
        'latin1',
      ),
    )
    if (data !== undefined) pieces.push(bytesOf(data), Buffer.from('\nendstream'))
    pieces.push(Buffer.from('\nendobj\n'))
  }
  if (options.withoutTable !== true)
    pieces.push(Buffer.from(tableOf(offsets, at(), options.trailer ?? ''), 'latin1'))
  pieces.push(bytesOf(options.appended ?? ''))
  return new Uint8Array(Buffer.concat(pieces))
}

function bytesOf(data: Uint8Array | string): Buffer {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data)
}

function streamHead(value: string, data: Uint8Array | string, length = String(data.length)): string {
  const entry = length === '' ? '' : `/Length ${length}`
  return `${value.trimEnd().replace(/>>$/, '')} ${entry} >>\nstream\n`
}

function tableOf(offsets: ReadonlyMap<number, number>, start: number, trailer: string): string {
  const count = Math.max(...offsets.keys()) + 1
  const lines = Array.from({ length: count }, (_, number) => {
    const offset = offsets.get(number)
    return `${String(offset ?? 0).padStart(10, '0')} ${offset === undefined ? '65535 f' : '00000 n'} \n`
  })
  return `xref\n0 ${count}\n${lines.join('')}trailer\n<< /Size ${count} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`
}

/** A catalog and one empty page, as objects 1 to 3. */
export function pageParts(catalog = ''): PdfPart[] {
  return [
    { number: 1, value: `<< /Type /Catalog /Pages 2 0 R ${catalog} >>` },
    { number: 2, value: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' },
    { number: 3, value: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> >>' },
  ]
}

/** LZWDecode (7.4.4) with a code for every byte pair once it has been seen. */
export function lzwOf(text: string, earlyChange: 0 | 1): Uint8Array {
  const codes = new Map<string, number>()
  const out: number[] = []
  let hold = 0
  let bits = 0
  let width = 9
  const put = (code: number): void => {
    hold = (hold << width) | code
    bits += width
    for (; bits >= 8; bits -= 8) out.push((hold >>> (bits - 8)) & 0xff)
    hold &= (1 << bits) - 1
  }
  const clear = (): void => {
    put(256)
    codes.clear()
    for (let byte = 0; byte < 256; byte++) codes.set(String.fromCharCode(byte), byte)
    width = 9
  }
  let next = 258
  clear()
  let run = ''
  for (const char of text) {
    if (codes.has(run + char)) {
      run += char
      continue
    }
    put(codes.get(run) ?? 0)
    codes.set(run + char, next++)
    // The reader's table is one entry behind.
    if (next - 1 + earlyChange === 1 << width) width++
    if (next === 4094) {
      clear()
      next = 258
    }
    run = char
  }
  put(codes.get(run) ?? 0)
  if (next + earlyChange === 1 << width) width++
  put(257)
  if (bits > 0) out.push((hold << (8 - bits)) & 0xff)
  return Uint8Array.from(out)
}

/** ASCII85Decode (7.4.3). */
export function ascii85Of(data: string): string {
  let out = ''
  const bytes = Buffer.from(data, 'latin1')
  for (let at = 0; at < bytes.length; at += 4) {
    const group = bytes.subarray(at, at + 4)
    const padded = Buffer.concat([group, Buffer.alloc(4 - group.length)])
    let value = padded.readUInt32BE()
    if (value === 0 && group.length === 4) {
      out += 'z'
      continue
    }
    let digits = ''
    for (let i = 0; i < 5; i++) {
      digits = String.fromCharCode(33 + (value % 85)) + digits
      value = Math.floor(value / 85)
    }
    out += digits.slice(0, group.length + 1)
  }
  return `${out}~>`
}

/** RunLengthDecode (7.4.5): literals and one run of `x` before them. */
export function runLengthOf(text: string, run: number): Uint8Array {
  const out = run > 0 ? [257 - run, 'x'.charCodeAt(0)] : []
  for (let at = 0; at < text.length; at += 128) {
    const part = Buffer.from(text.slice(at, at + 128), 'latin1')
    out.push(part.length - 1, ...part)
  }
  return Uint8Array.from([...out, 128])
}

/** Rows of `columns` bytes with PNG's five predictors in turn (one component of 8 bits). */
export function pngRowsOf(text: string, columns: number): Uint8Array {
  const bytes = Buffer.from(text, 'latin1')
  const out: number[] = []
  const byteAt = (row: number, column: number): number =>
    row < 0 || column < 0 ? 0 : (bytes[row * columns + column] ?? 0)
  for (let row = 0; row * columns < bytes.length; row++) {
    const kind = row % 5
    out.push(kind)
    for (let column = 0; column < columns && row * columns + column < bytes.length; column++) {
      const left = byteAt(row, column - 1)
      const above = byteAt(row - 1, column)
      const aboveLeft = column === 0 ? 0 : byteAt(row - 1, column - 1)
      const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, aboveLeft)]
      out.push((byteAt(row, column) - (guesses[kind] ?? 0)) & 0xff)
    }
  }
  return Uint8Array.from(out)
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c
  const nearest = Math.min(Math.abs(p - a), Math.abs(p - b), Math.abs(p - c))
  if (nearest === Math.abs(p - a)) return a
  return nearest === Math.abs(p - b) ? b : c
}
