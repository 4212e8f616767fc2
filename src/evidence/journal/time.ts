// Times of the journal: microseconds since 1970.

const lastSecond = 253_402_300_799
let lastSeconds = Number.NaN
let lastText = ''

/** `2026-11-22T10:06:20.476332Z`; undefined past the year 9999. */
export function microsecondsTime(us: number): string | undefined {
  const seconds = Math.floor(us / 1_000_000)
  if (!(seconds >= 0 && seconds <= lastSecond)) return undefined
  // Entries of one second follow each other.
  if (seconds !== lastSeconds) {
    lastText = new Date(seconds * 1000).toISOString().slice(0, 20)
    lastSeconds = seconds
  }
  return `${lastText}${String(us - seconds * 1_000_000).padStart(6, '0')}Z`
}
