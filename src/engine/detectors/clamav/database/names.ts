// Names of signatures: what a database may call them and what is printed.

import { decodeName, printable } from '../../../../base/text.ts'

/** The longest name, in bytes; the names of public databases are shorter than 128. */
export const maxNameBytes = 255

/** The name as clamscan prints it. YARA rules get `YARA.` in front before. */
export function printedName(name: string, file: { readonly official: boolean }): string {
  return file.official ? name : `${name}.UNOFFICIAL`
}

/** The name in `latin1`, the bytes of a line one a character, as text; undefined when it cannot be a name. */
export function nameFrom(latin1: string): string | undefined {
  if (latin1.length === 0 || latin1.length > maxNameBytes) return undefined
  if (/^[ -~]+$/.test(latin1)) return latin1
  const { text, exact } = decodeName(Buffer.from(latin1, 'latin1'))
  return exact && printable(text) === text ? text : undefined
}

export const badName = `the name is empty, longer than ${maxNameBytes} bytes, not UTF-8 or holds a control character`
