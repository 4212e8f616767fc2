// The numbers of ClamAV's digital signatures: digits of 6 bits in letters, the least significant first.

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/'

/** A signature of 2048 bits has 342 digits. */
const maxDigits = 1024

/** Undefined for a character that is no digit. */
export function decodeDigits(text: string): bigint | undefined {
  if (text.length === 0 || text.length > maxDigits) return undefined
  let number = 0n
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = alphabet.indexOf(text[at] ?? ' ')
    if (digit < 0) return undefined
    number = (number << 6n) | BigInt(digit)
  }
  return number
}
