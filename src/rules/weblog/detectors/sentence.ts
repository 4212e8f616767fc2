// Tells sentences from code: what stands before an injected construct is a name, a number or a closing quote, not prose.

const maxChars = 200

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code > 127
}

/** @returns whether the first 200 characters hold two words, each of two letters and more and followed by a space or a mark. */
export function isSentence(text: string): boolean {
  const limit = Math.min(text.length, maxChars)
  let words = 0
  let run = 0
  for (let at = 0; at <= limit; at++) {
    const code = at < limit ? text.charCodeAt(at) : 32
    if (isLetter(code)) run++
    else {
      if (run >= 2 && (code === 32 || code === 44 || code === 46 || code === 58)) words++
      if (words >= 2) return true
      run = 0
    }
  }
  return false
}
