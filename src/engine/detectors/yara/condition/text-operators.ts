// The operators over texts. A text has one character (0–255) for each byte. Upper and lower case are those of Unicode
// where the bytes are UTF-8, and bytes that are not UTF-8 stand for themselves: this is how YARA-X compares.

export type TextTest = (left: string, right: string) => boolean

export const textTests = {
  contains: (left, right) => left.includes(right),
  icontains: (left, right) => lowerCase(left).includes(lowerCase(right)),
  startswith: (left, right) => left.startsWith(right),
  istartswith: (left, right) => lowerCase(left).startsWith(lowerCase(right)),
  endswith: (left, right) => left.endsWith(right),
  iendswith: (left, right) => lowerCase(left).endsWith(lowerCase(right)),
  iequals: (left, right) => lowerCase(left) === lowerCase(right),
} as const satisfies Readonly<Record<string, TextTest>>

const beyondAscii = /[\u0080-\u00ff]/

// One well-formed UTF-8 sequence of two to four bytes (Unicode, table 3-7).
const sequences =
  /[\u00c2-\u00df][\u0080-\u00bf]|(?:\u00e0[\u00a0-\u00bf]|[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]|\u00ed[\u0080-\u009f])[\u0080-\u00bf]|(?:\u00f0[\u0090-\u00bf]|[\u00f1-\u00f3][\u0080-\u00bf]|\u00f4[\u0080-\u008f])[\u0080-\u00bf]{2}/g

/** A byte text in lower case, again one character for each byte. */
function lowerCase(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase()
  return text
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replace(sequences, (sequence) => {
      // One character at a time: a sigma at the end of a word is no special case.
      const character = Buffer.from(sequence, 'latin1').toString('utf8')
      return Buffer.from(character.toLowerCase(), 'utf8').toString('latin1')
    })
}
