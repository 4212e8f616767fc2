// URL encoding as lenient servers undo it: %HH, and IIS's %uXXXX, which becomes UTF-8. What is no escape stays as it is.

export type PlusSign = 'space' | 'plus'

/** Bytes as latin1 in and out. Never longer than the input. */
export function percentDecode(text: string, plus: PlusSign): string {
  let at = plus === 'space' ? firstOf(text) : text.indexOf('%')
  if (at === -1) return text
  let out = text.slice(0, at)
  let copied = at
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 43 && plus === 'space') {
      out += `${text.slice(copied, at)} `
      at += 1
      copied = at
    } else if (code === 37) {
      const length = escapeLength(text, at)
      if (length !== 0) {
        out += text.slice(copied, at) + escapeBytes(text, at, length)
        copied = at + length
      }
      at += Math.max(length, 1)
    } else at += 1
  }
  return out + text.slice(copied)
}

/** Whether another round would change something. */
export function hasPercentEscape(text: string): boolean {
  return /%(?:[\da-fA-F]{2}|u[\da-fA-F]{4})/.test(text)
}

function firstOf(text: string): number {
  const percent = text.indexOf('%')
  const plus = text.indexOf('+')
  return percent === -1 || (plus !== -1 && plus < percent) ? plus : percent
}

/** 3, 6 or 0 for none. */
function escapeLength(text: string, at: number): number {
  const next = text.charCodeAt(at + 1)
  if ((next | 0x20) === 117) {
    for (let digit = 2; digit < 6; digit += 1) if (hexDigit(text.charCodeAt(at + digit)) === -1) return 0
    return 6
  }
  return hexDigit(next) !== -1 && hexDigit(text.charCodeAt(at + 2)) !== -1 ? 3 : 0
}

function escapeBytes(text: string, at: number, length: number): string {
  if (length === 3) {
    return String.fromCharCode(hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2)))
  }
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16)
  if (unit < 0x80) return String.fromCharCode(unit)
  // Written by hand, because half of a surrogate pair has no UTF-8.
  const last = 0x80 | (unit & 0x3f)
  if (unit < 0x800) return String.fromCharCode(0xc0 | (unit >> 6), last)
  return String.fromCharCode(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), last)
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
