// Fields of Windows' structures for writers of test artefacts.

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, 2 * index)
  return bytes
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index)
  return bytes
}

export function u64(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * index)
  return bytes
}

/** Of an ISO 8601 time with up to seven digits of a second. */
function ticksOf(iso: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.{19})(?:\.(\d{1,7}))?Z$/.exec(iso) ?? []
  const whole = (BigInt(Date.parse(`${seconds}Z`)) + 11_644_473_600_000n) * 10_000n
  return whole + BigInt(fraction.padEnd(7, '0'))
}

export function time(iso: string | undefined): Buffer {
  return u64(iso === undefined ? 0n : ticksOf(iso))
}

export function wide(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

/** Of a GUID as text. */
export function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  return Buffer.concat([
    bytes.subarray(0, 4).toReversed(),
    bytes.subarray(4, 6).toReversed(),
    bytes.subarray(6, 8).toReversed(),
    bytes.subarray(8),
  ])
}

/** MS-DOS date and time, even seconds. */
export function dosTimeOf(iso: string): Buffer {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (iso.match(/\d+/g) ?? []).map(
    Number,
  )
  return u16(((year - 1980) << 9) | (month << 5) | day, (hour << 11) | (minute << 5) | (second >> 1))
}
