// Times of events (ISO 8601 with microseconds) as numbers.

let cachedSecond = ''
let cachedUs = Number.NaN

/** Microseconds since 1970 of an ISO 8601 time; NaN when it is none. */
export function microsecondsOf(iso: string): number {
  const last = iso.length - 1
  if (iso.charCodeAt(19) !== 46 || iso.charCodeAt(last) !== 90 || last > 29) return Date.parse(iso) * 1000
  // Events come many to a second: it is parsed once.
  const second = iso.slice(0, 19)
  if (second !== cachedSecond) {
    cachedSecond = second
    cachedUs = Date.parse(`${second}Z`) * 1000
  }
  let fraction = 0
  let scale = 1_000_000
  for (let at = 20; at < last; at++) {
    const digit = iso.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    scale /= 10
    if (scale >= 1) fraction += digit * scale
  }
  return cachedUs + fraction
}
