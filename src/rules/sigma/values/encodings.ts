// The encoding modifiers: what a value looks like inside UTF-16 or base64.

export type Encoding = 'base64' | 'base64offset' | 'wide' | 'utf16le' | 'utf16be' | 'utf16'

export const encodings: readonly Encoding[] = [
  'base64',
  'base64offset',
  'wide',
  'utf16le',
  'utf16be',
  'utf16',
]

/** The forms that a value can take, bytes as latin1 text. Chains: what one gives, the next takes. */
export function encode(bytes: Buffer, encoding: Encoding): Buffer[] {
  switch (encoding) {
    case 'base64':
      return [Buffer.from(bytes.toString('base64'))]
    case 'base64offset':
      return [0, 1, 2].map((offset) => Buffer.from(base64At(bytes, offset)))
    case 'wide':
    case 'utf16le':
      return [wide(bytes)]
    case 'utf16be':
      return [wide(bytes).swap16()]
    case 'utf16':
      return [Buffer.concat([Buffer.from([0xff, 0xfe]), wide(bytes)])]
  }
}

function wide(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('utf8'), 'utf16le')
}

// Three bytes are four characters. The characters at both ends that also hold bits of neighbours are left out: of the
// first, what `offset` unknown bytes reach into; of the last, what the bytes behind would change.
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  const cutStart = [0, 2, 3][offset] ?? 0
  const cutEnd = (bytes.length + offset) % 3 === 0 ? 0 : 1
  return text.slice(cutStart, text.length - cutEnd)
}
