// Text that comes from outside (file names, process titles) on its way to a terminal, a log line or JSON.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text. `exact` is false when they are not valid UTF-8; then the bad bytes stand as U+FFFD. */
export function decodeName(bytes: Uint8Array): { text: string; exact: boolean } {
  try {
    return { text: decoder.decode(bytes), exact: true }
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), exact: false }
  }
}

/** A path that is kept as bytes in a latin1 string, as text for people: bad bytes stand as U+FFFD. */
export function pathText(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}

// C0, DEL, C1, the line separators and the bidirectional overrides, which reorder what a reader sees.
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Safe on a terminal and within one line: control characters become `\n`, `\t`, `\r`, `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    if (character === '\r') return '\\r'
    const code = character.codePointAt(0) ?? 0
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u{${code.toString(16).padStart(4, '0')}}`
  })
}
