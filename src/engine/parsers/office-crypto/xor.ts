// XOR obfuscation of workbooks ([MS-OFFCRYPTO] 2.3.7): sixteen bytes from a password of at most fifteen characters.

export interface XorKey {
  readonly bytes: Uint8Array
}

const padding = [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00]
const initialCodes = [
  0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c,
  0xa96a, 0x4ec3,
]
const maxPassword = 15

/** The key of the first password that fits the stored key and verifier. */
export function openXorObfuscation(
  key: number,
  verifier: number,
  passwords: readonly string[],
): XorKey | undefined {
  for (const password of passwords) {
    const bytes = Buffer.from(password, 'latin1')
    if (bytes.length === 0 || bytes.length > maxPassword) continue
    if (xorKey(bytes) === key && xorVerifier(bytes) === verifier) return { bytes: xorArray(bytes, key) }
  }
  return undefined
}

function xorVerifier(password: Uint8Array): number {
  let verifier = 0
  for (let at = password.length - 1; at >= -1; at--) {
    const byte = at < 0 ? password.length : password[at]!
    verifier = (((verifier << 1) | (verifier >>> 14)) & 0x7fff) ^ byte
  }
  return verifier ^ 0xce4b
}

/** A word for each of the seven bits of fifteen characters: the states of a CRC register, every eighth left out. */
const matrix = makeMatrix()

function makeMatrix(): Uint16Array {
  const words = new Uint16Array(maxPassword * 7)
  let word = 0x1021
  for (let row = maxPassword - 1; row >= 0; row--) {
    for (let bit = 0; bit < 8; bit++) {
      if (bit < 7) words[row * 7 + bit] = word
      word = ((word << 1) ^ ((word & 0x8000) === 0 ? 0 : 0x1021)) & 0xffff
    }
  }
  return words
}

function xorKey(password: Uint8Array): number {
  let key = initialCodes[password.length - 1]!
  let element = maxPassword * 7 - 1
  for (let at = password.length - 1; at >= 0; at--) {
    for (let bit = 0, byte = password[at]!; bit < 7; bit++, byte <<= 1, element--) {
      if ((byte & 0x40) !== 0) key ^= matrix[element]!
    }
  }
  return key
}

function xorArray(password: Uint8Array, key: number): Uint8Array {
  const array = new Uint8Array(16)
  array.set(password)
  array.set(padding.slice(0, 16 - password.length), password.length)
  for (let at = 0; at < 16; at++) {
    const mixed = array[at]! ^ (at % 2 === 0 ? key & 0xff : key >> 8)
    array[at] = ((mixed << 2) | (mixed >> 6)) & 0xff
  }
  return array
}
