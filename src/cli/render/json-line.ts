// One JSON object as one line. JSON escapes C0 controls itself; the others that a terminal or a reader obeys are
// written as \uNNNN too, which means the same to every parser.

const unsafe = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    unsafe,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
