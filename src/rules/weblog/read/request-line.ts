// "GET /path?query HTTP/1.1" in its parts. Hostile clients write anything there: no method, no protocol, spaces in the target,
// TLS bytes. Nothing is lost: what is no request line becomes the target of a request without a method.

export interface RequestLine {
  readonly method: string
  readonly target: string
  readonly protocol: string
}

const maxMethod = 32

export function splitRequestLine(text: string): RequestLine {
  const first = text.indexOf(' ')
  if (first < 1 || first > maxMethod || !isToken(text, first))
    return { method: '', target: text, protocol: '' }
  // The protocol has no space; the target may (older servers, odd clients).
  const last = text.lastIndexOf(' ')
  if (last > first && text.startsWith('HTTP/', last + 1)) {
    return {
      method: text.slice(0, first),
      target: text.slice(first + 1, last),
      protocol: text.slice(last + 1),
    }
  }
  return { method: text.slice(0, first), target: text.slice(first + 1), protocol: '' }
}

/** The characters of a method's name: capitals in practice, but any token of RFC 9110 that is a word. */
function isToken(text: string, end: number): boolean {
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at) | 0x20
    if (!(code >= 97 && code <= 122) && text.charCodeAt(at) !== 95 && text.charCodeAt(at) !== 45) return false
  }
  return true
}
