// Windows' two kinds of time as ISO 8601: FILETIME (100 ns since 1601) with all its digits, SYSTEMTIME with milliseconds.

const ticksPerSecond = 10_000_000
const secondsTo1970 = 11_644_473_600
const secondsPerDay = 86_400
const two = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))

let lastDay = Number.NaN
let lastDayText = ''

/** Seconds since 1970, and ticks of 100 ns within the second; exact, without BigInt. */
function splitFiletime(low: number, high: number): { readonly seconds: number; readonly ticks: number } {
  // 2^32 ticks are 429 seconds and 4,967,296 ticks; ten million times that are 2^32 seconds. No product passes 2^53.
  const large = Math.floor(high / ticksPerSecond)
  const small = high - large * ticksPerSecond
  const rest = small * 4_967_296 + low
  const whole = Math.floor(rest / ticksPerSecond)
  return {
    seconds: large * 4_294_967_296 + small * 429 + whole - secondsTo1970,
    ticks: rest - whole * ticksPerSecond,
  }
}

/** `2026-01-02T03:04:05.1234567Z`; the two halves of a FILETIME as unsigned numbers. */
export function filetimeText(low: number, high: number): string {
  const { seconds, ticks } = splitFiletime(low, high)
  const day = Math.floor(seconds / secondsPerDay)
  if (day !== lastDay) {
    const date = new Date(day * secondsPerDay * 1000)
    // Years beyond 9999 are written with a sign and six digits; all that is cut off is the clock.
    lastDayText = date.toISOString().slice(0, -13)
    lastDay = day
  }
  const clock = seconds - day * secondsPerDay
  const hour = Math.floor(clock / 3600)
  const minute = Math.floor((clock - hour * 3600) / 60)
  const second = clock - hour * 3600 - minute * 60
  return `${lastDayText}${two[hour] ?? ''}:${two[minute] ?? ''}:${two[second] ?? ''}.${String(ticks).padStart(7, '0')}Z`
}

/** Milliseconds since 1970, with a fraction. */
export function filetimeMs(low: number, high: number): number {
  const { seconds, ticks } = splitFiletime(low, high)
  return seconds * 1000 + ticks / 10_000
}

/** `2026-01-02T03:04:05.123Z`; undefined when it is no date. */
export function systemtimeText(bytes: Buffer, offset: number): string | undefined {
  const part = (index: number): number => bytes.readUInt16LE(offset + 2 * index)
  const ms = Date.UTC(part(0), part(1) - 1, part(3), part(4), part(5), part(6), part(7))
  if (Number.isNaN(ms) || part(0) < 1601 || part(1) > 12 || part(3) > 31) return undefined
  return new Date(ms).toISOString()
}
