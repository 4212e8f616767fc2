// Text of an attacker inside of a page: never markup, never a control character, never another direction.

import { printable } from '../../../base/text.ts'

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for quoted attributes. Control characters and what reorders text are shown as escapes. */
export function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? '')
}

/** The same; line ends stay what they are. For what we indented ourselves, as JSON. */
export function escapedLines(text: string): string {
  return text.split('\n').map(escaped).join('\n')
}

/** JSON that cannot end the script element that it stands in; the same value for every parser. */
export function embeddedJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
