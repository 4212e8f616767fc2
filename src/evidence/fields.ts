// Fields of Windows' structures out of hostile bytes: numbers, times, GUIDs, text. Past the end there are zeros and nothing
// throws, so a reader checks only what it relies on.

const ticksPerSecond = 10_000_000
const secondsTo1970 = 11_644_473_600

export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

export function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  )
}

/** Exact up to 2^53; beyond, a number that is larger than any file. */
export function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) + u32(bytes, at + 4) * 2 ** 32
}

let lastSeconds = Number.NaN
let lastText = ''

/** A FILETIME (100 ns since 1601) as `2026-01-02T03:04:05.1234567Z`; undefined where none is set. */
export function filetime(bytes: Uint8Array, at: number): string | undefined {
  const low = u32(bytes, at)
  const high = u32(bytes, at + 4)
  if (low === 0 && high === 0) return undefined
  // 2^32 ticks are 429 seconds and 4,967,296 ticks; in two steps no product passes 2^53.
  const large = Math.floor(high / ticksPerSecond)
  const rest = (high - large * ticksPerSecond) * 4_967_296 + low
  const whole = Math.floor(rest / ticksPerSecond)
  const seconds = large * 2 ** 32 + (high - large * ticksPerSecond) * 429 + whole - secondsTo1970
  if (seconds !== lastSeconds) {
    lastText = new Date(seconds * 1000).toISOString().slice(0, -4)
    lastSeconds = seconds
  }
  return `${lastText}${String(rest - whole * ticksPerSecond).padStart(7, '0')}Z`
}

/** Date and time of MS-DOS (two seconds, local time of who wrote it); undefined where none is set or there is no such day. */
export function dosTime(bytes: Uint8Array, at: number): string | undefined {
  const date = u16(bytes, at)
  const time = u16(bytes, at + 2)
  if (date === 0) return undefined
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31]
  const ms = Date.UTC(year, month - 1, day, time >> 11, (time >> 5) & 63, (time & 31) * 2)
  const text = new Date(ms).toISOString()
  return month === 0 || Number(text.slice(8, 10)) !== day ? undefined : text.slice(0, 19)
}

/** `20d04fe0-3aea-1069-a2d8-08002b30309d`. */
export function guid(bytes: Uint8Array, at: number): string {
  const rest = hex(bytes, at + 8, 8)
  const head = [number(u32(bytes, at), 8), number(u16(bytes, at + 4), 4), number(u16(bytes, at + 6), 4)]
  return `${head.join('-')}-${rest.slice(0, 4)}-${rest.slice(4)}`
}

function number(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

export function hex(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length))
    .toString('hex')
    .padEnd(2 * length, '0')
}

/** UTF-16LE up to a NUL or the end of `most` code units; unpaired surrogates stay, so that nothing is lost. */
export function utf16(bytes: Uint8Array, at: number, most = Number.POSITIVE_INFINITY): string {
  const end = Math.min(bytes.length - 1, at + 2 * most)
  let stop = at
  while (stop < end && ((bytes[stop] ?? 0) | (bytes[stop + 1] ?? 0)) !== 0) stop += 2
  return utf16Exactly(bytes, at, (stop - at) / 2)
}

/** `units` code units of UTF-16LE, NULs too, as far as they are there. */
export function utf16Exactly(bytes: Uint8Array, at: number, units: number): string {
  const part = bytes.subarray(at, at + 2 * units)
  return Buffer.from(part.buffer, part.byteOffset, part.length).toString('utf16le')
}

/** Text of an unknown 8-bit code page up to a NUL: UTF-8 where it is that, else Windows-1252. */
export function ansi(bytes: Uint8Array, at: number, most = Number.POSITIVE_INFINITY): string {
  const part = bytes.subarray(at, Math.min(bytes.length, at + most))
  const nul = part.indexOf(0)
  const text = nul < 0 ? part : part.subarray(0, nul)
  try {
    return utf8.decode(text)
  } catch {
    return western.decode(text)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const western = new TextDecoder('windows-1252')
