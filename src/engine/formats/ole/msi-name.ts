// Names of streams in Windows Installer databases: two characters of a base-64-like alphabet in one of U+3800 to
// U+47FF, a last odd one in U+4800 to U+483F; U+4840 in front marks a table. Documented by what msiinfo and the
// installer itself read and write.

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._'
const firstPair = 0x3800
const firstSingle = 0x4800
const tableMark = 0x4840

/** Other names stay as they are. */
export function decodeMsiName(name: string): string {
  let decoded = ''
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    if (code < firstPair || code > tableMark) decoded += name.charAt(at)
    else if (code === tableMark) decoded += '!'
    else if (code >= firstSingle) decoded += alphabet.charAt(code - firstSingle)
    else decoded += alphabet.charAt(code & 63) + alphabet.charAt((code - firstPair) >> 6)
  }
  return decoded
}
